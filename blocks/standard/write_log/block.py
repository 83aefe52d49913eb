"""Write log: leaves a line that is shown with the step."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """Note the message at its level."""
    note = ctx.log.warning if ctx.config["level"] == "warning" else ctx.log.info
    note(ctx.config["message"])
    return ctx.emit("done", {"message": ctx.config["message"]})
