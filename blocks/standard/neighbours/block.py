"""What is connected: lists what lies near a resource in the network."""

from __future__ import annotations

from collections import Counter

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `found`, by `none` when nothing is near, or by `missing`."""
    key, kind = ctx.input["key"], ctx.config["kind"]
    near = ctx.inventory.neighbours(
        key, depth=ctx.config["depth"], direction=ctx.config["direction"]
    )
    if near is None:
        return ctx.emit("missing", {"key": key})
    found = [one for one in near["neighbours"] if kind in ("any", one["kind"])]
    if not found:
        return ctx.emit("none", {"key": key, "more": near["more"]})
    return ctx.emit(
        "found",
        {
            "neighbours": found,
            "count": len(found),
            "by_kind": dict(Counter(one["kind"] for one in found)),
            "more": near["more"],
        },
    )
