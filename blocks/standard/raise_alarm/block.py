"""Raise alarm: an event in the workflow's name, journalled together with the record of the step."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with the event on its way to the alarm list."""
    event = {"managed_object": ctx.input["managed_object"], **ctx.config}
    key = event.pop("key", "")
    if key:
        event["reduction_key"] = key
    ctx.alarms.raise_alarm(event)
    said = {name: event[name] for name in ("managed_object", "perceived_severity")}
    return ctx.emit("done", said)
