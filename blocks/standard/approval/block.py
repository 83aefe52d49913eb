"""Approval: asks people and sleeps until they have decided, or their time is up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from blocks.sdk import Ask, BlockError, Context, Outcome

TEXT_MAX = 4_000
_PORTS = {"timeout": "timeout", "approve": "approved", "reject": "rejected"}


def run(ctx: Context) -> Outcome:
    """Ask; the ways out are taken by what people decide."""
    config = ctx.config
    timeout_s = config.get("timeout_s")
    return Ask(
        title=config["title"],
        text=config.get("text", ""),
        roles=tuple(config.get("roles", ())),
        people=tuple(config.get("people", ())),
        needed=config["needed"],
        excludes_starter=config["excludes_starter"],
        form=_form_of(config.get("fields", ())),
        remind_every_s=config.get("remind_every_s"),
        until=ctx.run.now + timedelta(seconds=timeout_s) if timeout_s is not None else None,
        timeout_port=_PORTS[config["timeout_action"]],
    )


def _form_of(fields: Any) -> dict[str, Any]:
    """Make a JSON Schema of the list of fields; {} where there is nothing to fill in."""
    names = [field["name"] for field in fields]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"The form has two fields named {', '.join(twice)}: give each its own name."
        raise BlockError("approval.bad_form", message)
    if not names:
        return {}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field["name"] for field in fields if field["required"]],
        "properties": {field["name"]: _schema_of(field) for field in fields},
    }


def _schema_of(field: Mapping[str, Any]) -> dict[str, Any]:
    titled = {"title": field.get("title") or field["name"].replace("_", " ").capitalize()}
    match field["kind"]:
        case "text":
            shortest = {"minLength": 1} if field["required"] else {}
            return {"type": "string", **titled, **shortest, "maxLength": TEXT_MAX}
        case "number":
            return {"type": "number", **titled}
        case "yes-no":
            return {"type": "boolean", **titled}
        case _:
            return {"type": "string", **titled, "enum": _choices_of(field)}


def _choices_of(field: Mapping[str, Any]) -> list[str]:
    choices = list(dict.fromkeys(field.get("choices", ())))
    if not choices:
        message = f"The field {field['name']} is a choice: list what can be chosen."
        raise BlockError("approval.bad_form", message)
    return choices
