"""The form of a workflow's settings: what it shows of a draft, and the draft it makes again.

Pure. The form speaks in plain words; the document's own names are in `docs/flows.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from blocks.forms import Choice, Field, Submitted, form_fields, plain_fields, read_form
from designer.drafts import read_json_text
from designer.setup.input_fields import FIELDS_SCHEMA, field_problems, fields_of, schema_of
from kernel.errors import InvalidError, Problem
from kernel.schema import Schema

SCHEMA_TEXT = "input_schema"
VARIABLE_PATTERN = "^[a-z][a-z0-9_]{0,59}$"
POLICIES = {
    "allow": "Runs at the same time",
    "queue": "Waits for its turn",
    "replace": "Replaces the run under way",
    "skip": "Is skipped",
}
FORM: dict[str, Any] = {
    "type": "object",
    "required": ["concurrency", "on_failure"],
    "properties": {
        "concurrency": {
            "type": "object",
            "title": "At a time",
            "required": ["policy"],
            "properties": {
                "policy": {
                    "type": "string",
                    "title": "When it is started while it is under way, the new run",
                    "oneOf": [{"const": one, "title": text} for one, text in POLICIES.items()],
                    "default": "allow",
                    "x-garland": {"widget": "select"},
                },
                "most": {
                    "type": "integer",
                    "title": "How many may be under way",
                    "description": "Empty for one; counts for all but the first choice above",
                    "minimum": 1,
                    "maximum": 10_000,
                },
                "key": {
                    "type": "string",
                    "title": "Counted apart for each",
                    "description": "Empty counts all its runs together",
                    "maxLength": 2_000,
                    "examples": ["trigger.alarm.managed_object"],
                    "x-garland": {"widget": "expression"},
                },
            },
        },
        "on_failure": {
            "type": "object",
            "title": "When a run fails",
            "properties": {
                "alarm": {
                    "type": "string",
                    "title": "Raise an alarm",
                    "description": "One for the workflow; its next success clears it",
                    "oneOf": [
                        {"const": one, "title": one.capitalize()}
                        for one in ("critical", "major", "minor", "warning")
                    ],
                    "x-garland": {"widget": "select"},
                },
                "flow": {
                    "type": "string",
                    "title": "Start a workflow",
                    "description": "It sees the failed run as trigger.input.run",
                    "x-garland": {"widget": "flow"},
                },
            },
        },
        "vars": {
            "type": "object",
            "title": "Variables",
            "description": "Every run begins with these; steps read vars.<name> and may change it",
            "propertyNames": {"pattern": VARIABLE_PATTERN},
            "additionalProperties": {},
            "maxProperties": 100,
        },
        "fields": FIELDS_SCHEMA,
    },
}
_SCHEMA = Schema({**FORM, "properties": {**FORM["properties"], "vars": {"type": "object"}}})
_PLACES = (("/settings/", "/"), ("/vars/", "/vars/"), ("/input", "/fields"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as somebody filled it in: what it shows, and the parts of a draft it makes.

    Attributes:
        schema_text: The schema as text, where fields cannot say it; None where they can.
        problems: What is wrong; pointers are into the form's value.
    """

    value: Mapping[str, Any]
    parts: Mapping[str, Any]
    schema_text: str | None = None
    problems: tuple[Problem, ...] = ()


def value_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the form shows of a draft."""
    settings = document.get("settings", {})
    concurrency = dict(settings.get("concurrency", {"policy": "allow"}))
    if "key" in concurrency:
        concurrency["key"] = concurrency["key"].removeprefix("= ")
    return {
        "concurrency": concurrency,
        "on_failure": dict(settings.get("on_failure", {})),
        "vars": dict(document.get("vars", {})),
        "fields": fields_of(document.get("input", {})) or [],
    }


def settings_fields(
    value: Mapping[str, Any], problems: Iterable[Problem], flows: Sequence[Choice]
) -> dict[str, Field]:
    """Give the four parts of the form by name."""
    found = plain_fields(form_fields(FORM, dict(value), problems, choices={"flow": flows}))
    return {one.name.removeprefix("/"): _short(one) for one in found}


def _short(part: Field) -> Field:
    """Leave out what there is to choose from, where a field is no choice."""
    rows = tuple(
        replace(
            row,
            fields=tuple(
                replace(one, children=tuple(c for c in one.children if _is_shown(c, one)))
                for one in row.fields
            ),
        )
        for row in part.rows
    )
    return replace(part, rows=rows)


def _is_shown(child: Field, field: Field) -> bool:
    if not child.name.endswith("/choices"):
        return True
    kind = next((one.text for one in field.children if one.name.endswith("/kind")), "")
    return kind == "choice" or bool(child.text or child.error)


def read_settings(document: Mapping[str, Any], form: Submitted) -> Filled:
    """Read a submission of the form that was made from a draft."""
    value = read_form(FORM, form)
    problems = _SCHEMA.problems(value)
    if not problems:
        problems += _variable_problems(value.get("vars", {}))
    if not problems:
        inside = field_problems(value.get("fields", []))
        problems += [replace(one, pointer="/fields" + one.pointer) for one in inside]
    schema, text = document.get("input", {}), None
    if fields_of(schema) is None or form.getlist(SCHEMA_TEXT):
        text = (form.getlist(SCHEMA_TEXT) or [""])[-1]
        schema, wrong = _read_schema(text)
        problems += wrong
    elif not problems:
        schema = schema_of(value.get("fields", []))
    parts = {"settings": _settings(value), "vars": value.get("vars", {}), "input": schema}
    return Filled(value=value, parts=parts, schema_text=text, problems=tuple(problems))


def in_form(problems: Iterable[Problem]) -> list[Problem]:
    """Give problems of a workflow's document that the form can show, where it shows them."""
    return [
        Problem(new + one.pointer.removeprefix(old), one.message)
        for one in problems
        for old, new in _PLACES
        if one.pointer.startswith(old)
    ]


def _settings(value: Mapping[str, Any]) -> dict[str, Any]:
    concurrency = dict(value.get("concurrency", {}))
    if concurrency.get("key"):
        concurrency["key"] = f"= {str(concurrency['key']).strip()}"
    wanted = concurrency.get("policy", "allow") != "allow"
    on_failure = value.get("on_failure", {})
    return {
        **({"concurrency": concurrency} if wanted else {}),
        **({"on_failure": dict(on_failure)} if on_failure else {}),
    }


def _variable_problems(names: Iterable[str]) -> Iterator[Problem]:
    for name in names:
        if not re.fullmatch(VARIABLE_PATTERN, name):
            said = f"{name or 'a variable'}: name it in small letters, digits and _, such as count"
            yield Problem(f"/vars/{name}", said)


def _read_schema(text: str) -> tuple[Any, list[Problem]]:
    try:
        found = read_json_text(text) if text.strip() else {}
    except InvalidError as error:
        return {}, [Problem("/fields", error.message)]
    if not isinstance(found, dict):
        return {}, [Problem("/fields", "the schema must be a JSON object")]
    return found, []
