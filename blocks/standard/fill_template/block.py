"""Fill a template: writes a text whose places are filled from values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._lists import NOTHING, field_of

TEXT_MAX = 200_000
_PLACE = re.compile(r"\{\{|\}\}|\{([^\W\d][\w.-]*)\}|[{}]")


def run(ctx: Context) -> Outcome:
    """End by `done` with the text."""
    parts: list[str] = []
    length = 0
    for part in _parts(ctx.config["template"], ctx.input["values"], ctx.config["missing"]):
        length += len(part)
        if length > TEXT_MAX:
            message = f"The text would have over {TEXT_MAX:,} characters: fill in less."
            raise BlockError("template.too_long", message)
        parts.append(part)
    return ctx.emit("done", {"text": "".join(parts)})


def _parts(template: str, values: Mapping[str, Any], missing: str) -> Iterator[str]:
    """Give the text piece by piece, so that nothing grows beyond what may leave."""
    begin = 0
    for found in _PLACE.finditer(template):
        yield template[begin : found.start()]
        yield _filled(found, values, is_lenient=missing == "empty")
        begin = found.end()
    yield template[begin:]


def _filled(found: re.Match[str], values: Mapping[str, Any], *, is_lenient: bool) -> str:
    said = found[0]
    if said in ("{{", "}}"):
        return said[0]
    if found[1] is None:
        partner = "is not followed by a name and a }" if said == "{" else "has no { and name before"
        message = f"The {said} at place {found.start() + 1} {partner}: write {said * 2} to mean it."
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
