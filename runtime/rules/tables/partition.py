"""Partitions: the values an input may have, parted into finitely many that no cell tells apart.

Pure. For numbers and severities these are points and the stretches between them; for texts, the
values that are written, and for each combination of contains, starts with and ends with that a
text can have one example (`text_examples`). What is true of the examples is true of every alarm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from runtime.rules.fields import NUMBER_LIMIT, SEVERITIES, Kind
from runtime.rules.model import Transition
from runtime.rules.tables.cells import (
    Between,
    Cell,
    Compared,
    Equals,
    Textual,
    Value,
    cell_holds,
)
from runtime.rules.tables.columns import Input
from runtime.rules.tables.text_examples import combinations, list_maker, text_maker

ALWAYS_THERE = frozenset({"perceived_severity", "managed_object", "count", "ack_state"})
_WHOLE = frozenset({"count"})  # whole numbers from 1 on
_OPTIONS = {"ack_state": ("acknowledged", "unacknowledged")}


@dataclass(frozen=True, slots=True)
class Atom:
    """Values that no cell of a column tells apart, with one of them as the example.

    A single value stands for itself, unless `is_open`: then it stands for many. `low` and `high`
    are the bounds of a stretch of numbers, not in it, None where it has no end.
    """

    value: Value
    low: float | None = None
    high: float | None = None
    is_open: bool = False

    @property
    def is_point(self) -> bool:
        """Tell whether it is one number by itself."""
        return isinstance(self.value, float) and not self.is_open


@dataclass(frozen=True, slots=True)
class Partition:
    """One column's atoms. `is_whole` is False where there were too many to list."""

    column: Input
    atoms: tuple[Atom, ...]
    is_whole: bool = True

    @property
    def full(self) -> int:
        """Give the set of all atoms, as bits."""
        return (1 << len(self.atoms)) - 1

    def mask(self, cell: Cell) -> int:
        """Give the set of atoms a cell takes, as bits."""
        if cell.is_any:
            return self.full
        return sum(1 << i for i, atom in enumerate(self.atoms) if cell_holds(cell, atom.value))


def partition(column: Input, cells: Sequence[Cell], on: frozenset[Transition]) -> Partition:
    """Part an input's values by what its cells ask; alarms as the table's events bring them."""
    if column.kind is Kind.SEVERITY:
        atoms = [Atom(one) for one in _severities(on)]
    elif column.kind is Kind.TRUTH:
        atoms = [Atom(False), Atom(True)]
    elif column.kind is Kind.NUMBER:
        atoms = list(_numbers(column, cells))
    else:
        texts = _texts(column, cells)
        if texts is None:
            return Partition(column, (), is_whole=False)
        atoms = texts
    if column.field not in ALWAYS_THERE:
        atoms.append(Atom(None))
    return Partition(column, tuple(atoms))


def _severities(on: frozenset[Transition]) -> Iterator[str]:
    """An alarm is cleared when it comes because it was cleared, and not otherwise."""
    for one in SEVERITIES:
        wanted = (
            {Transition.CLEARED} if one == "cleared" else set(Transition) - {Transition.CLEARED}
        )
        if on & wanted:
            yield one


def _numbers(column: Input, cells: Sequence[Cell]) -> Iterator[Atom]:
    points = sorted({point for cell in cells for point in _points(cell)})
    whole = column.field in _WHOLE
    bounds = [None, *points, None]
    for low, high in pairwise(bounds):
        example = _whole_between(low, high) if whole else _between(low, high)
        if example is not None:
            yield Atom(example, low, high, is_open=True)
        if high is not None and not (whole and (high < 1 or high % 1)):
            yield Atom(high)


def _points(cell: Cell) -> Iterator[float]:
    for test in cell.tests:
        match test:
            case Between(low, high):
                yield from (float(low), float(high))
            case Compared(_, value) | Equals(value):
                yield float(value)


def _whole_between(low: float | None, high: float | None) -> float | None:
    first = max(1.0, float(int(low // 1) + 1)) if low is not None else 1.0
    return first if high is None or first < high else None


def _between(low: float | None, high: float | None) -> float | None:
    """Give a handy number between two, neither included; None where there is no room."""
    least = -NUMBER_LIMIT if low is None else low
    most = NUMBER_LIMIT if high is None else high
    tries = [
        0.0 if low is None and high is None else None,
        least // 1 + 1 if low is not None else None,
        most // 1 - (0 if most % 1 else 1) if high is not None else None,
        (least + most) / 2,
    ]
    return next((one for one in tries if one is not None and least < one < most), None)


def _texts(column: Input, cells: Sequence[Cell]) -> list[Atom] | None:
    """List the texts that are written, then an example of every other combination of parts."""
    if column.field in _OPTIONS:
        return [Atom(one) for one in _OPTIONS[column.field]]
    tests = [test for cell in cells for test in cell.tests]
    written = dict.fromkeys(str(test.value) for test in tests if isinstance(test, Equals))
    parts = list(dict.fromkeys(test for test in tests if isinstance(test, Textual)))
    as_list = column.kind is Kind.TEXTS
    make = list_maker(parts) if as_list else text_maker(tuple(written), parts)
    others = combinations(parts, make)
    if others is None:
        return None
    return [*map(Atom, written), *(Atom(one, is_open=True) for one in others)]
