"""Set values by SNMP: all or none, read back afterwards."""

from __future__ import annotations

from typing import Any

from blocks.sdk import BlockError, Context, Outcome, SnmpValue
from blocks.standard._variables import variable


def run(ctx: Context) -> Outcome:
    """End by `done` with the values before and after."""
    host, changes = ctx.config["host"], ctx.config["changes"]
    names = [one["object"] for one in changes]
    wanted = [variable(one) for one in changes]
    before = _read(ctx, names)
    if missing := [name for name, one in before.items() if one.kind == "missing"]:
        message = f"{host} does not have {', '.join(missing)}: nothing was changed."
        raise BlockError("snmp.no_such_object", message)
    ctx.snmp.set(host, wanted, port=ctx.config["port"], connection="device")
    ctx.log.info(f"{host}: changed {', '.join(names)}.")
    values: dict[str, Any] = {name: one.value for name, one in zip(names, wanted, strict=True)}
    if ctx.config["check"]:
        kept = {name: one.value for name, one in _read(ctx, names).items()}
        if kept != values:
            lost = ", ".join(name for name in names if kept[name] != values[name])
            message = f"{host} took the change, but {lost} has another value afterwards."
            raise BlockError("snmp.not_kept", message)
    was = {name: one.value for name, one in before.items()}
    return ctx.emit("done", {"before": was, "values": values})


def _read(ctx: Context, names: list[str]) -> dict[str, SnmpValue]:
    place = {"port": ctx.config["port"], "connection": "device"}
    return dict(zip(names, ctx.snmp.get(ctx.config["host"], names, **place), strict=True))
