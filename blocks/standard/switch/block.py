"""Switch: one value, several ways."""

from __future__ import annotations

import json
from typing import Any

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """Leave by the port of the first case whose value is the one looked at."""
    value = ctx.config["value"]
    for case in ctx.config["cases"]:
        if _same(case["is"], value):
            return ctx.emit(case["port"], {"value": value})
    return ctx.emit("otherwise", {"value": value})


def _same(expected: Any, actual: Any) -> bool:
    """Compare as people do: `5` typed into a form is the number 5 and the text "5"."""
    return _as_text(expected) == _as_text(actual)


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
