"""Rate of a counter: makes how fast out of how much, from two readings of a device's counter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._counters import Counted, Reading, counted_between
from blocks.standard._memory import Memory
from blocks.standard._times import moment_of
from kernel.clock import format_instant

KIND = "counter-rate.1"
LIFETIME_S = 30 * 86_400


def run(ctx: Context) -> Outcome:
    """End by `rate`, by `first` where there is nothing to compare with, or by `reset`."""
    bits, key = int(ctx.config["bits"]), ctx.input.get("key", "")
    count = _count(ctx.input["value"], bits)
    reading = Reading(count, moment_of(ctx).timestamp(), ctx.input.get("discontinuity"))
    memory = Memory(ctx.state, KIND, key, now=ctx.run.now, lifetime_s=LIFETIME_S)
    kept: list[Any] | None = memory.value
    if kept is None:
        memory.keep(_written(reading), ctx.log)
        return ctx.emit("first", {"key": key, "value": count})
    before = Reading(*kept)
    factor, most = ctx.config["multiply_by"], ctx.config.get("most")
    most_per_s = most / factor if most is not None else None
    found = counted_between(before, reading, bits=bits, most_per_s=most_per_s)
    if found.kind == "early":
        raise BlockError("counter.early", _why_early(before, reading))
    memory.keep(_written(reading), ctx.log)
    if found.kind == "reset":
        return ctx.emit("reset", {"key": key, "value": count, "before": before.count})
    return ctx.emit("rate", {"key": key, "value": count, **_told(found, factor, most)})


def _why_early(before: Reading, reading: Reading) -> str:
    last, this = (
        format_instant(datetime.fromtimestamp(one.at_s, UTC)) for one in (before, reading)
    )
    text = f"This reading is of {this}, which is not after the one before, of {last}: give each"
    return f"{text} counter an Of what of its own, and say under Read at when it was read."


def _told(found: Counted, factor: float, most: float | None) -> dict[str, Any]:
    rate = found.per_second * factor
    share = {"percent": round(100 * rate / most, 3)} if most is not None else {}
    return {
        "per_second": round(rate, 6),
        "counted": found.counted,
        "seconds": round(found.seconds, 3),
        "ran_over": found.ran_over,
        **share,
    }


def _count(value: int | str, bits: int) -> int:
    """Read a count, which programs write as a text where it is too large for their numbers."""
    count = int(value)
    if count >= 2**bits:
        message = f"{count} is more than a counter of {bits} bits can hold: choose 64 bits."
        raise BlockError("counter.too_large", message)
    return count


def _written(reading: Reading) -> list[Any]:
    return [reading.count, reading.at_s, reading.discontinuity]
