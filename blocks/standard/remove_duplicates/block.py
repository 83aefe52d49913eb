"""Remove duplicates: keeps each entry of a list once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._lists import NOTHING, field_of, key_of


def run(ctx: Context) -> Outcome:
    """End by `done` with what is left, in the order it came in."""
    items = ctx.input["items"]
    places: dict[Any, int] = {}
    for place, entry in enumerate(items):
        key = _key(entry, ctx.config["by"])
        if ctx.config["keep"] == "last" or key not in places:
            places[key] = place
    kept = [items[place] for place in sorted(places.values())]
    found = {"items": kept, "count": len(kept), "removed": len(items) - len(kept)}
    return ctx.emit("done", found)


def _key(entry: Any, fields: Sequence[str]) -> Any:
    if not fields:
        return key_of(entry)
    values = [field_of(entry, field) for field in fields]
    return tuple(None if value is NOTHING else key_of(value) for value in values)
