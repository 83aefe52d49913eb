"""Find alarms: reads those that fit, as they are before the step's own changes."""

from __future__ import annotations

from blocks.sdk import Context, Outcome

WHOLE = {
    "managed_object": "Managed object",
    "probable_cause": "Probable cause",
    "source": "Source",
    "parent": "Under the alarm",
}
"""Settings that name something wholly, and their titles."""


def run(ctx: Context) -> Outcome:
    """End by `found` with the alarms and how many there are, or by `none`.

    An expression that gives nothing fits no alarm, since otherwise a value that is missing would
    find all of them.
    """
    wanted = dict(ctx.config)
    sort, limit, ack = (wanted.pop(name) for name in ("sort", "limit", "ack"))
    for title in (title for name, title in WHOLE.items() if wanted.get(name) == ""):
        ctx.log.warning(f"{title} came out empty, which fits no alarm: see what its value is.")
    if ack != "any":
        wanted["acknowledged"] = ack == "acknowledged"
    found = ctx.alarms.find(wanted, sort=sort, limit=limit)
    return ctx.emit("found" if found["alarms"] else "none", found)
