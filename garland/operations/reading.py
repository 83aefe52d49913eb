"""Who may read metrics: whoever has the token, or, where none is set, this machine itself.

Without a token nothing is told to anybody who could come from elsewhere: not through a proxy on
this machine, nor where the installation has an address that others use.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
_SCHEME = "Bearer "


class Headers(Protocol):
    """A request's headers, whose names are found in any case."""

    def __contains__(self, name: str, /) -> bool:
        """Tell whether there is one of that name."""
        ...

    def get(self, name: str, default: str, /) -> str:
        """Give the first of that name."""
        ...


def is_loopback(host: str | None) -> bool:
    """Tell whether an address or name is this machine's own, reached by nobody else.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("10.0.0.7"), is_loopback(None)
    (True, True, False, False)
    """
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def may_read(token: str, headers: Headers, *, remote: str | None, public_url: str = "") -> bool:
    """Tell whether a request may read metrics.

    Args:
        token: The one that is set, or "".
        headers: The request's.
        remote: The address it comes from.
        public_url: The address people use, or "".
    """
    if token:
        sent = headers.get("Authorization", "")
        return sent.startswith(_SCHEME) and hmac.compare_digest(
            sent.removeprefix(_SCHEME).encode(), token.encode()
        )
    came_through = any(name in headers for name in FORWARDED)
    asked_for = urlsplit(f"//{headers.get('Host', '')}").hostname
    at_home = not public_url or is_loopback(urlsplit(public_url).hostname)
    return is_loopback(remote) and is_loopback(asked_for) and at_home and not came_through
