"""The address of a request without code: a server that is written or set up, then a path.

What a text from the outside is put into decides how it is written: in a path it is one segment or
part of one, never a slash, a question mark or a step upwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from blocks.kinds._references import Part, joined, parts_of
from blocks.outcomes import BlockError
from blocks.permits import CONFIG_LABEL, LABEL
from blocks.targets import read_target

_WRITTEN = re.compile(r"(?P<scheme>https?)://(?P<host>[^/:?#]+)(?::(?P<port>[0-9]{1,5}))?")
_SET_UP = re.compile(r"\$\{config\.([a-z][A-Za-z0-9_-]*)\}")
_LITERAL = re.compile(r"[A-Za-z0-9/._~!$&'()*+,;=:@%-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address as a manifest writes it.

    Attributes:
        server: `https://host:port` with `${config.…}` for whole labels; "" when it is set up.
        host: The server's host, likewise.
        port: Its port, None for the scheme's.
        setting: The field of the config that holds the server's address; "" when it is written.
        path: What follows the server.
    """

    server: str
    host: str
    port: int | None
    setting: str
    path: tuple[Part, ...]

    def fill(self, given: Mapping[str, Any]) -> str:
        """Write the address for one step.

        Raises:
            BlockError: `http.bad_value` or `http.bad_address`, naming the field.
        """
        server = self._set_up(given) if self.setting else _labelled(self.server, given["config"])
        path = joined(self.path, given, write=_segment)
        if not isinstance(path, str):
            raise _bad_value("A part of the address has no value: give it one.")
        steps = path.split("/")
        if "." in steps or ".." in steps:
            raise _bad_value("A part of the address is . or .., which leads elsewhere.")
        return server + path

    def _set_up(self, given: Mapping[str, Any]) -> str:
        text = given["config"].get(self.setting)
        url = read_target(text if isinstance(text, str) else "").url
        if url.query or "?" in str(url):
            message = f"{self.setting} holds a query: give the server's address alone."
            raise BlockError("http.bad_address", message, retryable=False)
        return str(url).rstrip("/")


def read_address(text: str) -> Address:
    """Read an address as a manifest writes it.

    Raises:
        ValueError: saying what is wrong and what to write.
    """
    if "?" in text or "#" in text:
        raise ValueError("the address has a query or a fragment: write it under query")
    set_up = _SET_UP.match(text)
    if set_up:
        return Address(
            server="", host="", port=None, setting=set_up[1], path=_path(text[set_up.end() :])
        )
    written = _WRITTEN.match(text)
    if written is None or not _is_written_host(written["host"]):
        raise ValueError(
            "write the address as https://host/path, with ${config.name} for a whole label of "
            "the host, or begin it with ${config.name} for a server that is set up"
        )
    return Address(
        server=written[0],
        host=written["host"],
        port=int(written["port"]) if written["port"] else None,
        setting="",
        path=_path(text[written.end() :]),
    )


def _path(text: str) -> tuple[Part, ...]:
    if text and not text.startswith("/"):
        raise ValueError("after the server the address goes on with a slash")
    parts = parts_of(text)
    for part in parts:
        if isinstance(part, str) and not _LITERAL.fullmatch(part):
            raise ValueError(f"{part} cannot stand in an address: percent-encode it")
    if any(step in (".", "..") for step in text.split("/")):
        raise ValueError("the address holds . or ..: write where it leads")
    return parts


def _is_written_host(host: str) -> bool:
    labels = re.split(r"\.(?![^{]*\})", host)
    return all(LABEL.fullmatch(label) or CONFIG_LABEL.fullmatch(label) for label in labels)


def _labelled(server: str, config: Mapping[str, Any]) -> str:
    def label(found: re.Match[str]) -> str:
        value = config.get(found[1])
        if not isinstance(value, str) or not LABEL.fullmatch(value.lower()):
            raise _bad_value(f"{found[1]} is one part of a host's name: letters, digits, dashes.")
        return value.lower()

    return CONFIG_LABEL.sub(label, server)


def _segment(value: str, name: str) -> str:
    if not value:
        raise _bad_value(f"{name} is empty, and the address would be another one: give it a value.")
    return quote(value, safe="")


def _bad_value(message: str) -> BlockError:
    return BlockError("http.bad_value", message, retryable=False)
