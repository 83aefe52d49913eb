"""Whether a password stands in the shipped list of breached ones.

The list holds 32 bits of each password's SHA-256: the first 16 name a bucket, the others are
kept, in order. About one in 3,000 passwords that are in no breach meets an entry by chance and is
refused too; whoever chose it chooses another. The list tells nobody a password.

File: one byte for each of 65,536 buckets with the number of its entries, then the entries of one
bucket after the other, two bytes each, big-endian.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from pathlib import Path

PLACE = Path(__file__).parent / "passwords.bin"
BUCKETS = 1 << 16
ENTRY_BYTES = 2
SHORTEST = 12
"""Shorter ones are in no list of ours: nobody may choose them anyhow."""


def is_breached(password: str) -> bool:
    """Tell whether a password is a known one, in whatever case it is written."""
    return is_among(password, *_read(PLACE))


def is_among(password: str, content: bytes, begins: tuple[int, ...]) -> bool:
    """Tell whether a password is in a list, given as its file and where its buckets begin."""
    bucket, entry = _place_of(password.casefold())
    held = content[begins[bucket] : begins[bucket + 1]]
    wanted = entry.to_bytes(ENTRY_BYTES, "big")
    return any(held[at : at + ENTRY_BYTES] == wanted for at in range(0, len(held), ENTRY_BYTES))


def begins_of(content: bytes) -> tuple[int, ...]:
    """Give where each bucket of a file begins, and where the last one ends."""
    sizes = (one * ENTRY_BYTES for one in content[:BUCKETS])
    return tuple(accumulate(sizes, initial=BUCKETS))


def write_list(passwords: Iterable[str]) -> bytes:
    """Give the file of some passwords, each in lower case.

    Raises:
        OverflowError: a bucket would hold more than a byte can count.
    """
    buckets: list[set[int]] = [set() for _ in range(BUCKETS)]
    for one in passwords:
        bucket, entry = _place_of(one)
        buckets[bucket].add(entry)
    numbers = b"".join(len(one).to_bytes(1, "big") for one in buckets)
    entries = b"".join(
        entry.to_bytes(ENTRY_BYTES, "big") for one in buckets for entry in sorted(one)
    )
    return numbers + entries


def _place_of(password: str) -> tuple[int, int]:
    digest = hashlib.sha256(password.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:2], "big"), int.from_bytes(digest[2:4], "big")


@cache
def _read(path: Path) -> tuple[bytes, tuple[int, ...]]:
    """Read the list once a process, when somebody first chooses a password: 3 MB."""
    content = path.read_bytes()
    return content, begins_of(content)
