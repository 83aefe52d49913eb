"""Ask a device: sends commands that only read, and gives what the device says."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._commanding import sent, written
from blocks.standard._devices import changing, why_not_reading


def run(ctx: Context) -> Outcome:
    """End by `done`, or by `refused` when the device does not take a command."""
    _check(ctx)
    answers, refused = sent(ctx.ssh, ctx.config, connection="device")
    if refused:
        return ctx.emit("refused", {"command": refused, **written(answers)})
    return ctx.emit("done", written(answers))


def _check(ctx: Context) -> None:
    """Refuse what is not known to only read, before anything is sent."""
    also = ctx.config["also"]
    if wrong := changing(also):
        message = f"{wrong} is known to change things, so it cannot count as reading."
        raise BlockError("device.only_reads", message)
    for command in ctx.config["commands"]:
        why = why_not_reading(command, also)
        if why:
            message = (
                f"The command {command[:80]} {why}: here commands only read. If it does, write "
                "how it begins under further commands; else use Run a command on a device."
            )
            raise BlockError("device.only_reads", message)
