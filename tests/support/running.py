"""A whole Garland, started as a person would start it, in a folder and on a port of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

STARTED_WITHIN_S = 120.0
STOPPED_WITHIN_S = 40.0
LISTENER_PORTS = ("GARLAND_LISTENER_SNMP_PORT", "GARLAND_LISTENER_SYSLOG_PORT")
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.5
CLIENT = httpx.Client(timeout=30, limits=httpx.Limits(max_keepalive_connections=0))
"""Calls a Garland; each call connects anew, for the web process may have been killed meanwhile.

A client of its own for each call read all certificates of the machine: 25 ms.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One running Garland with the demo world in it."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]
    demo: Mapping[str, Any]

    def api(self, path: str, *, organisation: str = "acme", **query: str) -> Any:
        """Ask the REST API as an organisation's token."""
        headers = {"Authorization": f"Bearer {self.demo['tokens'][organisation]}"}
        answer = CLIENT.get(f"{self.url}/api/v1{path}", headers=headers, params=query)
        answer.raise_for_status()
        return answer.json()

    def send(self, *events: Mapping[str, Any]) -> httpx.Response:
        """Send canonical events to Acme's JSON source."""
        body = {"events": list(events)}
        return CLIENT.post(self.demo["sources"]["json"], json=body)

    def post(self, path: str, body: Any, *, key: str = "") -> httpx.Response:
        """Post to the REST API as Acme; the same key may be sent again."""
        headers = {"Authorization": f"Bearer {self.demo['tokens']['acme']}"}
        if key:
            headers["Idempotency-Key"] = key
        return CLIENT.post(f"{self.url}/api/v1{path}", headers=headers, json=body)

    def put(self, path: str, body: Any) -> httpx.Response:
        """Put to the REST API as Acme, where it is new or was put so before."""
        headers = {"Authorization": f"Bearer {self.demo['tokens']['acme']}"}
        answer = CLIENT.put(f"{self.url}/api/v1{path}", headers=headers, json=body)
        return answer.raise_for_status()

    def child(self, name: str) -> int:
        """Give the process id of one of the supervised programs, such as worker or redis-server."""
        for pid in self.children(name):
            return pid
        raise LookupError(name)

    def children(self, name: str) -> list[int]:
        """List the process ids of the supervised programs of that name."""
        pattern = {"redis": "redis-server"}.get(name, f"garland {name}")
        return [pid for pid in _descendants(self.process.pid) if pattern in _command_of(pid)]


def wait_for(condition: Callable[[], Any], *, within_s: float, what: str) -> Any:
    """Wait until a condition holds and give its value.

    It is looked at often at first, then less: looking takes time from what is waited for.
    """
    ends = time.monotonic() + within_s
    pause_s = FIRST_PAUSE_S
    while time.monotonic() < ends:
        found = condition()
        if found:
            return found
        time.sleep(pause_s)
        pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)
    raise AssertionError(f"{what} did not happen within {within_s:.0f} s")


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def running_garland(data_dir: Path, **settings: str) -> Iterator[Running]:
    """Start `garland up --demo` and stop it as Ctrl-C would; several may run at a time.

    A setting may name the port it will have, as `{port}`.
    """
    port = free_port()
    listens = {name: str(free_port()) for name in LISTENER_PORTS}
    url = f"http://127.0.0.1:{port}"
    named = {name: value.replace("{port}", str(port)) for name, value in settings.items()}
    command = [sys.executable, "-m", "garland", "up", "--demo", "--port", str(port)]
    with (data_dir / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--data", str(data_dir)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **listens, **named},
        )
        try:
            wait_for(
                lambda: _is_ready(url) or process.poll() is not None,
                within_s=STARTED_WITHIN_S,
                what="the start",
            )
            if process.poll() is not None:
                raise AssertionError((data_dir / "up.log").read_text()[-4_000:])
            demo = json.loads((data_dir / "demo.json").read_text())
            yield Running(url=url, data_dir=data_dir, process=process, demo=demo)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOPPED_WITHIN_S)


def _is_ready(url: str) -> bool:
    try:
        return CLIENT.get(f"{url}/readyz", timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [int(child), *_descendants(int(child))]
    return found


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""
