"""Analysis: which alarms a table forgets, which rows get in each other's way, which never count.

Pure and exact over the partition of each input: a gap, an overlap or a row that never counts is
found if there is one, with an example, unless the said limits of work were passed (`limit`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations as pairs
from typing import Any

from kernel.errors import Problem
from runtime.rules.tables.boxes import Box, Budget, meet, uncovered
from runtime.rules.tables.cells import Cell, Value
from runtime.rules.tables.deciding import importance
from runtime.rules.tables.model import Hit, Table, parse_table
from runtime.rules.tables.partition import Partition, partition

GAPS_MAX = 20
OVERLAPS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Combinations no row takes: the atoms of each input, and one of them as an example."""

    box: Box
    example: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two rows that take the same values; `differs` tells whether they say different things."""

    rows: tuple[int, int]
    example: tuple[Value, ...]
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is to be known of a table before it is published.

    Attributes:
        partitions: How each input's values are parted.
        gaps: What no row takes, as boxes that do not overlap.
        overlaps: Pairs of rows that both match something.
        dead: Rows with a cell that takes no value an alarm can have, and that column.
        masked: Rows that match, and never count, because others come first or matter more.
        more_gaps: There are more than are listed.
        limit: Why not all was looked at; "" where it was.
    """

    partitions: tuple[Partition, ...]
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    dead: tuple[tuple[int, int], ...]
    masked: tuple[int, ...]
    limit: str
    more_gaps: bool = False


def analyse(table: Table) -> Findings:
    """Look for gaps, overlaps and rows that never count.

    Overlaps cost O(rows²); gaps and masked rows at most `WORK_MAX` steps each.
    """
    columns = zip(*(row.when for row in table.rows), strict=True)
    partitions = tuple(
        partition(one, cells, table.on) for one, cells in zip(table.inputs, columns, strict=True)
    )
    crowded = [one.column.field for one in partitions if not one.is_whole]
    if crowded:
        return Findings(
            partitions=partitions,
            gaps=(),
            overlaps=(),
            dead=(),
            masked=(),
            limit=f"{crowded[0]} has too many contains, starts with and ends with to compare "
            "all combinations: gaps and overlaps were not looked for",
        )
    return _analyse(table, partitions)


def _analyse(table: Table, partitions: tuple[Partition, ...]) -> Findings:
    boxes = _boxes(table, partitions)
    dead = tuple(
        (row, next(i for i, atoms in enumerate(box) if not atoms))
        for row, box in enumerate(boxes)
        if not all(box)
    )
    spaces, masks = Budget(), Budget()
    whole = tuple(one.full for one in partitions)
    gaps = uncovered(whole, boxes, most=GAPS_MAX + 1, budget=spaces)
    masked = tuple(_masked(table, boxes, masks))
    is_spent = spaces.is_spent or masks.is_spent
    return Findings(
        partitions=partitions,
        gaps=tuple(
            Gap(box=box, example=_example(partitions, box)) for box in _merged(gaps[:GAPS_MAX])
        ),
        more_gaps=len(gaps) > GAPS_MAX,
        overlaps=tuple(_overlaps(table, partitions, boxes)),
        dead=dead,
        masked=masked,
        limit="the table has too many combinations to look at all: there may be more gaps "
        "and rows that never count"
        if is_spent
        else "",
    )


def _boxes(table: Table, partitions: Sequence[Partition]) -> list[Box]:
    known: dict[tuple[int, Cell], int] = {}
    for row in table.rows:
        for index, cell in enumerate(row.when):
            if (index, cell) not in known:
                known[index, cell] = partitions[index].mask(cell)
    return [tuple(known[i, cell] for i, cell in enumerate(row.when)) for row in table.rows]


def _overlaps(
    table: Table, partitions: Sequence[Partition], boxes: Sequence[Box]
) -> Iterator[Overlap]:
    """Pair rows that meet; those that say different things first, at most `OVERLAPS_MAX`."""
    met = [
        (table.rows[a].then == table.rows[b].then, a, b, common)
        for a, b in pairs(range(len(boxes)), 2)
        if (common := meet(boxes[a], boxes[b])) is not None
    ]
    for same, a, b, common in sorted(met)[:OVERLAPS_MAX]:
        yield Overlap(rows=(a, b), example=_example(partitions, common), differs=not same)


def _masked(table: Table, boxes: Sequence[Box], budget: Budget) -> Iterator[int]:
    """List the rows all of whose alarms other rows decide, under `first` and `priority`."""
    if table.hit not in (Hit.FIRST, Hit.PRIORITY):
        return
    ranks = [
        (importance(table, row) if table.hit is Hit.PRIORITY else (), row)
        for row in range(len(boxes))
    ]
    for row, box in enumerate(boxes):
        before = [boxes[i] for i in range(len(boxes)) if ranks[i] < ranks[row]]
        if all(box) and not uncovered(box, before, most=1, budget=budget):
            if budget.is_spent:
                return
            yield row


def _example(partitions: Sequence[Partition], box: Box) -> tuple[Value, ...]:
    """Take the plainest value of each column: a single one before a stretch, none at the last."""
    return tuple(
        min(
            (atom for i, atom in enumerate(one.atoms) if atoms >> i & 1),
            key=lambda atom: (atom.value is None, atom.is_open),
        ).value
        for one, atoms in zip(partitions, box, strict=True)
    )


def _merged(gaps: Sequence[Box]) -> list[Box]:
    """Join boxes that differ in one column only, until none do."""
    return reduce(_merge_in, gaps, [])


def _merge_in(found: list[Box], box: Box) -> list[Box]:
    for index, other in enumerate(found):
        different = [i for i, (a, b) in enumerate(zip(box, other, strict=True)) if a != b]
        if len(different) == 1:
            joined = tuple(a | b for a, b in zip(box, other, strict=True))
            return _merge_in([*found[:index], *found[index + 1 :]], joined)
    return [*found, box]


def blocking(table: Table, findings: Findings) -> list[Problem]:
    """List what keeps a table from being published: a dead row, and rows that contradict.

    Gaps are none of it: no row is an answer too, and nothing happens.
    """
    found = [
        Problem(
            f"/rows/{row}/when/{column}",
            f"row {row + 1} can never match: no alarm has such a value here; "
            "change the cell or take the row away",
        )
        for row, column in findings.dead
    ]
    if table.hit not in (Hit.UNIQUE, Hit.ANY):
        return found
    if not all(one.is_whole for one in findings.partitions):
        remedy = "choose first as hit policy, or write fewer parts of texts"
        found.append(Problem("/hit", f"{findings.limit}: {remedy}"))
    for one in findings.overlaps:
        if table.hit is Hit.UNIQUE or one.differs:
            first, second = (row + 1 for row in one.rows)
            found.append(Problem(f"/rows/{one.rows[1]}", _contradiction(table, first, second)))
    return found


def publishing_problems(document: Mapping[str, Any]) -> list[Problem]:
    """List what keeps a good document from being published; see `blocking`."""
    table = parse_table(document)
    return blocking(table, analyse(table))


def _contradiction(table: Table, first: int, second: int) -> str:
    if table.hit is Hit.UNIQUE:
        return (
            f"rows {first} and {second} can both match, and only one may: narrow one of them, "
            "or choose another hit policy"
        )
    return (
        f"rows {first} and {second} can both match and say different things: make them say the "
        "same, or choose another hit policy"
    )
