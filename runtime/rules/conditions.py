"""Conditions: the tree a rule tests an alarm with, each leaf bound to the kind it compares as.

Pure. `bind` turns the document's `{"field", "op", "value"}` into a typed leaf, or says in a
sentence why field, operator and value do not go together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from runtime.rules._schema import LIST_MAX
from runtime.rules.fields import SEVERITY_RANK, Field, Kind, Read, find_field, read_as
from runtime.rules.patterns import pattern_problem

Operand = str | float | bool


class Op(StrEnum):
    """How a field's value is compared with the condition's."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    MATCHES = "matches"
    EXISTS = "exists"
    MISSING = "missing"


EQUALITY = frozenset({Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN})
ORDER = frozenset({Op.AT_LEAST, Op.AT_MOST, Op.MORE_THAN, Op.LESS_THAN})
TEXTUAL = frozenset({Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH, Op.MATCHES})
PRESENCE = frozenset({Op.EXISTS, Op.MISSING})
NEGATIVE = frozenset({Op.IS_NOT, Op.NOT_IN})
LISTED = frozenset({Op.IN, Op.NOT_IN})
_FITTING = {
    Kind.TEXT: EQUALITY | TEXTUAL | PRESENCE,
    Kind.NUMBER: EQUALITY | ORDER | PRESENCE,
    Kind.TRUTH: frozenset({Op.IS, Op.IS_NOT}) | PRESENCE,
    Kind.SEVERITY: EQUALITY | ORDER | PRESENCE,
    Kind.TEXTS: frozenset({Op.CONTAINS}) | PRESENCE,
    Kind.FREE: EQUALITY | ORDER | TEXTUAL | PRESENCE,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One typed test. `operands` are comparable with what `read` yields; `value` is as written."""

    read: Read
    op: Op
    operands: tuple[Operand, ...]
    value: Any


class Gate(StrEnum):
    """How a group's members combine; an empty `all` holds for every alarm."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions under one gate."""

    gate: Gate
    members: tuple[Group | Condition, ...]


Node = Group | Condition
ALWAYS = Group(Gate.ALL, ())


def operators_of(field: Field) -> tuple[Op, ...]:
    """List the operators that go with a field, in the order they are offered."""
    return tuple(op for op in Op if op in _FITTING[field.kind])


def build(document: Mapping[str, Any]) -> Node:
    """Build the tree from a checked document; ValueError where it was not."""
    for gate in Gate:
        if gate in document:
            return Group(gate, tuple(build(member) for member in document[gate]))
    bound = bind(document["field"], Op(document["op"]), document.get("value"))
    if isinstance(bound, str):
        raise ValueError(bound)  # noqa: TRY004 - a sentence is what `bind` answers when it refuses
    return bound


def bind(path: str, op: Op, value: Any) -> Condition | str:
    """Bind one leaf to a kind; a sentence instead where the three do not go together."""
    field = find_field(path)
    if field is None:
        return f"{path} is not a field: choose one of the alarm's, or attributes.<name>"
    if op not in _FITTING[field.kind]:
        fitting = ", ".join(operators_of(field))
        return f"{op} does not go with {path}: use one of {fitting}"
    if op in PRESENCE:
        return Condition(Read(path, Kind.PRESENCE), op, (), None)
    return _bind_value(field, op, value)


def _bind_value(field: Field, op: Op, value: Any) -> Condition | str:
    values = value if op in LISTED else [value]
    if not isinstance(values, list) or not 0 < len(values) <= LIST_MAX:
        return f"{op} needs a list of 1 to {LIST_MAX} values"
    kind = _kind(field, op, values)
    operands = tuple(o for o in (_operand(kind, item) for item in values) if o is not None)
    if len(operands) < len(values):
        return _refusal(field.path, op, kind)
    if op is Op.MATCHES and (problem := pattern_problem(str(value))):
        return f"the pattern {problem}"
    return Condition(Read(field.path, kind), op, operands, value)


def _kind(field: Field, op: Op, values: list[Any]) -> Kind:
    if field.kind is not Kind.FREE:
        return field.kind
    if op in ORDER:
        return Kind.NUMBER
    if op in TEXTUAL:
        return Kind.TEXT
    if all(isinstance(item, bool) for item in values):
        return Kind.TRUTH
    numbers = all(isinstance(item, int | float) and not isinstance(item, bool) for item in values)
    return Kind.NUMBER if numbers else Kind.TEXT


def _operand(kind: Kind, value: Any) -> Operand | None:
    """Take a written value as an operand; unlike an alarm's, it must be of the kind itself."""
    if kind is Kind.SEVERITY:
        return SEVERITY_RANK.get(value) if isinstance(value, str) else None
    if kind is Kind.NUMBER:
        written = isinstance(value, int | float) and not isinstance(value, bool)
    elif kind is Kind.TRUTH:
        written = isinstance(value, bool)
    else:
        written = isinstance(value, str)
    taken = read_as(value, Kind.TEXT if kind is Kind.TEXTS else kind) if written else None
    return None if isinstance(taken, tuple) else taken


def _refusal(path: str, op: Op, kind: Kind) -> str:
    wanted = {
        Kind.SEVERITY: f"a severity: {', '.join(SEVERITY_RANK)}",
        Kind.NUMBER: "a number, such as 90",
        Kind.TRUTH: "true or false",
    }.get(kind, "a text that is not empty (to test for no value use missing)")
    return f"{path} {op} needs {wanted}"


def leaves(node: Node) -> Iterator[Condition]:
    """Walk all leaves, left to right."""
    if isinstance(node, Condition):
        yield node
    else:
        for member in node.members:
            yield from leaves(member)


def reads_of(node: Node) -> frozenset[Read]:
    """Tell which columns of a row a tree reads."""
    return frozenset(leaf.read for leaf in leaves(node))
