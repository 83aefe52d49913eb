"""Resync source: the full list is compared together with the record of the step."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with the list on its way to the source's alarms."""
    source, standing = ctx.config["source"], ctx.input["standing"]
    allow_empty = ctx.config["allow_empty"]
    if not isinstance(standing, list | dict):
        message = "What stands is neither a list nor an object: hand in the answer's body."
        raise BlockError("alarms.no_list", message)
    if not standing and not allow_empty:
        message = (
            f"The list is empty, which would clear everything of {source}: find out why, or switch "
            "on An empty list is meant so."
        )
        raise BlockError("alarms.empty_list", message)
    ctx.alarms.resync(source, standing, allow_empty=allow_empty)
    counted = {"standing": len(standing)} if isinstance(standing, list) else {}
    return ctx.emit("done", {"source": source, **counted})
