"""Group a list: puts entries with the same value in a field together."""

from __future__ import annotations

from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._lists import NOTHING, field_of, key_of


def run(ctx: Context) -> Outcome:
    """End by `some` with the groups, the largest first, or by `none`."""
    found: dict[Any, dict[str, Any]] = {}
    for entry in ctx.input["items"]:
        value = field_of(entry, ctx.config["by"])
        value = None if value is NOTHING else value
        group = found.setdefault(key_of(value), {"key": value, "count": 0, "items": []})
        group["items"].append(entry)
        group["count"] += 1
    groups = [one for one in found.values() if one["count"] >= ctx.config["min_count"]]
    groups.sort(key=lambda one: -one["count"])
    return ctx.emit("some" if groups else "none", {"groups": groups, "count": len(groups)})
