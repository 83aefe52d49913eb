"""Ask a device: sends commands that only read, and gives what the device says."""

from __future__ import annotations

from collections.abc import Sequence

from blocks.commands import filled_command
from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._commanding import sent, written
from blocks.standard._reading import changing, why_not_reading


def run(ctx: Context) -> Outcome:
    """End by `done`, or by `refused` when the device does not take a command."""
    _check(ctx)
    answers, refused = sent(ctx.ssh, ctx.config, connection="device")
    if refused:
        return ctx.emit("refused", {"command": refused, **written(answers)})
    return ctx.emit("done", written(answers))


def _check(ctx: Context) -> None:
    """Refuse what is not known to only read, before anything is sent."""
    also, values = ctx.config["also"], ctx.config["values"]
    if wrong := changing(also):
        message = (
            f"{wrong[:80]} is known to change things, or is more than one command, so it cannot "
            "count as reading: take it out of the further commands."
        )
        raise BlockError("device.only_reads", message)
    for written_so in ctx.config["commands"]:
        command = filled_command(written_so, {name: str(one) for name, one in values.items()})
        why = why_not_reading(
            command, _called(written_so, command, also), device=ctx.config["device"]
        )
        if why:
            message = (
                f"The command {command[:80]} {why}: here commands only read. If it does, write it "
                "whole under further commands; else use Run a command on a device."
            )
            raise BlockError("device.only_reads", message)


def _called(written_so: str, command: str, also: Sequence[str]) -> list[str]:
    """Give what is sent, up to its pipes, when the settings call it reading as it is written."""
    known = {" ".join(one.split()) for one in also}
    is_known = " ".join(written_so.partition("|")[0].split()) in known
    return [command.partition("|")[0]] if is_known else []
