"""Read by NETCONF: gives state or configuration of a device, as XML and as data."""

from __future__ import annotations

from blocks.sdk import BlockError, Context, NetconfAnswer, Outcome
from blocks.xml_documents import XmlError, plain, read_xml


def run(ctx: Context) -> Outcome:
    """End by `done`, or by `empty` when there is nothing of what was asked for."""
    answer = _asked(ctx)
    try:
        data = plain(read_xml(answer.xml.encode())) or {}
    except XmlError as error:
        message = f"The device's answer cannot be read: {error}."
        raise BlockError("netconf.bad_answer", message) from None
    return ctx.emit("done" if data else "empty", {"xml": answer.xml, "data": data})


def _asked(ctx: Context) -> NetconfAnswer:
    config = ctx.config
    values = {name: str(value) for name, value in config["values"].items()}
    host, part, port = config["host"], config.get("filter", ""), config["port"]
    if config["what"] == "state":
        return ctx.netconf.get(host, part, values=values, port=port, connection="device")
    return ctx.netconf.get_config(
        host, part, source=config["what"], values=values, port=port, connection="device"
    )
