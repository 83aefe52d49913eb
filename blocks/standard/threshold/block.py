"""Threshold: sees when a value gets too high or too low, and when it is well again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._hysteresis import Limits, Standing, Turn, measured
from blocks.standard._memory import Memory
from blocks.standard._times import moment_of
from kernel.clock import format_instant

KIND = "threshold.1"
LIFETIME_S = 400 * 86_400


def run(ctx: Context) -> Outcome:
    """End by `raised` or `cleared` when that just came about, else by `unchanged`."""
    limits = _limits(ctx.config)
    key, value = ctx.input.get("key", ""), ctx.input["value"]
    memory = Memory(ctx.state, KIND, key, now=ctx.run.now, lifetime_s=LIFETIME_S)
    before = Standing(**(memory.value or {}))
    after = measured(before, limits, value, moment_of(ctx).timestamp())
    memory.keep(asdict(after), ctx.log)
    told = {"key": key, "value": value, "state": "raised" if after.is_raised else "clear"}
    if after.since_s is not None:
        told["since"] = format_instant(datetime.fromtimestamp(after.since_s, UTC))
    if after.is_raised == before.is_raised:
        return ctx.emit("unchanged", told)
    if after.is_raised:
        return ctx.emit("raised", told)
    lasted_s = (after.since_s or 0.0) - (before.since_s or 0.0)
    return ctx.emit("cleared", {**told, "lasted_s": round(lasted_s, 3)})


def _limits(config: Mapping[str, Any]) -> Limits:
    is_above, raise_at = config["when"] == "above", config["raise_at"]
    clear_at = config.get("clear_at", raise_at)
    if (clear_at > raise_at) if is_above else (clear_at < raise_at):
        side = "below" if is_above else "above"
        message = f"Clear at {clear_at:g} is on the bad side: choose one {side} {raise_at:g}."
        raise BlockError("threshold.crossed", message)
    return Limits(
        raise_at=raise_at,
        clear_at=clear_at,
        is_above=is_above,
        raising=Turn(times=config["raise_times"], for_s=config["raise_for_s"]),
        clearing=Turn(times=config["clear_times"], for_s=config["clear_for_s"]),
    )
