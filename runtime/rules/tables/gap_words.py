"""Gaps in words and as cells: what values a box holds, told to people and written for a new row.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from runtime.rules.conditions import Op
from runtime.rules.fields import NUMBER_LIMIT, Kind
from runtime.rules.tables.analysis import Findings, Gap
from runtime.rules.tables.cell_text import ANY_TEXT, write_cell
from runtime.rules.tables.cells import (
    ANY,
    Between,
    Cell,
    Compared,
    Equals,
    Missing,
    Test,
)
from runtime.rules.tables.model import Table
from runtime.rules.tables.partition import Atom, Partition
from runtime.rules.tables.words import input_title, value_words


def gap_words(table: Table, findings: Findings, gap: Gap) -> str:
    """Say what a gap holds, leaving out the inputs that do not matter.

    The words of a column that no cell can say are an example's.
    """
    found = []
    for index, column in enumerate(table.inputs):
        cell = gap_cell(table, findings, gap, index)
        if cell is None:
            found.append(f"{input_title(column)} such as {value_words(gap.example[index])}")
        elif not cell.is_any:
            found.append(f"{input_title(column)} {write_cell(cell)}")
    return "; ".join(found) or "every alarm"


def gap_row(table: Table, findings: Findings, gap: Gap) -> list[str]:
    """Write the input cells of a row that takes a gap; `-` where no cell says it exactly."""
    cells = [gap_cell(table, findings, gap, index) for index in range(len(table.inputs))]
    return [ANY_TEXT if cell is None else write_cell(cell) for cell in cells]


def gap_cell(table: Table, findings: Findings, gap: Gap, column: int) -> Cell | None:
    """Give the cell that takes exactly a box's atoms of a column; None where there is none."""
    parted, atoms = findings.partitions[column], gap.box[column]
    if atoms == parted.full:
        return ANY
    written = [row.when[column] for row in table.rows]
    for cell in _candidates(parted, atoms, written):
        if not cell.is_any and parted.mask(cell) == atoms:
            return cell
    return None


def _candidates(parted: Partition, atoms: int, written: Sequence[Cell]) -> Iterator[Cell]:
    yield Cell((Missing(),))
    yield Cell((Missing(),), negated=True)
    inside = [one for i, one in enumerate(parted.atoms) if atoms >> i & 1]
    outside = [one for i, one in enumerate(parted.atoms) if not atoms >> i & 1]
    if parted.column.kind is Kind.NUMBER:
        yield Cell(tuple(_stretches(parted.atoms, atoms)))
        return
    if parted.column.kind is Kind.SEVERITY and len(inside) > 1:
        yield Cell((Compared(Op.AT_LEAST, str(inside[0].value)),))
        yield Cell((Compared(Op.AT_MOST, str(inside[-1].value)),))
    yield Cell(tuple(_single(inside)))
    yield Cell(tuple(_single(outside)), negated=True)
    for cell in written:
        yield cell
        yield Cell(cell.tests, not cell.negated)
    tests = {test: None for cell in written if not cell.negated for test in cell.tests}
    yield Cell(tuple(tests), negated=True)
    yield Cell((*tests, Missing()), negated=True)


def _single(atoms: Sequence[Atom]) -> Iterator[Test]:
    for one in atoms:
        if one.value is None:
            yield Missing()
        elif not isinstance(one.value, tuple) and not one.is_open:
            yield Equals(one.value)


def _stretches(listed: Sequence[Atom], atoms: int) -> Iterator[Test]:
    """Join neighbouring points and stretches of numbers into comparisons."""
    numbers = [(one, atoms >> i & 1) for i, one in enumerate(listed) if one.value is not None]
    for taken, run in groupby(numbers, key=lambda one: one[1]):
        if taken:
            members = [one for one, _ in run]
            yield _stretch(members[0], members[-1])
    if any(one.value is None and atoms >> i & 1 for i, one in enumerate(listed)):
        yield Missing()


def _stretch(first: Atom, last: Atom) -> Test:
    low, high = first.low, last.high
    with_low, with_high = first.is_point, last.is_point
    if with_low and isinstance(first.value, float):
        low = first.value
    if with_high and isinstance(last.value, float):
        high = last.value
    if low is None or high is None:
        return _half(low, high, with_low=with_low, with_high=with_high)
    return Equals(low) if low == high else Between(low, high, with_low, with_high)


def _half(low: float | None, high: float | None, *, with_low: bool, with_high: bool) -> Test:
    if high is not None:
        return Compared(Op.AT_MOST if with_high else Op.LESS_THAN, high)
    if low is not None:
        return Compared(Op.AT_LEAST if with_low else Op.MORE_THAN, low)
    return Compared(Op.LESS_THAN, NUMBER_LIMIT)
