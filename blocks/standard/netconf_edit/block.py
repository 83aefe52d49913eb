"""Change by NETCONF: changes a configuration wholly or not at all."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done`, or by `refused` when the device does not take the change."""
    config = ctx.config
    try:
        answer = ctx.netconf.edit_config(
            config["host"],
            config["config"],
            values={name: str(value) for name, value in config["values"].items()},
            checks_only=config["check"],
            confirm_s=0 if config["check"] else config["probation"],
            port=config["port"],
            connection="device",
        )
    except BlockError as error:
        if error.code != "netconf.refused":
            raise
        return ctx.emit("refused", {"reason": error.message})
    return ctx.emit("done", {"steps": list(answer.steps), "warnings": list(answer.warnings)})
