"""Publish an MQTT message, and come back when the broker has taken it."""

from __future__ import annotations

import json

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `done` when the broker has taken it (with QoS 0: when it is on its way)."""
    message = ctx.input.get("message", "")
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    ctx.mqtt.publish(
        ctx.config["host"],
        ctx.config["topic"],
        text,
        port=ctx.config.get("port"),
        tls=ctx.config["encrypted"],
        qos=ctx.config["qos"],
        retain=ctx.config["retain"],
        connection="broker",
    )
    return ctx.emit("done", {"topic": ctx.config["topic"], "size_bytes": len(text.encode())})
