"""The form of the workflow itself, where nothing is selected: its description and its variables.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.forms import Field, Submitted, form_fields, plain_fields, read_form

PARTS = ("description", "vars")
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "description": {
            "type": "string",
            "title": "What it is for",
            "maxLength": 4_000,
            "x-garland": {"widget": "textarea"},
        },
        "vars": {
            "type": "object",
            "title": "Variables",
            "description": "Values that steps read as vars.name, with what they begin as; "
            "the block Set variables changes them",
            "additionalProperties": {},
        },
    },
}


def whole_fields(document: Mapping[str, Any]) -> list[Field]:
    """List the fields of a workflow's own form."""
    held = {name: document[name] for name in PARTS if name in document}
    return plain_fields(form_fields(FORM, held, at="/flow"))


def read_whole(document: Mapping[str, Any], form: Submitted) -> dict[str, Any]:
    """Read the form; what is left empty goes away."""
    held = {name: document[name] for name in PARTS if name in document}
    return read_form(FORM, form, previous=held, at="/flow")
