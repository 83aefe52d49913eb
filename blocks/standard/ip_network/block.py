"""IP network: finds the narrowest of some networks that an address is in."""

from __future__ import annotations

import ipaddress

from blocks.sdk import BlockError, Context, Outcome

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def run(ctx: Context) -> Outcome:
    """End by `inside` with the network, or by `outside`."""
    address = _address(ctx.input["address"])
    found = [(_network(one["network"]), one) for one in ctx.config["networks"]]
    around = [(network, one) for network, one in found if address in network]
    facts = {"version": address.version, "private": address.is_private}
    if not around:
        return ctx.emit("outside", facts)
    network, entry = max(around, key=lambda pair: pair[0].prefixlen)
    return ctx.emit("inside", {"network": str(network), "name": entry.get("name", ""), **facts})


def _address(text: str) -> Address:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        message = f"{text} is no IP address: give one such as 192.0.2.7."
        raise BlockError("network.bad_address", message) from None
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return inner or address


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text.strip())
    except ValueError:
        raise BlockError("network.bad_network", _what_is_wrong(text)) from None


def _what_is_wrong(text: str) -> str:
    try:
        meant = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return f"{text} is no network: write one such as 10.20.0.0/16."
    return f"{text} has bits beyond its prefix: write {meant}."
