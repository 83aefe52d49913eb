"""The chain of digests: what ties each entry to all before it. Pure.

Each digest is the SHA-256 of the digest before and of the entry's JSON in one fixed form, so an
entry that is changed, left out or moved shows at the first digest that no longer fits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kernel.ids import sha256_of

Fact = str | int | bool | list[str] | None
"""What an entry may tell: all of it reads the same from every database, as floats do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one entry says, in its place of the chain."""

    tenant_id: str
    number: int
    at: datetime
    action: str
    by: str
    by_id: str
    about_kind: str
    about_id: str
    about: str
    facts: dict[str, Any]
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where a chain is broken: the number of the entry, and what is wrong with it."""

    number: int
    why: str


def digest_of(before: str, entry: Told) -> str:
    """Give the digest of an entry that follows on the digest `before`."""
    said = {name: getattr(entry, name) for name in Told.__slots__}
    said["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256_of(f"{before}\n{text}")


def find_break(
    entries: Iterable[tuple[Told, str]],
    *,
    kept_from: int,
    begins_with: str,
    last: int,
    ends_with: str,
) -> Break | None:
    """Give the first place where a chain is broken; None where it is whole.

    Args:
        entries: What is kept, by number, each with the digest that stands beside it.
        kept_from: The number that the first of them has to have.
        begins_with: The digest before that one.
        last: The number that the last of them has to have; `kept_from - 1` where none is kept.
        ends_with: The last one's digest.
    """
    awaited, before = kept_from, begins_with
    for entry, digest in entries:
        if entry.number != awaited:
            return Break(number=awaited, why=f"entry {awaited} is missing")
        if digest_of(before, entry) != digest:
            return Break(number=awaited, why=f"entry {awaited} is not what was written")
        awaited, before = awaited + 1, digest
    if awaited <= last:
        return Break(number=awaited, why=f"entry {awaited} is missing")
    if awaited != last + 1 or before != ends_with:
        return Break(number=last, why="the chain does not end where it should")
    return None
