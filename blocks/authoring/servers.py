"""A running Garland as the integrator's tool speaks to it: where it is, and what it said.

Address and token come from flags, from the environment, or from a file of the author's alone.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kernel.errors import GarlandError, MalformedError
from kernel.json_text import read_json

CONFIG_FILE = Path("garland", "server.json")
MEDIA_TYPE = "application/octet-stream"
INSTALLS = "/api/v1/installs"
PACKS = "/api/v1/packs"
RELEASES = "/api/v1/marketplace/releases"
TIMEOUT_S = 30.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_WHERE = "say --server and --token, set GARLAND_SERVER and GARLAND_TOKEN, or write {file}"


class ServerError(GarlandError):
    """The server cannot be asked, or refused."""

    code = "blocks.server"
    status = 502


@dataclass(frozen=True, slots=True)
class Server:
    """Where to send what, and as whom."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server made of it: its document, {} where it gave none."""

    status: int
    document: Mapping[str, Any]


def config_folder(environment: Mapping[str, str]) -> Path:
    """Return where a person's settings lie: XDG's folder."""
    given = environment.get("XDG_CONFIG_HOME")
    return Path(given) if given else Path.home() / ".config"


def find_server(
    url: str | None, token: str | None, environment: Mapping[str, str] = os.environ
) -> Server:
    """Find the server's address and the token: as given, else from the environment, else a file.

    Raises:
        ServerError: one of both is nowhere, the address is none, or others can read the file.
    """
    file = config_folder(environment) / CONFIG_FILE
    url = url or environment.get("GARLAND_SERVER")
    token = token or environment.get("GARLAND_TOKEN")
    if not (url and token):
        kept = _read_config(file)
        url, token = url or kept.get("server"), token or kept.get("token")
    for name, value in (("address", url), ("token", token)):
        if not value:
            message = f"No {name} of a running Garland is known: {_WHERE.format(file=file)}."
            raise ServerError(message)
    return Server(_checked_url(str(url)), str(token))


def send_package(server: Server, address: str, data: bytes, *, key: str) -> Answer:
    """Post a package.

    Args:
        server: To whom.
        address: Its path, with a query where there is one.
        data: The package.
        key: Tells a repeat from a second order.

    Raises:
        ServerError: it could not be reached, or refused; the message has its reason.
    """
    return _asked(server, "POST", address, content=data, key=key, kind=MEDIA_TYPE)


def send_document(server: Server, address: str, document: Any, *, key: str) -> Answer:
    """Post a document as JSON; raises as `send_package`."""
    content = json.dumps(document).encode()
    return _asked(server, "POST", address, content=content, key=key, kind="application/json")


def get_document(server: Server, address: str) -> Answer:
    """Get a document; raises as `send_package`."""
    return _asked(server, "GET", address)


def _asked(
    server: Server,
    method: str,
    address: str,
    *,
    content: bytes = b"",
    key: str = "",
    kind: str = "",
) -> Answer:
    # The client is slow to load, and most commands need none.
    import httpx

    headers = {"Authorization": f"Bearer {server.token}", "Accept": "application/json"}
    headers |= {"Content-Type": kind, "Idempotency-Key": key} if kind else {}
    try:
        response = httpx.request(
            method, server.url + address, content=content, headers=headers, timeout=TIMEOUT_S
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        message = f"{server.url} cannot be reached ({error}): is Garland running there?"
        raise ServerError(message) from None
    document = _document(response.content)
    if not response.is_success:
        raise ServerError(_refusal(server, address, response.status_code, document))
    return Answer(response.status_code, document)


def _read_config(file: Path) -> Mapping[str, Any]:
    try:
        mode, content = file.stat().st_mode, file.read_bytes()
    except OSError:
        return {}
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = f"Others can read {file}, which holds a token: run `chmod 600 {file}`."
        raise ServerError(message)
    try:
        document = read_json(content, what=str(file))
    except MalformedError as error:
        raise ServerError(error.message) from None
    if not isinstance(document, dict) or not all(isinstance(one, str) for one in document.values()):
        message = f'{file} must be {{"server": "https://…", "token": "…"}}: mend or remove it.'
        raise ServerError(message)
    return document


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        message = f"{url} is no address of a Garland: write it as https://garland.example.com."
        raise ServerError(message)
    if parts.scheme == "http" and host not in _LOCAL:
        message = f"{url} would send your token for anybody to read: write https://{host}."
        raise ServerError(message)
    return url.rstrip("/")


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(server: Server, address: str, status: int, document: Mapping[str, Any]) -> str:
    said = str(document.get("detail") or document.get("title") or "")
    problems = document.get("errors")
    lines = [
        f"  {one.get('pointer') or '/'}  {one.get('message', '')}"
        for one in (problems if isinstance(problems, list) else [])
        if isinstance(one, dict)
    ]
    match status:
        case 401:
            head = (
                f"{server.url} does not accept the token: make one there with"
                " `garland token create --organisation … --role integrator`."
            )
        case 403:
            head = f"The token may not do this at {server.url}: {said or 'its role is too small'}"
        case 404 | 405 | 501:
            path = address.partition("?")[0]
            head = f"{server.url} does not offer {path}: it answered {status}."
        case _:
            head = f"{server.url} refused it with {status}: {said or 'it gave no reason'}"
    return "\n".join([head, *lines])
