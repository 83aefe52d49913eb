"""Starts the real OpenID Connect provider of `oidc_provider.mjs`, and signs people in at it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = Path(__file__).with_suffix(".mjs")
CLIENT_ID, CLIENT_SECRET = "the-product", "s3cret/of+client"
HOPS_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningProvider:
    """A provider that listens."""

    issuer: str

    def sign_in(self, address: str, login: str) -> str:
        """Go where the product sent a browser, sign in and agree; give where one is sent back."""
        with httpx.Client(trust_env=False, follow_redirects=False) as browser:
            answer = browser.get(address)
            for _ in range(HOPS_MAX):
                if answer.status_code in (302, 303):
                    address = urljoin(address, answer.headers["location"])
                    if not address.startswith(self.issuer):
                        return address
                    answer = browser.get(address)
                    continue
                form = _form(answer.text)
                form |= {"login": login, "password": "any"} if form["prompt"] == "login" else {}
                answer = browser.post(_action(answer.text), data=form)
        raise AssertionError(f"not sent back: {answer.status_code} {answer.text[:500]}")


@contextmanager
def running_provider(
    accounts: Mapping[str, Mapping[str, Any]], *, home: str = "http://localhost"
) -> Iterator[RunningProvider]:
    """Run a provider that knows accounts by their logins, each with what it says of them.

    `home` is where the product is, without a slash at its end: it answers there alone.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    told = {
        "port": port,
        "home": home,
        "accounts": accounts,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    process = subprocess.Popen(
        ["node", str(SCRIPT), json.dumps(told)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.strip() == "ready", "node has to be there, and `npm ci` to have run"
        yield RunningProvider(issuer=f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _action(page: str) -> str:
    found = re.search(r'action="([^"]+)"', page)
    assert found is not None, page[:500]
    return found.group(1)


def _form(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(\w+)" value="(\w*)"', page))
