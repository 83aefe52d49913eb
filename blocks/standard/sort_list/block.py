"""Sort a list: brings entries in the order of their fields."""

from __future__ import annotations

from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._lists import NOTHING, field_of, order_of


def run(ctx: Context) -> Outcome:
    """End by `done` with the entries in order."""
    items = list(ctx.input["items"])
    for order in reversed(ctx.config["by"]):
        items = _sorted(items, order["field"], descending=order["descending"])
    items = items[: ctx.config.get("first")]
    return ctx.emit("done", {"items": items, "count": len(items)})


def _sorted(items: list[Any], field: str, *, descending: bool) -> list[Any]:
    """Sort stably; what lacks the field stays last, whichever way the others go."""
    has = [one for one in items if field_of(one, field) not in (NOTHING, None)]
    lacks = [one for one in items if field_of(one, field) in (NOTHING, None)]
    has.sort(key=lambda one: order_of(field_of(one, field)), reverse=descending)
    return has + lacks
