"""Flags: the tests that durable_rules is not given, many of them on one value at little cost.

Pure. A tenant's rules may look for hundreds of words in one text; the text is made ready for them
once, and each word then costs a look-up in C.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from runtime.rules.conditions import Op, Operand
from runtime.rules.fields import Kind, Read, Row
from runtime.rules.reference import compare


@dataclass(frozen=True, slots=True)
class Flag:
    """One test of a field's value."""

    read: Read
    op: Op
    operand: Operand


@dataclass(frozen=True, slots=True)
class Flags:
    """Tests by the field they look at: those for a part of a text, and the others."""

    read: Read
    parts: tuple[tuple[str, str], ...]
    others: tuple[tuple[Flag, str], ...]

    def holding(self, seen: Any) -> Iterator[str]:
        """Name the tests that hold for a value; of a list they hold for any of its texts."""
        for text in seen if self.read.kind is Kind.TEXTS else (seen,):
            if self.parts:
                folded = text.casefold()
                yield from [name for part, name in self.parts if part in folded]
        for flag, name in self.others:
            if compare(flag.op, self.read.kind, seen, flag.operand):
                yield name


def by_field(named: Mapping[Flag, str]) -> tuple[Flags, ...]:
    """Sort flags by the field they look at."""
    ordered = sorted(named.items(), key=lambda item: repr(item[0].read))
    return tuple(
        _flags(read, list(mine)) for read, mine in groupby(ordered, key=lambda item: item[0].read)
    )


def holding(flags: Iterable[Flags], row: Row) -> list[str]:
    """Name the flags that hold for a row, each once; none holds where the field is missing."""
    found: dict[str, None] = {}
    for one in flags:
        seen = row.get(one.read)
        if seen is not None:
            found.update(dict.fromkeys(one.holding(seen)))
    return list(found)


def _flags(read: Read, named: list[tuple[Flag, str]]) -> Flags:
    parts = [(str(one.operand).casefold(), name) for one, name in named if one.op is Op.CONTAINS]
    others = [(one, name) for one, name in named if one.op is not Op.CONTAINS]
    return Flags(read, tuple(parts), tuple(others))
