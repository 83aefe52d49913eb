"""Set variables: changes variables of the run."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """Set the variables and hand the values on."""
    values = ctx.config["values"]
    return ctx.emit("done", values, variables=values)
