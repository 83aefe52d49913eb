"""Which addresses a block may reach: a defence against requests forged through us (SSRF).

The name is resolved once, every address it has is judged, and the call goes to the judged address
itself: a second look-up could answer differently (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

from blocks.sdk import BlockError

Resolver = Callable[[str, int], list[str]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")


def resolve(host: str, port: int) -> list[str]:
    """Look a host up; also reads decimal, octal and hexadecimal forms, as connecting would."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether an address lies on the public Internet, whatever it is wrapped in.

    >>> is_public("1.1.1.1"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip in _SIX_TO_FOUR:
            inner = ip.sixtofour
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def pick_address(host: str, port: int, *, allow_private: bool, resolver: Resolver = resolve) -> str:
    """Give the address to connect to.

    Raises:
        BlockError: `http.unreachable` when the name has none, `http.forbidden_address` when any
            of its addresses is not public and the operator does not allow that.
    """
    try:
        addresses = resolver(host, port)
    except (OSError, UnicodeError):
        addresses = []
    if not addresses:
        message = f"{host} has no address: check the name."
        raise BlockError("http.unreachable", message, retryable=True)
    if not allow_private and not all(is_public(address) for address in addresses):
        message = (
            f"{host} lies in a private network, which blocks may not reach. The operator can "
            "allow it by GARLAND_ALLOW_PRIVATE_NETWORK."
        )
        raise BlockError("http.forbidden_address", message, retryable=False)
    return addresses[0]
