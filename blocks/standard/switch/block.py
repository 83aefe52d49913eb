"""Switch: leaves by the first case whose condition is true."""

from __future__ import annotations

from blocks.sdk import Context, Outcome


def run(ctx: Context) -> Outcome:
    """End by the first true case's port, or by `otherwise`."""
    for case in ctx.config["cases"]:
        if case["when"]:
            return ctx.emit(case["port"])
    return ctx.emit("otherwise")
