"""From a schema and a value to the fields a page shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blocks._profile import check_profile
from blocks.forms._controls import attributes_of, single_field
from blocks.forms._kinds import (
    ABSENT,
    COMPOSITE,
    TOGGLED,
    Kind,
    any_text,
    has_secret,
    is_nullable,
    kind_of,
)
from blocks.forms.model import ROWS_MAX, Choice, Field, Row
from blocks.schemas import field_schema, is_expression, is_written, with_defaults
from kernel.errors import Problem
from kernel.schema import pointer_to

_HELD: dict[Kind, type] = {"list": list, "map": dict}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field stands: in the form, in the document, and whether it must be there."""

    name: str
    pointer: str
    label: str
    required: bool

    def below(self, part: str | int, label: str, *, required: bool) -> _Place:
        step = pointer_to([part])
        return _Place(self.name + step, self.pointer + step, label, required)


def form_fields(
    schema: Mapping[str, Any],
    value: Any,
    problems: Iterable[Problem] = (),
    *,
    choices: Mapping[str, Sequence[Choice]] | None = None,
    at: str = "",
) -> list[Field]:
    """List the fields of an object's form, absent defaults filled in.

    Args:
        schema: A schema within the block profile, of type object.
        value: What was stored or submitted; may be wrong in any way.
        problems: What to show beside the fields; pointers are into `value`.
        choices: What the pickers offer, by widget name ("flow", "table").
        at: Put before every name, such as "/config", when a page holds several forms.
    """
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(problem.pointer, problem.message)
    builder = _Builder(found, choices or {})
    filled = with_defaults(schema, value if isinstance(value, dict) else {})
    return list(builder.children(schema, filled, _Place(at, "", "", required=True)))


def unplaced_problems(fields: Iterable[Field], problems: Iterable[Problem]) -> list[Problem]:
    """List the problems that no field shows, for the head of the form."""
    shown = {found.pointer for found in _all_fields(fields) if found.error}
    return [
        problem
        for problem in problems
        if not any(
            problem.pointer == pointer or problem.pointer.startswith(pointer + "/")
            for pointer in shown
        )
    ]


def can_show(schema: Mapping[str, Any]) -> bool:
    """Tell whether a form can stand for a schema: named fields, and only what controls know.

    >>> can_show({"type": "object", "properties": {"site": {"type": "string"}}}), can_show({})
    (True, False)
    """
    is_object = schema.get("type") == "object" and bool(schema.get("properties"))
    return is_object and not check_profile(schema, closed=False)


def plain_fields(fields: Iterable[Field]) -> list[Field]:
    """Take the buttons for expressions away, where people fill in values."""
    return [
        replace(
            one,
            can_toggle=False,
            rows=tuple(replace(row, fields=tuple(plain_fields(row.fields))) for row in one.rows),
            children=tuple(plain_fields(one.children)),
        )
        for one in fields
    ]


def _all_fields(fields: Iterable[Field]) -> Iterator[Field]:
    for one in fields:
        yield one
        yield from _all_fields(one.children)
        for row in one.rows:
            yield from _all_fields(row.fields)


class _Builder:
    """Builds fields; holds what every field needs to know."""

    def __init__(
        self, problems: Mapping[str, str], choices: Mapping[str, Sequence[Choice]]
    ) -> None:
        self._problems = problems
        self._choices = choices

    def children(self, schema: Mapping[str, Any], value: Any, place: _Place) -> Iterator[Field]:
        required = schema.get("required", ())
        for name, part in _in_order(schema):
            inner = place.below(name, part.get("title") or _words(name), required=name in required)
            held = value.get(name, ABSENT) if isinstance(value, dict) else ABSENT
            yield self.build(part, held, inner)

    def build(self, schema: Mapping[str, Any], value: Any, place: _Place) -> Field:
        """Build a field; what people alone write has no button that makes it an expression."""
        made = self._build(schema, value, place)
        return plain_fields([made])[0] if is_written(schema) and not made.formula else made

    def _build(self, schema: Mapping[str, Any], value: Any, place: _Place) -> Field:
        kind = kind_of(schema)
        formula = is_expression(value) and kind in TOGGLED
        if value is None and is_nullable(schema):
            value = ABSENT
        drawn = kind in COMPOSITE and not formula and _can_draw(schema, value)
        facts: dict[str, Any] = {
            "name": place.name,
            "pointer": place.pointer,
            "id": _html_id(place.name),
            "label": schema.get("title") or place.label,
            "help": schema.get("description", ""),
            "error": self._error(place, schema.get("title") or place.label, deep=not drawn),
            "required": place.required,
            "can_toggle": kind in TOGGLED,
            "attributes": attributes_of(kind, schema),
        }
        if formula:
            return Field(**facts, kind=kind, formula=True, text=value)
        if drawn:
            return self._composite(kind, schema, value, place, facts)
        if kind in COMPOSITE:
            # The control could not show what is there; as text the user sees and mends it.
            text = "" if has_secret(schema) else any_text(value)
            return Field(**{**facts, "can_toggle": False}, kind="textarea", text=text)
        if kind == "boolean" and not isinstance(value, bool) and value is not ABSENT:
            return Field(**{**facts, "can_toggle": False}, kind="any", text=any_text(value))
        return single_field(kind, schema, value, facts, self._choices)

    def _composite(
        self,
        kind: Kind,
        schema: Mapping[str, Any],
        value: Any,
        place: _Place,
        facts: dict[str, Any],
    ) -> Field:
        if kind == "group":
            required = place.required and not is_nullable(schema)
            present = value is not ABSENT or required
            parts = tuple(self.children(schema, value, place)) if present else ()
            facts = {**facts, "required": required}
            return Field(**facts, kind=kind, present=present, children=parts)
        held: Any = ([] if kind == "list" else {}) if value is ABSENT else value
        rows = self._list_rows if kind == "list" else self._map_rows
        return Field(**facts, kind=kind, rows=tuple(rows(schema, held, place)))

    def _list_rows(
        self, schema: Mapping[str, Any], value: list[Any], place: _Place
    ) -> Iterator[Row]:
        items = schema.get("items") or {}
        for index, item in enumerate(value):
            label = f"{items.get('title') or place.label} {index + 1}"
            inner = place.below(index, label, required=True)
            yield Row(name=inner.name, fields=(self.build({**items, "title": label}, item, inner),))

    def _map_rows(
        self, schema: Mapping[str, Any], value: dict[str, Any], place: _Place
    ) -> Iterator[Row]:
        for index, (key, item) in enumerate(value.items()):
            name = f"{place.name}/{index}"
            pointer = place.pointer + pointer_to([key])
            key_field = Field(
                name=name + "/key",
                pointer=pointer,
                id=_html_id(name + "/key"),
                kind="text",
                label=f"{place.label} {index + 1}: name",
                text=key,
                required=True,
            )
            label = f"{place.label} {index + 1}: value"
            inner = _Place(name + "/value", pointer, label, required=True)
            part = {**field_schema(schema, key), "title": label}
            yield Row(name=name, key=key_field, fields=(self.build(part, item, inner),))

    def _error(self, place: _Place, label: str, *, deep: bool) -> str:
        """Give the field's problem; it names the field as the form does, not by its key."""
        pointer = place.pointer
        if pointer in self._problems or not deep:
            text = self._problems.get(pointer, "")
            key = pointer.rpartition("/")[2]
            return label + text.removeprefix(key) if text.startswith(f"{key} ") else text
        below = (text for at, text in self._problems.items() if at.startswith(pointer + "/"))
        return next(below, "")


def _in_order(schema: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """List the named fields in the order of `propertyNames`, which outlives a database."""
    properties = schema.get("properties") or {}
    named = schema.get("propertyNames")
    order = named.get("enum", ()) if isinstance(named, Mapping) else ()
    first = [name for name in order if name in properties]
    return [(name, properties[name]) for name in dict.fromkeys([*first, *properties])]


def _can_draw(schema: Mapping[str, Any], value: Any) -> bool:
    """Tell whether a group or rows can stand for what is there."""
    kind = kind_of(schema)
    if value is ABSENT or kind == "group":
        return value is ABSENT or isinstance(value, dict)
    return (
        isinstance(value, list | dict)
        and isinstance(value, _HELD[kind])
        and (len(value) <= ROWS_MAX or has_secret(schema))
    )


def _html_id(name: str) -> str:
    return "field" + re.sub(r"[^A-Za-z0-9_]", lambda found: f"-{ord(found[0]):x}-", name).replace(
        "-2f-", "--"
    )


def _words(name: str) -> str:
    """Make a label of a field's name.

    >>> _words("managed_object")
    'Managed object'
    """
    return name.replace("_", " ").replace("-", " ").capitalize()
