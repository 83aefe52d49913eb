"""Looks texts up in the DNS, by the resolvers that this machine is set up with."""

from __future__ import annotations

import dns.exception
import dns.resolver

from kernel.errors import ConflictError

LASTS_S = 5.0


def look_up_texts(name: str) -> list[str]:
    """Give the texts of the TXT records at a name (RFC 1035, 3.3.14); [] where there are none.

    Raises:
        ConflictError: no resolver answered.
    """
    try:
        found = dns.resolver.resolve(name, "TXT", lifetime=LASTS_S)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException:
        raise ConflictError(
            f"The DNS did not answer for {name}. Try again; if it stays so, ask whoever runs "
            "this installation."
        ) from None
    return [b"".join(one.strings).decode("ascii", "replace") for one in found]
