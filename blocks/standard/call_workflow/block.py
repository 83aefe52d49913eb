"""Call a workflow: runs another workflow and waits for its end."""

from __future__ import annotations

from blocks.sdk import Call, Context, Outcome


def run(ctx: Context) -> Outcome:
    """Ask for the other workflow's run; the step ends when it does."""
    return Call(
        flow=ctx.config["flow"],
        version=ctx.config.get("version"),
        input=ctx.config.get("input", {}),
    )
