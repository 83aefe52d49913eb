"""What the manifest allows a block's calls to other systems: hosts, methods and ports.

Nothing here looks a name up; which addresses a name may have is `blocks.brokers.addresses`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks._manifest_parts import ANY_HOST, Permission
from blocks.outcomes import BlockError

PORTS = {"http": 80, "https": 443}
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
CONFIG_LABEL = re.compile(r"\$\{config\.([a-z][a-z0-9_]{0,39})\}")


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

    def check(self, method: str, *, host: str, port: int) -> None:
        """Refuse a call that is not covered.

        Raises:
            BlockError: `block.not_permitted`.
        """
        if self.methods and method not in self.methods:
            raise _not_permitted(f"use only {', '.join(self.methods)}, not {method}")
        self.check_place(host, port)

    def check_place(self, host: str, port: int) -> None:
        """Refuse a host or port that is not covered; raises BlockError like `check`."""
        if not any(host_fits(pattern, host) for pattern in self.hosts):
            raise _not_permitted(f"call only {', '.join(self.hosts)}, not {host}")
        if self.ports and port not in self.ports:
            allowed = ", ".join(str(port) for port in self.ports)
            raise _not_permitted(f"call only port {allowed}, not {port}")


def permit_of(permission: Permission, config: Mapping[str, Any]) -> Permit:
    """Give what a manifest's permission allows a step with these settings.

    Raises:
        BlockError: `http.bad_address`, or the same of another protocol, when a setting that stands
            in a host is no DNS label.
    """
    hosts = tuple(_filled(pattern, config, permission.name) for pattern in permission.hosts)
    return Permit(hosts=hosts, methods=permission.methods, ports=permission.reachable_ports)


def _filled(pattern: str, config: Mapping[str, Any], protocol: str) -> str:
    """Put settings into a host; each is one label, so that none can name another host."""

    def label(found: re.Match[str]) -> str:
        value = config.get(found[1])
        if not isinstance(value, str) or not LABEL.fullmatch(value.lower()):
            message = f"{found[1]} is one part of a host's name: use letters, digits and dashes."
            raise BlockError(f"{protocol}.bad_address", message, retryable=False)
        return value.lower()

    return CONFIG_LABEL.sub(label, pattern)


def host_fits(pattern: str, host: str) -> bool:
    """Tell whether a host is covered: `*`, a name, or `*.name` for what lies below it.

    >>> host_fits("*.example.com", "api.example.com"), host_fits("*.example.com", "example.com")
    (True, False)
    """
    if pattern == ANY_HOST:
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _not_permitted(what: str) -> BlockError:
    message = f"The block may {what}: its manifest allows no more."
    return BlockError("block.not_permitted", message, retryable=False)
