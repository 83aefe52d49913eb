"""Rows as conditions: a row of cells is an ordinary rule's `all` of typed tests.

Pure. So a table is matched by durable_rules as one rule a row, and why a row matched is told as
for any other rule.
"""

from __future__ import annotations

from typing import Any

from runtime.rules.conditions import Condition, Gate, Group, Node, Op
from runtime.rules.fields import SEVERITY_RANK, Kind, Read, Scalar
from runtime.rules.tables.cells import (
    Between,
    Cell,
    Compared,
    Equals,
    Missing,
    Test,
    Textual,
    as_written,
)
from runtime.rules.tables.columns import Input
from runtime.rules.tables.model import Row, Table


def row_condition(table: Table, row: Row) -> Node:
    """Give what a row asks of an alarm; a row of nothing but `-` takes every alarm."""
    return Group(
        Gate.ALL,
        tuple(
            cell_condition(column, cell)
            for column, cell in zip(table.inputs, row.when, strict=True)
            if not cell.is_any
        ),
    )


def cell_condition(column: Input, cell: Cell) -> Node:
    """Give what one cell asks: its values as one list, every other test by itself."""
    values = tuple(test.value for test in cell.tests if isinstance(test, Equals))
    others = [test for test in cell.tests if not isinstance(test, Equals)]
    if values and not others:
        return _listed(column, values, negated=cell.negated)
    members: list[Node] = [_condition(column, test) for test in others]
    if values:
        members.insert(0, _listed(column, values, negated=False))
    if len(members) == 1 and not cell.negated:
        return members[0]
    return Group(Gate.NONE if cell.negated else Gate.ANY, tuple(members))


def _listed(column: Input, values: tuple[Scalar, ...], *, negated: bool) -> Condition:
    read = Read(column.field, column.kind)
    operands = tuple(_operand(column.kind, value) for value in values)
    if len(values) == 1:
        return Condition(read, Op.IS_NOT if negated else Op.IS, operands, as_written(values[0]))
    return Condition(read, Op.NOT_IN if negated else Op.IN, operands, [*map(as_written, values)])


def _condition(column: Input, test: Test) -> Node:
    match test:
        case Missing():
            return Condition(_presence(column), Op.MISSING, (), None)
        case Textual(op, part):
            return _leaf(column, op, part)
        case Compared(op, value):
            return _leaf(column, op, value)
        case Between(low, high, with_low, with_high):
            begins = _leaf(column, Op.AT_LEAST if with_low else Op.MORE_THAN, low)
            ends = _leaf(column, Op.AT_MOST if with_high else Op.LESS_THAN, high)
            return Group(Gate.ALL, (begins, ends))
        case Equals(value):
            return _listed(column, (value,), negated=False)


def _leaf(column: Input, op: Op, value: Scalar) -> Condition:
    return Condition(
        Read(column.field, column.kind), op, (_operand(column.kind, value),), as_written(value)
    )


def _presence(column: Input) -> Read:
    """Ask for a value of the column's kind: a word in a column of numbers is a missing number."""
    kind = Kind.PRESENCE if column.kind is Kind.TEXTS else column.kind
    return Read(column.field, kind)


def _operand(kind: Kind, value: Any) -> Scalar:
    return SEVERITY_RANK[value] if kind is Kind.SEVERITY else value
