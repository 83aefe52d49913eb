"""Deciding: which of the rows that match count, what they put out, and what is to be done.

Pure: rows in, decision out, by the hit policy. Which rows match comes from the matcher, or from
`matching_rows`, the reference.

Source: DMN 1.3, 8.2.10 (hit policies) and 8.2.11 (aggregation). Numbers of several columns are
each aggregated by themselves, where DMN allows a single output only: our own choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.rules.fields import SEVERITIES, Kind, Scalar, read_as, value_at
from runtime.rules.model import Action
from runtime.rules.tables.cells import Value, as_written, cell_holds
from runtime.rules.tables.columns import Input, Output, Target
from runtime.rules.tables.model import Aggregate, Hit, Table
from runtime.rules.tables.outputs import deed_of

Outputs = tuple[Scalar | None, ...]
_FOLDS: Mapping[Aggregate, Callable[[list[float]], float]] = {
    Aggregate.SUM: lambda numbers: float(sum(numbers)),
    Aggregate.MIN: min,
    Aggregate.MAX: max,
    Aggregate.COUNT: lambda numbers: float(len(numbers)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a table decided.

    Attributes:
        rows: The rows that count, by index, in the table's order.
        outputs: What they put out: one set of values, or several for `collect`.
    """

    rows: tuple[int, ...]
    outputs: tuple[Outputs, ...]


def values_of(inputs: Sequence[Input], facts: Mapping[str, Any]) -> tuple[Value, ...]:
    """Read what a table's inputs see of an alarm; a severity by its name."""
    return tuple(seen_as(one, value_at(facts, one.field)) for one in inputs)


def seen_as(column: Input, value: Any) -> Value:
    """Read a value as an input does; None where it cannot be read so."""
    taken = read_as(value, column.kind)
    if column.kind is Kind.SEVERITY and isinstance(taken, float):
        return SEVERITIES[int(taken)]
    return taken


def matching_rows(table: Table, values: Sequence[Value]) -> tuple[int, ...]:
    """List the rows that take these values, by index: the reference evaluator."""
    return tuple(
        index for index, row in enumerate(table.rows) if all(map(cell_holds, row.when, values))
    )


def decide(table: Table, matching: Iterable[int]) -> Decision | None:
    """Choose among the rows that match; None where none does.

    Under `unique` and `any` the first one stands for all: a table in which it mattered which is
    not published.
    """
    rows = sorted(matching)
    if not rows:
        return None
    if table.hit is Hit.COLLECT:
        return Decision(rows=tuple(rows), outputs=_collected(table, rows))
    chosen = (
        min(rows, key=lambda row: importance(table, row))
        if (table.hit is Hit.PRIORITY)
        else rows[0]
    )
    return Decision(rows=(chosen,), outputs=(table.rows[chosen].then,))


def importance(table: Table, row: int) -> tuple[int, ...]:
    """Rank a row by its outputs, the least first; what an order does not list comes last."""
    return tuple(
        one.ranking.index(value) if value in one.ranking else len(one.ranking)
        for one, value in zip(table.outputs, table.rows[row].then, strict=True)
        if one.ranking
    )


def _collected(table: Table, rows: Sequence[int]) -> tuple[Outputs, ...]:
    """Give each row's outputs; under an aggregate the numbers once, after the rest."""
    found = [table.rows[row].then for row in rows]
    if table.aggregate is None:
        return tuple(found)
    fold = _FOLDS[table.aggregate]
    rest = [
        tuple(None if one.is_number else value for one, value in _paired(table, then))
        for then in found
    ]
    folded = tuple(
        _folded(one, [then[index] for then in found], fold)
        for index, one in enumerate(table.outputs)
    )
    return tuple(one for one in (*rest, folded) if any(value is not None for value in one))


def _folded(
    column: Output, values: Iterable[Scalar | None], fold: Callable[[list[float]], float]
) -> float | None:
    numbers = [value for value in values if isinstance(value, float)]
    return fold(numbers) if column.is_number and numbers else None


def _paired(table: Table, then: Outputs) -> Iterable[tuple[Output, Scalar | None]]:
    return zip(table.outputs, then, strict=True)


def actions_of(table: Table, decision: Decision) -> tuple[Action, ...]:
    """Write a decision as ordinary actions, in the order of rows and columns.

    What one set of outputs changes in the alarm is one action, before what it starts.
    """
    found: list[Action] = []
    for outputs in decision.outputs:
        said = [(one, value) for one, value in _paired(table, outputs) if value is not None]
        fields = {one.name: as_written(value) for one, value in said if one.to is Target.SET}
        if fields:
            found.append(Action("set", fields=fields))
        found.extend(_deed(str(value)) for one, value in said if one.to is Target.DO)
        found.extend(
            Action("start", flow=str(value)) for one, value in said if one.to is Target.START
        )
    return tuple(found)


def _deed(text: str) -> Action:
    deed, reason = deed_of(text)
    return Action(deed, reason=reason or None)


def named_values(table: Table, decision: Decision) -> dict[str, Any]:
    """Give the plain values by name; a list where several rows put them out."""
    found: dict[str, Any] = {}
    for index, column in enumerate(table.outputs):
        if column.to is Target.VALUE:
            values = [as_written(one[index]) for one in decision.outputs if one[index] is not None]
            several = table.hit is Hit.COLLECT and not (table.aggregate and column.is_number)
            found[column.name] = values if several else (values[0] if values else None)
    return found
