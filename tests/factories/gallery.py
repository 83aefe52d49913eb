"""Builders of templates of workflows."""

from __future__ import annotations

from typing import Any

from tests.factories.flows import flow_document, step

_TELL = step("send-email", config={"to": ["a@example.com"], "subject": "S", "body": "B"})
_TO = {
    "type": "array",
    "items": {"type": "string", "format": "email"},
    "default": ["a@example.com"],
}


def template_document(**changes: Any) -> dict[str, Any]:
    """Make a template that asks for one thing: who is told."""
    return {
        "template": 1,
        "title": "T",
        "summary": "S",
        "category": "other",
        "parameters": {"type": "object", "properties": {"to": _TO}, "required": ["to"]},
        "places": {"to": ["/flow/steps/tell/config/to"]},
        "flow": flow_document({"tell": _TELL}, ["hand > tell"]),
        **changes,
    }
