"""Short names for message fields that durable_rules cannot mix up.

It knows a field by a 32-bit FNV-1a hash of its name and never compares the names themselves, so
two names with one hash would be one field. A name whose hash is taken is skipped.
"""

from __future__ import annotations

from collections.abc import Callable

_OFFSET, _PRIME, _MASK = 0x811C9DC5, 16777619, 0xFFFFFFFF
_RESERVED = ("id", "sid", "_k", "$s", "$i", "$m")


def name_hash(name: str) -> int:
    """Hash a name as durable_rules does (its `fnv1Hash32`), ASCII only.

    >>> name_hash("id"), name_hash("sid")
    (926444256, 3593476751)
    """
    value = _OFFSET
    for byte in name.encode("ascii"):
        value = ((value ^ byte) * _PRIME) & _MASK
    return value


class Names:
    """Hands out names no two of which hash alike."""

    def __init__(self, hashing: Callable[[str], int] = name_hash) -> None:
        self._hash = hashing
        self._taken = {hashing(name) for name in _RESERVED}
        self._next = 0

    def take(self, prefix: str) -> str:
        """Hand out the next free name with a prefix: f0, then f1, and so on."""
        while True:
            name = f"{prefix}{self._next}"
            self._next += 1
            if self._hash(name) not in self._taken:
                self._taken.add(self._hash(name))
                return name
