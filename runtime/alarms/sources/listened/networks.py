"""Addresses and networks that senders lie in. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network_problem(text: str) -> str | None:
    """Say what is wrong with an address or network, or None.

    >>> network_problem("192.0.2.0/24") is None, network_problem("192.0.2.7/24")
    (True, '192.0.2.7/24 has host bits set: write 192.0.2.0/24, or the address alone')
    """
    try:
        ipaddress.ip_network(text)
    except ValueError:
        try:
            meant = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return f"{text[:60]} is no address and no network, such as 192.0.2.0/24"
        return f"{text} has host bits set: write {meant}, or the address alone"
    return None


def networks_of(texts: Iterable[str]) -> list[Network]:
    """Read networks that were checked."""
    return [ipaddress.ip_network(text) for text in texts]


def plain_address(address: str) -> str:
    """Write a sender's address as networks are: without a zone, IPv4 as IPv4.

    >>> plain_address("::ffff:192.0.2.7"), plain_address("fe80::1%eth0")
    ('192.0.2.7', 'fe80::1')
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return str(mapped or ip)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can send to a host; a name is taken for one that others know.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0"), is_loopback("localhost")
    (True, False, True)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def lies_in(address: str, networks: Sequence[Network]) -> bool:
    """Tell whether an address, plain, lies in one of the networks."""
    ip = ipaddress.ip_address(address)
    return any(ip.version == one.version and ip in one for one in networks)


def overlap(ours: Iterable[Network], theirs: Iterable[Network]) -> Network | None:
    """Give the first of our networks that shares an address with one of theirs."""
    others = list(theirs)
    return next(
        (
            one
            for one in ours
            if any(one.version == other.version and one.overlaps(other) for other in others)
        ),
        None,
    )
