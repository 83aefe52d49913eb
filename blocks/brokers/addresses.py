"""Which addresses a block may reach: a defence against requests forged through us (SSRF).

The name is resolved once, every address it has is judged, and the call goes to the judged address
itself: a second look-up could answer differently (DNS rebinding). What an operator may open are
private networks and this machine; nothing opens what no service of anybody's lives at, nor where
clouds keep the credentials of a machine.

Source: the IANA special-purpose address registries (RFC 6890), read 2026. They stand here and
are not asked of `ipaddress`, whose answers changed between patch releases of Python.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Iterable

from blocks.sdk import BlockError

Resolver = Callable[[str, int], list[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Allowed = bool | tuple[Network, ...]
"""What an operator opens of the private networks: all or none, or some of them."""
RESOLVE_MAX_S = 20.0
_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off", ""), False),
}


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


_PRIVATE = _networks(
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",  # carrier-grade NAT
    "127.0.0.0/8",
    "::1/128",
    "fc00::/7",  # unique local
)
_NEVER = _networks(
    "0.0.0.0/8",
    "169.254.0.0/16",  # link-local; 169.254.169.254 hands out a cloud machine's credentials
    "192.0.0.0/24",
    "192.0.2.0/24",  # documentation
    "192.88.99.0/24",  # relays of 6to4
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",
    "fd00:ec2::/32",  # a cloud's credentials again
    "2001::/23",  # Teredo, ORCHID, benchmarks
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4
    "3fff::/20",  # documentation
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that is handed out so far
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolve(host: str, port: int) -> list[str]:
    """Look a host up; also reads decimal, octal and hexadecimal forms, as connecting would."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether an address lies on the public Internet, whatever it is wrapped in.

    An IPv4 address inside an IPv6 one counts as what it is only behind NAT64's well-known prefix,
    which resolvers of networks without IPv4 make up (RFC 6147); every other wrapping is a disguise.

    >>> is_public("1.1.1.1"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    ip = _plain(address)
    return not _lies_in(ip, _PRIVATE) and not _is_closed(ip)


def may_be_opened(address: str) -> bool:
    """Tell whether an operator who allows private networks opens this address by that.

    >>> may_be_opened("10.0.0.1"), may_be_opened("169.254.169.254")
    (True, False)
    """
    return not _is_closed(_plain(address))


def read_allowed(text: str) -> Allowed:
    """Read what an operator opens: `true`, `false`, or networks with commas between.

    Raises:
        ValueError: one of them is no network.

    >>> read_allowed("no"), read_allowed("10.20.0.0/16, fd12::/48")[1]
    (False, IPv6Network('fd12::/48'))
    """
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    return _networks(*(one.strip() for one in text.split(",")))


def pick_address(
    host: str,
    port: int,
    *,
    allow_private: Allowed,
    resolver: Resolver = resolve,
    timeout_s: float = RESOLVE_MAX_S,
    protocol: str = "http",
) -> str:
    """Give the address to connect to.

    Raises:
        BlockError: `http.unreachable` when the name has none, `http.timeout` when that is not
            known in time, `http.forbidden_address` when any of its addresses may not be reached;
            of another protocol, such as `ssh`, the codes begin with that.
    """
    addresses = _looked_up(resolver, host, port, timeout_s=timeout_s, protocol=protocol)
    if not addresses:
        message = f"{host} has no address: check the name."
        raise BlockError(f"{protocol}.unreachable", message, retryable=True)
    if not all(may_be_opened(address) for address in addresses):
        message = f"{host} is at an address that no block may reach, such as a link-local one."
        raise BlockError(f"{protocol}.forbidden_address", message, retryable=False)
    if not all(is_public(one) or _is_opened(one, allow_private) for one in addresses):
        message = (
            f"{host} lies in a private network, which blocks may not reach. The operator can "
            "allow it by the setting ALLOW_PRIVATE_NETWORK."
        )
        raise BlockError(f"{protocol}.forbidden_address", message, retryable=False)
    return addresses[0]


def _looked_up(
    resolver: Resolver, host: str, port: int, *, timeout_s: float, protocol: str
) -> list[str]:
    """Look up in a thread of its own: the system's resolver knows no time limit."""
    answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError):
            answers.put([])

    threading.Thread(target=ask, daemon=True, name="look-up").start()
    try:
        return answers.get(timeout=min(timeout_s, RESOLVE_MAX_S))
    except queue.Empty:
        message = f"The address of {host} could not be found in time."
        raise BlockError(f"{protocol}.timeout", message, retryable=True) from None


def _plain(address: str) -> Address:
    """Read an address; NAT64's gives the one it stands for."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _is_closed(ip: Address) -> bool:
    if _lies_in(ip, _NEVER):
        return True
    return (
        isinstance(ip, ipaddress.IPv6Address)
        and ip not in _GLOBAL_V6
        and not _lies_in(ip, _PRIVATE)
    )


def _is_opened(address: str, allowed: Allowed) -> bool:
    if isinstance(allowed, bool):
        return allowed
    return _lies_in(_plain(address), allowed)


def _lies_in(ip: Address, networks: Iterable[Network]) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)
