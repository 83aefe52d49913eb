r"""Where a block's HTTP calls may go: an address read once, and what the manifest allows of it.

The same reading is used by who checks and by who connects: two readers of one address may see two
hosts in it (`http://good.example\@evil.example/`). Nothing here looks a name up; which addresses
a name may have is `blocks.brokers.addresses`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from blocks._manifest_parts import Permission
from blocks.outcomes import BlockError

PORTS = {"http": 80, "https": 443}
ANY_HOST = "*"
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
CONFIG_LABEL = re.compile(r"\$\{config\.([a-z][a-z0-9_]{0,39})\}")
HOST_MAX = 253  # RFC 1035, 2.3.4
URL_MAX = 8_000
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PORT_MAX = 65_535


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What the calls of one step may reach; without anything given, whatever there is.

    Attributes:
        hosts: `*`, names, or `*.name` for what lies below a name.
        methods: Allowed methods; empty allows every one.
        ports: Allowed ports; empty allows every one.
    """

    hosts: tuple[str, ...] = (ANY_HOST,)
    methods: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()

    def check(self, method: str, target: Target) -> None:
        """Refuse a call that is not covered.

        Raises:
            BlockError: `block.not_permitted`.
        """
        if not any(_host_fits(pattern, target.host) for pattern in self.hosts):
            raise _not_permitted(f"call only {', '.join(self.hosts)}, not {target.host}")
        if self.methods and method not in self.methods:
            raise _not_permitted(f"use only {', '.join(self.methods)}, not {method}")
        if self.ports and target.port not in self.ports:
            allowed = ", ".join(str(port) for port in self.ports)
            raise _not_permitted(f"call only port {allowed}, not {target.port}")


def permit_of(permission: Permission, config: Mapping[str, Any]) -> Permit:
    """Give what a manifest's permission allows a step with these settings.

    Named hosts without ports may be called at the ports of http and https only. `*` is for blocks
    whose address is a setting of the tenant's, and so is its port.

    Raises:
        BlockError: `http.bad_address` when a setting that stands in a host is no DNS label.
    """
    hosts = tuple(_filled(pattern, config) for pattern in permission.hosts)
    ports = permission.ports or (() if ANY_HOST in hosts else tuple(PORTS.values()))
    return Permit(hosts=hosts, methods=permission.methods, ports=ports)


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


def _parsed(text: str) -> httpx.URL | None:
    if len(text) > URL_MAX:
        return None
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        return None
    return url if url.scheme in PORTS and url.host else None


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


def _filled(pattern: str, config: Mapping[str, Any]) -> str:
    """Put settings into a host; each is one label, so that none can name another host."""

    def label(found: re.Match[str]) -> str:
        value = config.get(found[1])
        if not isinstance(value, str) or not LABEL.fullmatch(value.lower()):
            message = f"{found[1]} is one part of a host's name: use letters, digits and dashes."
            raise _bad_address(message)
        return value.lower()

    return CONFIG_LABEL.sub(label, pattern)


def _host_fits(pattern: str, host: str) -> bool:
    """Tell whether a host is covered: `*`, a name, or `*.name` for what lies below it.

    >>> _host_fits("*.example.com", "api.example.com"), _host_fits("*.example.com", "example.com")
    (True, False)
    """
    if pattern == ANY_HOST:
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _bad_address(message: str) -> BlockError:
    return BlockError("http.bad_address", message, retryable=False)


def _not_permitted(what: str) -> BlockError:
    message = f"The block may {what}: its manifest allows no more."
    return BlockError("block.not_permitted", message, retryable=False)
