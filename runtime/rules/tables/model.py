"""The decision table: its document, what is wrong with one, and the typed values of it.

Pure. `check_table` never raises on rubbish; `parse_table` raises one InvalidError with all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kernel.errors import InvalidError
from runtime.rules.fields import Scalar
from runtime.rules.model import DEFAULT_ON, PRIORITY_DEFAULT, Transition
from runtime.rules.tables._check import check_table
from runtime.rules.tables._schema import TABLE_SCHEMA
from runtime.rules.tables.cell_text import parse_cell
from runtime.rules.tables.cells import Cell
from runtime.rules.tables.columns import Input, Output, input_columns, output_columns
from runtime.rules.tables.outputs import read_output

__all__ = [
    "TABLE_SCHEMA",
    "Aggregate",
    "Hit",
    "Row",
    "Table",
    "check_table",
    "is_table",
    "parse_table",
]


class Hit(StrEnum):
    """Which of the rows that match count.

    Source: DMN 1.3, 8.2.10; `priority` breaks a tie by the order of the rows.
    """

    UNIQUE = "unique"
    FIRST = "first"
    ANY = "any"
    PRIORITY = "priority"
    COLLECT = "collect"


class Aggregate(StrEnum):
    """What `collect` makes of the numbers in a column."""

    SUM = "sum"
    MIN = "min"
    MAX = "max"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: a cell for each input, a value for each output (None does nothing)."""

    when: tuple[Cell, ...]
    then: tuple[Scalar | None, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One checked table."""

    name: str
    on: frozenset[Transition]
    priority: int
    cooldown_s: int
    hit: Hit
    aggregate: Aggregate | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    notes: str = ""


def is_table(document: Any) -> bool:
    """Tell a table's document from a rule's."""
    return isinstance(document, Mapping) and "table" in document


def kind_of(document: Any) -> str:
    """Tell by one word what a document is: `table` or `rule`."""
    return "table" if is_table(document) else "rule"


def parse_table(document: Any) -> Table:
    """Read a table document.

    Raises:
        InvalidError: with one problem for each thing wrong, each naming the cell and the remedy.
    """
    problems = check_table(document)
    if problems:
        raise InvalidError("the table cannot be used as it is", problems=problems)
    inputs, outputs = input_columns(document), output_columns(document)
    on = document.get("on")
    aggregate = document.get("aggregate")
    return Table(
        name=document["name"],
        on=frozenset(map(Transition, on)) if on else DEFAULT_ON,
        priority=document.get("priority", PRIORITY_DEFAULT),
        cooldown_s=document.get("cooldown_s", 0),
        hit=Hit(document["hit"]),
        aggregate=Aggregate(aggregate) if aggregate else None,
        inputs=inputs,
        outputs=outputs,
        rows=tuple(_row(row, inputs, outputs) for row in document["rows"]),
        notes=document.get("notes", ""),
    )


def _row(
    document: Mapping[str, Any], inputs: tuple[Input, ...], outputs: tuple[Output, ...]
) -> Row:
    return Row(
        when=tuple(
            parse_cell(text, one.kind) for text, one in zip(document["when"], inputs, strict=True)
        ),
        then=tuple(
            read_output(text, one, None)
            for text, one in zip(document["then"], outputs, strict=True)
        ),
        note=document.get("note", ""),
    )
