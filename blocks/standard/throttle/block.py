"""Throttle: lets so many through in a time, and tells how many it held back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._memory import Memory
from blocks.standard._windows import free_at, within
from kernel.clock import format_instant

KIND = "throttle.1"
LIFETIME_S = 30 * 86_400
"""How long what was held back is told of after all."""


def run(ctx: Context) -> Outcome:
    """End by `passed`, or by `held` when as many passed as may."""
    most, window_s = ctx.config["most"], ctx.config["window_s"]
    key, now_s = ctx.input.get("key", ""), ctx.run.now.timestamp()
    memory = Memory(ctx.state, KIND, key, now=ctx.run.now, lifetime_s=window_s + LIFETIME_S)
    kept: dict[str, Any] = memory.value or {"passed": [], "held": 0}
    passed = within(kept["passed"], now_s=now_s, window_s=window_s)
    if len(passed) < most:
        memory.keep({"passed": [*passed, now_s], "held": 0}, ctx.log)
        return ctx.emit("passed", {"key": key, "passed": len(passed) + 1, "held": kept["held"]})
    held = kept["held"] + 1
    memory.keep({"passed": passed, "held": held}, ctx.log)
    next_at = datetime.fromtimestamp(free_at(passed, most=most, window_s=window_s), UTC)
    return ctx.emit("held", {"key": key, "held": held, "next_at": format_instant(next_at)})
