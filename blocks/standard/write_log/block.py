"""Write log: leave a note in the run."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """Keep the message with the step and hand it on."""
    message = ctx.config["message"]
    write = ctx.log.warning if ctx.config["level"] == "warning" else ctx.log.info
    write(message)
    return ctx.emit("done", {"message": message})
