r"""Reading the address of a call, once for who checks it and for who connects.

Two readers of one address may see two hosts in it (`http://good.example\@evil.example/`).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks.outcomes import BlockError
from blocks.permits import PORTS

if TYPE_CHECKING:
    import httpx

HOST_MAX = 253  # RFC 1035, 2.3.4
URL_MAX = 8_000
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PORT_MAX = 65_535
_NO_HOST = frozenset("/\\?#@[]%,; ")
"""Signs that part an address, or have a meaning in one: none stands in a host alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a call goes, as the broker will connect.

    Attributes:
        url: The address; its host is what `host` says.
        host: Small ASCII letters, names in IDNA's form, without the dot that may end a name.
        port: The port that is written, else the scheme's.
    """

    url: httpx.URL
    host: str
    port: int

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return self.url.scheme

    @property
    def origin(self) -> tuple[str, str, int]:
        """Who is asked: two addresses of one origin are served by the same server."""
        return (self.scheme, self.host, self.port)


def read_target(text: str) -> Target:
    """Read an address.

    Raises:
        BlockError: `http.bad_address` when it is none that may be called.

    >>> read_target("https://Tickets.EXAMPLE.com.:8443/x").origin
    ('https', 'tickets.example.com', 8443)
    """
    url = _parsed(text)
    if url is None:
        message = f"{text[:200]} is not an address: write it as https://host/path."
        raise _bad_address(message)
    if url.userinfo:
        message = "The address holds a name or password: take it out and use a connection."
        raise _bad_address(message)
    host = url.raw_host.decode("ascii").removesuffix(".").lower()
    port = PORTS[url.scheme] if url.port is None else url.port
    if not _is_host(host) or not 0 < port <= _PORT_MAX:
        message = f"{text[:200]} names no host that can be called: correct the host or port."
        raise _bad_address(message)
    return Target(url=url.copy_with(host=host, fragment=None), host=host, port=port)


def read_host(text: str, protocol: str) -> str:
    """Read a host that stands by itself, as a call of another protocol than HTTP names it.

    Raises:
        BlockError: `<protocol>.bad_address` when it is none that may be called.

    >>> read_host("R1.Core.EXAMPLE.com", "snmp"), read_host("::1", "snmp")
    ('r1.core.example.com', '::1')
    """
    is_alone = text.isprintable() and not _NO_HOST & set(text)
    url = _parsed(f"http://[{text}]/" if ":" in text else f"http://{text}/") if is_alone else None
    host = url.raw_host.decode("ascii").removesuffix(".").lower() if url else ""
    if not _is_host(host):
        shown = text[:80] if text.isprintable() else "A text with characters that nobody sees"
        message = f"{shown} names no host: write its name or its address alone."
        raise BlockError(f"{protocol}.bad_address", message, retryable=False)
    return host


def _parsed(text: str) -> httpx.URL | None:
    import httpx  # half of what `garland block check` loads, for manifests with no address in them

    if len(text) > URL_MAX:
        return None
    try:
        url = httpx.URL(text)
        has_host = bool(url.host and url.raw_host)
    except (httpx.InvalidURL, ValueError):  # reading the host may be what finds that it is none
        return None
    return url if url.scheme in PORTS and has_host else None


def _is_host(host: str) -> bool:
    if ":" in host:
        return _is_ipv6(host)
    labels = host.split(".")
    return len(host) <= HOST_MAX and all(_NAME.fullmatch(label) for label in labels)


def _is_ipv6(host: str) -> bool:
    """A zone (`%eth0`) chooses one of this machine's own networks: nobody else's business."""
    try:
        return "%" not in host and bool(ipaddress.IPv6Address(host))
    except ValueError:
        return False


def _bad_address(message: str) -> BlockError:
    return BlockError("http.bad_address", message, retryable=False)
