"""Where a call to a device goes, written as an address."""

from __future__ import annotations


def url_of(protocol: str, host: str, port: int) -> str:
    """Write it as an address (RFC 3986, 3.2).

    >>> url_of("ssh", "r1.example", 22), url_of("snmp", "2001:db8::1", 161)
    ('ssh://r1.example:22', 'snmp://[2001:db8::1]:161')
    """
    return f"{protocol}://{f'[{host}]' if ':' in host else host}:{port}"
