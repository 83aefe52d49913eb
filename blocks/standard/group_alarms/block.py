"""Group alarms: put under their cause together with the record of the step."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError, Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with those that are there under the cause, by `nothing`, or by `missing`."""
    parent_id = ctx.input["parent_id"]
    if ctx.alarms.get(parent_id) is None:
        return ctx.emit("missing", {"parent_id": parent_id})
    wanted = dict.fromkeys(_id_of(one) for one in ctx.input["alarms"])
    wanted.pop(parent_id, None)
    there = [one for one in wanted if ctx.alarms.get(one) is not None]
    missing = [one for one in wanted if one not in there]
    if not there:
        return ctx.emit("nothing", {"parent_id": parent_id, "missing": missing})
    ctx.alarms.group(parent_id, there)
    return ctx.emit("done", {"parent_id": parent_id, "grouped": there, "missing": missing})


def _id_of(one: Any) -> str:
    said = one.get("id") if isinstance(one, dict) else one
    if not isinstance(said, str):
        message = f"{str(one)[:80]} is neither an alarm nor the id of one: see Alarms."
        raise BlockError("alarms.not_an_alarm", message)
    return said
