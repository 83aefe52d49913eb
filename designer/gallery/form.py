"""The form of a template: its parameters, as the organisation can answer them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from blocks.forms import Choice, Field, Submitted, form_fields, plain_fields, read_form
from designer.gallery.filling import defaults_of, value_problems
from designer.gallery.model import Template
from designer.gallery.needs import Slot
from kernel.errors import Problem
from kernel.zones import zone_names

AT = "/values"
NAME_MAX = 120
_EXAMPLES = "@example.com"


def first_values(template: Template, slots: Sequence[Slot], *, email: str = "") -> dict[str, Any]:
    """Give what the form holds at first: the defaults, in the organisation's terms.

    Where an example address stands, the person's own is put: so a test run reaches nobody else.
    A connection is chosen where exactly one fits.
    """
    values = defaults_of(template)
    for name, value in values.items():
        if email and _is_example(value):
            values[name] = [email]
    for slot in slots:
        values.pop(slot.parameter, None)
        if len(slot.fitting) == 1:
            values[slot.parameter] = slot.fitting[0]
    return values


def shown_schema(template: Template, slots: Sequence[Slot]) -> dict[str, Any]:
    """Give the parameters as this organisation can answer them.

    Of connections those that fit are offered; where none does, it is not asked for, and the
    designer says later what is missing.
    """
    schema = template.parameters
    properties = dict(schema.get("properties", {}))
    for slot in slots:
        part = properties.pop(slot.parameter)
        if slot.fitting:
            offered = [{"const": one, "title": one} for one in slot.fitting]
            words = {key: part[key] for key in ("title", "description") if key in part}
            properties[slot.parameter] = {**words, "type": "string", "oneOf": offered}
    asked = {slot.parameter for slot in slots}
    required = [one for one in schema.get("required", ()) if one not in asked]
    return {**schema, "properties": properties, "required": required}


def template_fields(
    template: Template,
    slots: Sequence[Slot],
    values: Mapping[str, Any],
    problems: Iterable[Problem] = (),
) -> list[Field]:
    """List the fields of the form; nobody writes expressions here."""
    schema = shown_schema(template, slots)
    choices = {"timezone": _zones()}
    fields = form_fields(schema, values, problems, choices=choices, at=AT)
    return plain_fields(fields)


def read_values(template: Template, slots: Sequence[Slot], form: Submitted) -> dict[str, Any]:
    """Read what was filled in; never fails on what was typed."""
    return read_form(shown_schema(template, slots), form, at=AT)


def problems_of(
    template: Template, slots: Sequence[Slot], values: Mapping[str, Any]
) -> list[Problem]:
    """List what is wrong with what was filled in."""
    asked = {slot.parameter for slot in slots if slot.parameter not in values}
    held = {**{one: defaults_of(template).get(one, "") for one in asked}, **values}
    found = value_problems(template, held)
    return [one for one in found if one.pointer.split("/")[1:2] not in ([name] for name in asked)]


def _is_example(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(one, str) and one.endswith(_EXAMPLES) for one in value
    )


@cache
def _zones() -> tuple[Choice, ...]:
    return tuple(Choice(value=name, label=name) for name in zone_names())
