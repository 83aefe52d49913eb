"""Read values by SNMP: single values of a device, at once."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` with a value for each object, under the name it was asked by."""
    objects = ctx.config["objects"]
    found = ctx.snmp.get(ctx.config["host"], objects, port=ctx.config["port"], connection="device")
    pairs = list(zip(objects, found, strict=True))
    missing = [name for name, one in pairs if one.kind == "missing"]
    if missing and not ctx.config["missing_ok"]:
        message = f"{ctx.config['host']} does not have {', '.join(missing)}: check the objects."
        raise BlockError("snmp.no_such_object", message)
    values = {name: one.value for name, one in pairs if one.kind != "missing"}
    return ctx.emit("done", {"values": values, "missing": missing})
