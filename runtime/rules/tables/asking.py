"""A table asked by itself: values in, its answer out; nothing is done and no alarm is needed.

Pure. Workflows ask so, callers over REST and the command line. Where a rule would take what cannot
be read as missing, a value that was given by name and cannot be read is refused here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kernel.errors import InvalidError, Problem
from kernel.schema import pointer_to
from runtime.rules.fields import ATTRIBUTES, SEVERITIES, Kind, Scalar, value_at
from runtime.rules.placeholders import fill
from runtime.rules.tables.cells import Value, as_written
from runtime.rules.tables.columns import Input, Output, Target, input_columns, output_columns
from runtime.rules.tables.deciding import Decision, Outputs, decide, matching_rows, seen_as
from runtime.rules.tables.model import Hit, Table
from runtime.rules.tables.words import input_title

Port = Literal["decided", "none", "several"]
_KIND_WORDS = {
    Kind.NUMBER: "a number, such as 90 or 2.5",
    Kind.TRUTH: "true or false",
    Kind.SEVERITY: f"one of {', '.join(SEVERITIES)}",
    Kind.TEXTS: "a list of texts",
    Kind.TEXT: "a text",
}
_TYPES = {Kind.NUMBER: "number", Kind.TRUTH: "boolean"}
_ROWS = {"type": "array", "items": {"type": "integer"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a table answers.

    Attributes:
        port: `decided`, `none` where no row matches, `several` where the hit policy forbids it.
        output: `rows` counted from 1; for `decided` also what they put out.
    """

    port: Port
    output: Mapping[str, Any]


def ask_table(
    table: Table, values: Mapping[str, Any], alarm: Mapping[str, Any] | None = None
) -> Answer:
    """Answer for values by the fields of the inputs; those not given are read from the alarm.

    Raises:
        InvalidError: a name is no input of the table, or a value is not of its kind.
    """
    facts = {**(alarm or {}), **values}
    problems = list(_problems(table, values))
    if problems:
        raise InvalidError("the table cannot be asked that", problems=problems)
    seen = tuple(_seen(one, values, alarm or {}) for one in table.inputs)
    matching = matching_rows(table, seen)
    decision = decide(table, matching)
    if decision is None:
        return Answer(port="none", output={"rows": []})
    if _is_contradiction(table, matching):
        return Answer(port="several", output={"rows": [row + 1 for row in matching]})
    rows = [row + 1 for row in decision.rows]
    return Answer(port="decided", output={"rows": rows, **_said(table, decision, facts)})


def input_schema(document: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the values a table is asked with, as JSON Schema; each may be left out."""
    columns = input_columns(document)
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {one.field: {"title": input_title(one), **_taken(one)} for one in columns},
        "propertyNames": {"enum": [one.field for one in columns]},  # keeps their order
    }


def output_schema(document: Mapping[str, Any]) -> dict[str, Any]:
    """Describe what a table answers by `decided`, as JSON Schema."""
    columns = output_columns(document)
    named = list(zip(columns, output_names(columns), strict=True))
    folds = document.get("aggregate") is not None
    each = _object({name: _put_out(one) for one, name in named if not (folds and one.is_number)})
    parts: dict[str, Any] = {"rows": _ROWS}
    if document["hit"] == Hit.COLLECT:
        parts["results"] = {"type": "array", "items": each}
    if document["hit"] != Hit.COLLECT or folds:
        numbers = {name: _put_out(one) for one, name in named if one.is_number}
        parts["values"] = _object(numbers) if folds else each
    return _object(parts)


def output_names(columns: Sequence[Output]) -> list[str]:
    """Name what each output column puts out; of two alike the second has a number.

    >>> start = Output(to=Target.START, name="", kind=Kind.TEXT)
    >>> output_names([start, Output(to=Target.SET, name="attributes.team", kind=Kind.TEXT), start])
    ['start', 'team', 'start_2']
    """
    found: list[str] = []
    for one in columns:
        name = one.name.removeprefix(ATTRIBUTES) or one.to.value
        again = sum(1 for known in found if known == name or known.startswith(f"{name}_"))
        found.append(f"{name}_{again + 1}" if name in found else name)
    return found


def _problems(table: Table, values: Mapping[str, Any]) -> Iterator[Problem]:
    by_field = {one.field: one for one in table.inputs}
    for field, value in values.items():
        pointer = pointer_to(["values", field])
        if field not in by_field:
            known = ", ".join(by_field)
            yield Problem(pointer, f"{field} is no input of this table: use {known}")
        elif value not in (None, "") and seen_as(by_field[field], value) is None:
            words = _KIND_WORDS[by_field[field].kind]
            yield Problem(pointer, f"{field}: {value!r:.80} cannot be read: give {words}")


def _seen(column: Input, values: Mapping[str, Any], alarm: Mapping[str, Any]) -> Value:
    given = values[column.field] if column.field in values else value_at(alarm, column.field)
    return seen_as(column, given if given != "" else None)


def _is_contradiction(table: Table, matching: Sequence[int]) -> bool:
    """Tell whether rows match together that may not: values may lie beyond what alarms have."""
    if table.hit is Hit.UNIQUE:
        return len(matching) > 1
    return table.hit is Hit.ANY and len({table.rows[row].then for row in matching}) > 1


def _said(table: Table, decision: Decision, facts: Mapping[str, Any]) -> dict[str, Any]:
    if table.hit is not Hit.COLLECT:
        return {"values": _named(table, decision.outputs[0], facts)}
    if table.aggregate is None:
        return {"results": [_named(table, one, facts) for one in decision.outputs]}
    numbers = [one.is_number for one in table.outputs]
    *rest, folded = _parted(decision.outputs, numbers)
    return {
        "results": [_named(table, one, facts, leave_out=numbers) for one in rest],
        "values": _named(table, folded, facts, leave_out=[not one for one in numbers]),
    }


def _parted(outputs: Sequence[Outputs], numbers: Sequence[bool]) -> list[Outputs]:
    """Give the sets of what is no number, then the one of the numbers, nothing where none is."""
    is_folded = any(
        value is not None for value, one in zip(outputs[-1], numbers, strict=True) if one
    )
    return [*outputs] if is_folded else [*outputs, (None,) * len(numbers)]


def _named(
    table: Table,
    outputs: Outputs,
    facts: Mapping[str, Any],
    *,
    leave_out: Sequence[bool] | None = None,
) -> dict[str, Any]:
    names, left_out = output_names(table.outputs), leave_out or [False] * len(outputs)
    return {
        name: _filled(column, value, facts)
        for name, column, value, is_out in zip(names, table.outputs, outputs, left_out, strict=True)
        if not is_out
    }


def _filled(column: Output, value: Scalar | None, facts: Mapping[str, Any]) -> Any:
    return fill(value, facts) if column.to is Target.SET else as_written(value)


def _taken(column: Input) -> dict[str, Any]:
    if column.kind is Kind.SEVERITY:
        return {"type": "string", "enum": list(reversed(SEVERITIES))}
    if column.kind is Kind.TEXTS:
        return {"type": "array", "items": {"type": "string"}}
    return {"type": _TYPES.get(column.kind, "string")}


def _put_out(column: Output) -> dict[str, Any]:
    return {"type": [_TYPES.get(column.kind, "string"), "null"]}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}
