"""Count in a time: sees when something happened so often within a time that slides along."""

from __future__ import annotations

from datetime import UTC, datetime

from blocks.sdk import Context, Outcome
from blocks.standard._memory import Memory
from blocks.standard._times import moment_of
from blocks.standard._windows import within
from kernel.clock import format_instant

KIND = "count-in-window.1"
LATE_S = 86_400
"""How much later than it happened something may be told of, and what came before still counts."""


def run(ctx: Context) -> Outcome:
    """End by `reached` when it happened often enough, else by `counted`."""
    wanted, window_s = ctx.config["reach"], ctx.config["window_s"]
    key, at_s = ctx.input.get("key", ""), moment_of(ctx).timestamp()
    memory = Memory(ctx.state, KIND, key, now=ctx.run.now, lifetime_s=window_s + LATE_S)
    kept: list[float] = memory.value or []
    seen = within([*kept, at_s], now_s=max([at_s, *kept]), window_s=window_s)[-wanted:]
    is_reached = len(seen) >= wanted
    memory.keep([] if is_reached and ctx.config["starts_over"] else seen, ctx.log)
    first_at = datetime.fromtimestamp(seen[0] if seen else at_s, UTC)
    told = {"key": key, "count": len(seen), "first_at": format_instant(first_at)}
    return ctx.emit("reached" if is_reached else "counted", told)
