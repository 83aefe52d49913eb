"""Fill a template: writes a text whose places are filled from values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._lists import NOTHING, field_of

TEXT_MAX = 200_000
_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_.-]*)\}|[{}]")


def run(ctx: Context) -> Outcome:
    """End by `done` with the text."""
    is_lenient = ctx.config["missing"] == "empty"
    values = ctx.input["values"]
    text = _PLACE.sub(
        lambda found: _filled(found, values, is_lenient=is_lenient), ctx.config["template"]
    )
    if len(text) > TEXT_MAX:
        message = f"The text would have {len(text):,} characters: at most {TEXT_MAX:,}."
        raise BlockError("template.too_long", message)
    return ctx.emit("done", {"text": text})


def _filled(found: re.Match[str], values: Mapping[str, Any], *, is_lenient: bool) -> str:
    said = found[0]
    if said in ("{{", "}}"):
        return said[0]
    if found[1] is None:
        message = (
            f"A {said} at place {found.start() + 1} has no partner: write {said * 2} to mean it."
        )
        raise BlockError("template.unreadable", message)
    value = field_of(values, found[1])
    if value is NOTHING and not is_lenient:
        raise BlockError("template.missing", f"There is no value {found[1]}: add it to the values.")
    return "" if value is NOTHING or value is None else _written(value)


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(_written(one) for one in value)
    return json.dumps(value, ensure_ascii=False)
