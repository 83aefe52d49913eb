"""Columns: the heads of a decision table, inputs on the left and outputs on the right. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from runtime.rules.fields import ATTRIBUTES, SEVERITIES, Kind, Scalar, find_field, read_as


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input column: a field of the alarm and the kind its cells compare."""

    field: str
    kind: Kind
    title: str = ""


class Target(StrEnum):
    """What an output column is for."""

    SET = "set"
    START = "start"
    DO = "do"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output column.

    Attributes:
        to: What its cells are for.
        name: The field that is set, or the plain value's own name; "" for `start` and `do`.
        kind: How its cells are read.
        title: What heads the column; "" for the usual words.
        order: Values from the most important down, for the hit policy `priority`.
    """

    to: Target
    name: str
    kind: Kind
    title: str = ""
    order: tuple[Scalar, ...] = ()

    @property
    def is_number(self) -> bool:
        """Tell whether its cells can be added up."""
        return self.kind is Kind.NUMBER

    @property
    def ranking(self) -> tuple[Scalar, ...]:
        """Give its values from the most important down; severities have an order of their own."""
        if self.order or self.kind is not Kind.SEVERITY:
            return self.order
        return tuple(reversed(SEVERITIES))


def input_kind(path: str, kind: str | None) -> Kind:
    """Tell how an input compares: by the field's own kind; a free attribute's is chosen."""
    field = find_field(path)
    if field is None or field.kind is Kind.FREE:
        return Kind(kind or "text")
    return field.kind


def output_kind(to: Target, name: str, kind: str | None) -> Kind:
    """Tell how an output's cells are read: severity and text by the field, others as asked."""
    if to is Target.SET and name == "perceived_severity":
        return Kind.SEVERITY
    is_free = to is Target.VALUE or (to is Target.SET and name.startswith(ATTRIBUTES))
    return Kind(kind) if kind and is_free else Kind.TEXT


def input_columns(document: Mapping[str, Any]) -> tuple[Input, ...]:
    """Read the input columns of a document that fits the schema."""
    return tuple(
        Input(
            field=one["field"],
            kind=input_kind(one["field"], one.get("kind")),
            title=one.get("title", ""),
        )
        for one in document["inputs"]
    )


def output_columns(document: Mapping[str, Any]) -> tuple[Output, ...]:
    """Read the output columns of a document that fits the schema."""
    return tuple(map(_output, document["outputs"]))


def started_flows(document: Mapping[str, Any]) -> frozenset[str]:
    """Give the slugs of the workflows a good document's rows start."""
    starts = [i for i, one in enumerate(document["outputs"]) if one["to"] == Target.START]
    return frozenset(row["then"][i].strip() for row in document["rows"] for i in starts) - {""}


def _output(document: Mapping[str, Any]) -> Output:
    to, name = Target(document["to"]), document.get("name", "")
    kind = output_kind(to, name, document.get("kind"))
    return Output(
        to=to,
        name=name,
        kind=kind,
        title=document.get("title", ""),
        order=tuple(_typed(text, kind) for text in document.get("order", ())),
    )


def _typed(text: str, kind: Kind) -> Scalar:
    """Read a value of the order; one that is not of the kind stays text, equal to no cell's."""
    value = read_as(text, kind) if kind in (Kind.NUMBER, Kind.TRUTH) else None
    return value if isinstance(value, bool | float) else text
