"""What is wrong with a table document, beyond what its JSON Schema can say.

Each problem's pointer leads to the cell, its message names the cell and the remedy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from kernel.errors import Problem
from kernel.schema import Schema
from runtime.rules._schema import with_naming
from runtime.rules.fields import Kind, find_field
from runtime.rules.tables._schema import TABLE_SCHEMA
from runtime.rules.tables.cell_text import CellError, parse_cell
from runtime.rules.tables.columns import Input, Output, Target, input_columns, output_columns
from runtime.rules.tables.outputs import name_problem, read_output
from runtime.rules.tables.words import input_title, output_title

PROBLEMS_MAX = 50

_schema = Schema(TABLE_SCHEMA)


def check_table(document: Any, flow_slugs: Collection[str] | None = None) -> list[Problem]:
    """List what keeps a table from being used, at most 50 problems; empty when it is good.

    Args:
        document: Whatever was sent.
        flow_slugs: The tenant's workflows, for `start`; None leaves them unchecked.
    """
    problems = with_naming(_schema.problems(document), "table")
    if problems:
        return problems
    inputs, outputs = input_columns(document), output_columns(document)
    found = [
        *_input_problems(inputs),
        *_output_problems(outputs),
        *_policy_problems(document, outputs),
        *_row_problems(document["rows"], inputs, outputs, flow_slugs),
    ]
    return found[:PROBLEMS_MAX]


def _input_problems(inputs: Sequence[Input]) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for index, one in enumerate(inputs):
        pointer = f"/inputs/{index}/field"
        if find_field(one.field) is None:
            yield Problem(
                pointer,
                f"{one.field} is not a field: choose one of the alarm's, or attributes.<name>",
            )
        elif seen[one.field]:
            yield Problem(
                pointer,
                f"{input_title(one)} is asked for twice: join both into one column, such as [1..5]",
            )
        seen[one.field] += 1


def _output_problems(outputs: Sequence[Output]) -> Iterator[Problem]:
    seen: Counter[tuple[Target, str]] = Counter()
    for index, one in enumerate(outputs):
        pointer = f"/outputs/{index}/name"
        problem = name_problem(one.to, one.name)
        if problem:
            yield Problem(pointer, problem)
        elif seen[one.to, one.name] and one.to in (Target.SET, Target.VALUE):
            yield Problem(pointer, f"{output_title(one)} is written twice: join both columns")
        seen[one.to, one.name] += 1


def _policy_problems(document: Mapping[str, Any], outputs: Sequence[Output]) -> Iterator[Problem]:
    hit, aggregate = document["hit"], document.get("aggregate")
    if aggregate and hit != "collect":
        yield Problem("/aggregate", f"{aggregate} goes with collect only: choose collect, or none")
    elif aggregate and not any(one.is_number for one in outputs):
        yield Problem(
            "/aggregate", f"{aggregate} needs a column of numbers: make one, or collect as it is"
        )
    if hit == "priority" and not any(one.ranking for one in outputs):
        yield Problem(
            "/hit",
            "priority needs an order: list the values of an output from the most important down",
        )


def _row_problems(
    rows: Sequence[Mapping[str, Any]],
    inputs: Sequence[Input],
    outputs: Sequence[Output],
    flow_slugs: Collection[str] | None,
) -> Iterator[Problem]:
    for index, row in enumerate(rows):
        at = f"/rows/{index}"
        for part, columns in (("when", inputs), ("then", outputs)):
            if len(row[part]) != len(columns):
                yield Problem(
                    f"{at}/{part}",
                    f"row {index + 1} has {len(row[part])} of {len(columns)} cells: "
                    "write one for each column",
                )
        for number, (text, one) in enumerate(zip(row["when"], inputs, strict=False)):
            if problem := _input_problem(text, one.kind):
                said = f"row {index + 1}, {input_title(one)}: {problem}"
                yield Problem(f"{at}/when/{number}", said)
        for number, (text, to) in enumerate(zip(row["then"], outputs, strict=False)):
            if problem := _output_problem(text, to, flow_slugs):
                said = f"row {index + 1}, {output_title(to)}: {problem}"
                yield Problem(f"{at}/then/{number}", said)


def _input_problem(text: str, kind: Kind) -> str | None:
    try:
        parse_cell(text, kind)
    except CellError as error:
        return str(error)
    return None


def _output_problem(text: str, output: Output, flow_slugs: Collection[str] | None) -> str | None:
    try:
        value = read_output(text, output, flow_slugs)
    except CellError as error:
        return str(error)
    if value is not None and output.order and value not in output.order:
        return f"{text} is not in the order of this column: add it there, or use one of those"
    return None
