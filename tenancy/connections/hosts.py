"""Where a connection's secret may be sent: hosts, with a port where it is not the usual one.

`api.example.com` means the usual port alone, `api.example.com:8443` that one, `*.example.com` what
lies below. There is no entry for everywhere: a secret that may go anywhere is none.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence

HOSTS_MAX = 20
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(\*\.(?=[^.]+\.))?{_LABEL}(\.{_LABEL})*")
_PORT_MAX = 65_535
_TEXT_MAX = 270


def read_hosts(lines: Iterable[str]) -> list[str]:
    """Give the entries in small letters, each once, blank ones left out.

    Other letters than ASCII's stay as they are, to be refused: what they are in small letters, or
    in IDNA's form, may be another name.

    >>> read_hosts(["API.example.com ", "", "api.example.com"])
    ['api.example.com']
    """
    found = (line.strip() for line in lines if line.strip())
    return list(dict.fromkeys(one.lower() if one.isascii() else one for one in found))


def why_no_host(entry: str) -> str:
    """Say why a text is no entry; "" when it is one.

    >>> why_no_host("*.example.com"), why_no_host("https://x.y/")
    ('', 'https://x.y/ is no host: leave out https:// and what stands after the host')
    >>> why_no_host("*")
    '* would let the secret go anywhere: name the hosts'
    """
    shown = entry[:80]
    if entry in ("*", "*.*"):
        return f"{shown} would let the secret go anywhere: name the hosts"
    if "/" in entry:
        return f"{shown} is no host: leave out https:// and what stands after the host"
    host, port = split_entry(entry)
    if port is not None and not _is_port(port):
        return f"{shown}: the port is a number from 1 to {_PORT_MAX}"
    if len(entry) > _TEXT_MAX or not (_NAME.fullmatch(host) or _is_address(host)):
        return f"{shown} is no host: write such as api.example.com, *.example.com or 192.0.2.1:8443"
    return ""


def covers(entries: Sequence[str], host: str, port: int, *, usual: int) -> bool:
    """Tell whether a secret may go to that host and port.

    Args:
        entries: Of the connection.
        host: As the call is made, names in IDNA's form; an IPv6 address without brackets.
        port: Where the call goes.
        usual: The port that an entry without one stands for.

    >>> covers(["api.example.com"], "API.example.com", 443, usual=443)
    True
    >>> covers(["*.example.com"], "example.com", 443, usual=443)
    False
    """
    if not host.isascii():  # `swiß.example` is not `swiss.example`, whatever casefold says
        return False
    wanted = host.lower()
    for entry in entries:
        name, named_port = split_entry(entry)
        if (int(named_port) if named_port else usual) != port:
            continue
        if (
            wanted.endswith(name[1:]) and len(wanted) > len(name) - 1
            if name[:2] == "*."
            else wanted == name
        ):
            return True
    return False


def is_within(entries: Sequence[str], before: Sequence[str]) -> bool:
    """Tell whether the secret can go nowhere that it could not go before."""
    return set(entries) <= set(before)


def split_entry(entry: str) -> tuple[str, str | None]:
    """Part an entry into host and port; None where it names none.

    >>> split_entry("[::1]:8443"), split_entry("a.example"), split_entry("::1")
    (('::1', '8443'), ('a.example', None), ('::1', None))
    """
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        return host, rest.removeprefix(":") if rest else None
    if entry.count(":") == 1:
        host, _, port = entry.partition(":")
        return host, port
    return entry, None


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text[:6]) <= _PORT_MAX


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
