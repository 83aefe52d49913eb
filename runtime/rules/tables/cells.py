"""Cells: what one input cell of a decision table asks of a value, as typed tests.

Pure. `cell_text` reads and writes them as people do; `cell_holds` is what they mean, and what the
conditions made of them (`conditions`) are tested against.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runtime.rules.conditions import Op
from runtime.rules.fields import SEVERITY_RANK, Kind, Scalar

ORDERED = frozenset({Kind.NUMBER, Kind.SEVERITY})

Value = Scalar | tuple[str, ...] | None
_HOLDS: dict[Op, Callable[[float, float], bool]] = {
    Op.LESS_THAN: operator.lt,
    Op.AT_MOST: operator.le,
    Op.MORE_THAN: operator.gt,
    Op.AT_LEAST: operator.ge,
}


@dataclass(frozen=True, slots=True)
class Equals:
    """The very value; a severity by its name."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Compared:
    """Less or more than a number or severity."""

    op: Op
    value: Scalar


@dataclass(frozen=True, slots=True)
class Between:
    """From `low` to `high`; a bound that is not closed is not in it."""

    low: Scalar
    high: Scalar
    with_low: bool
    with_high: bool


@dataclass(frozen=True, slots=True)
class Textual:
    """Part of a text, whatever the case."""

    op: Op
    part: str


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no value, or none of the column's kind."""


Test = Equals | Compared | Between | Textual | Missing


@dataclass(frozen=True, slots=True)
class Cell:
    """One input cell: any of its tests holds, or none where it is negated.

    No test and not negated is `-`: whatever the value.
    """

    tests: tuple[Test, ...] = ()
    negated: bool = False

    @property
    def is_any(self) -> bool:
        """Tell whether the cell takes every value, a missing one too."""
        return not self.tests


ANY = Cell()


def rank(value: Any) -> float:
    """Order numbers and severities.

    >>> rank("critical") > rank("major")
    True
    """
    return SEVERITY_RANK[value] if isinstance(value, str) else float(value)


def as_written(value: Any) -> Any:
    """Give a whole number as people write it.

    >>> as_written(5.0), as_written(2.5), as_written("a")
    (5, 2.5, 'a')
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


def cell_holds(cell: Cell, value: Value) -> bool:
    """Tell whether a cell takes a value; None is a missing one, a severity goes by its name."""
    return cell.is_any or any(_holds(test, value) for test in cell.tests) is not cell.negated


def _holds(test: Test, value: Value) -> bool:
    if value is None or isinstance(test, Missing):
        return value is None and isinstance(test, Missing)
    if isinstance(test, Textual):
        texts = value if isinstance(value, tuple) else (value,)
        return any(_has(test, str(text)) for text in texts)
    if isinstance(test, Equals):
        return value == test.value
    if isinstance(test, Compared):
        return _HOLDS[test.op](rank(value), rank(test.value))
    return _lies_between(test, rank(value))


def _lies_between(test: Between, at: float) -> bool:
    low, high = rank(test.low), rank(test.high)
    after = at >= low if test.with_low else at > low
    return after and (at <= high if test.with_high else at < high)


def _has(test: Textual, text: str) -> bool:
    seen, part = text.casefold(), test.part.casefold()
    if test.op is Op.CONTAINS:
        return part in seen
    return seen.startswith(part) if test.op is Op.STARTS_WITH else seen.endswith(part)
