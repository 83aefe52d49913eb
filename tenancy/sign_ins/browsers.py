"""Where a sign-in comes from, in words a person knows again. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from tenancy.sign_ins._tables import ADDRESS_MAX, NAME_MAX

NETWORK_BITS = 64
UNKNOWN = "Unknown browser"
_BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/"),
    ("Safari", r"\bVersion/.* Safari/"),
    ("curl", r"^curl/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPad", r"\biPad\b"),
    ("iPhone", r"\biPhone\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request comes from: the address, and the browser in plain words."""

    address: str
    browser: str


def origin_of(address: str | None, user_agent: str) -> Origin:
    """Give where a request comes from."""
    return Origin(address=(address or "")[:ADDRESS_MAX], browser=browser_of(user_agent))


def browser_of(user_agent: str) -> str:
    """Name the browser and the system that a `User-Agent` tells of (RFC 9110, 10.1.5).

    >>> browser_of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    >>> browser_of("")
    'Unknown browser'
    """
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if not browser:
        return f"{UNKNOWN} on {system}" if system else UNKNOWN
    return f"{browser} on {system}"[:NAME_MAX] if system else browser


def network_of(address: str) -> str:
    """Give what tries are counted by: an IPv4 address, or the network a home has in IPv6.

    A network of 64 bits belongs to one customer at least: each of its addresses is theirs.

    >>> network_of("192.0.2.7"), network_of("2001:db8::1:2:3:4"), network_of("?")
    ('192.0.2.7', '2001:db8::/64', '?')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), NETWORK_BITS), strict=False))
    return str(found)


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in patterns if re.search(pattern, text)), "")
