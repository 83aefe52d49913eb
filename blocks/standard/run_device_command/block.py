"""Run a command on a device: sends commands that may change it, until one is refused."""

from __future__ import annotations

from blocks.sdk import Context, Outcome
from blocks.standard._commanding import sent, written


def run(ctx: Context) -> Outcome:
    """End by `done`, or by `refused` when the device does not take a command."""
    config = ctx.config
    answers, refused = sent(ctx.ssh, config, connection="device", answers=config["answers"])
    if refused:
        return ctx.emit("refused", {"command": refused, **written(answers)})
    return ctx.emit("done", written(answers))
