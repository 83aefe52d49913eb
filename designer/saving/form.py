"""The form that names a block made of a workflow. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.forms import Field, Submitted, form_fields, plain_fields, read_form
from blocks.manifest import CATEGORIES, MANIFEST_SCHEMA
from kernel.errors import Problem
from kernel.ids import slugify
from kernel.schema import Schema
from runtime.flows.composites import Named

_SHAPES = MANIFEST_SCHEMA["properties"]
_HELP = {
    "id": "Your publisher's name, a dot and the block's name, such as acme.greet",
    "version": "As 1.0.0; workflows that use the block stay with the version they were made with",
    "licence": "Its SPDX name, such as Apache-2.0",
}
_TITLES = {"id": "Id", "summary": "What it does, in a line"}
_NAMES = ("id", "version", "title", "summary", "category", "licence")
_LIMITS = ("type", "minLength", "maxLength", "pattern")
FORM: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": list(_NAMES),
    "properties": {
        name: {key: _SHAPES[name][key] for key in _LIMITS if key in _SHAPES[name]}
        | {"title": _TITLES.get(name, name.capitalize()), "description": _HELP.get(name, "")}
        for name in _NAMES
    }
    | {
        "category": {
            "title": "Category",
            "oneOf": [{"const": name, "title": title} for name, title in CATEGORIES.items()],
        }
    },
}


def suggested(flow_name: str, organisation: str) -> dict[str, Any]:
    """Give what the form begins with."""
    return {
        "id": f"{slugify(organisation)[:40]}.{slugify(flow_name)[:40]}",
        "version": "1.0.0",
        "title": flow_name[:60],
        "category": "other",
    }


def naming_fields(value: Mapping[str, Any], problems: Iterable[Problem] = ()) -> list[Field]:
    """List the fields to fill in."""
    return plain_fields(form_fields(FORM, value, problems))


def read_named(form: Submitted) -> tuple[dict[str, Any], list[Problem]]:
    """Read what was filled in, and what is wrong with it."""
    value = read_form(FORM, form)
    return value, Schema(FORM).problems(value)


def named_by(value: Mapping[str, Any]) -> Named:
    """Give the name that a form without problems says."""
    return Named(**value)
