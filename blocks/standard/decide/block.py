"""Decide by a table: asks a published decision table and ends by what it answers."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by `decided` with what the rows put out, by `none`, or by `several`."""
    found = ctx.tables.decide(
        ctx.config["table"],
        ctx.input["values"],
        alarm=ctx.input.get("alarm"),
        version=None if ctx.config["follow"] else ctx.config.get("version"),
    )
    return ctx.emit(found.port, found.output)
