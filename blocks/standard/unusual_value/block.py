"""Unusual value: learns what is usual, and sees what is far from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.sdk import Context, Outcome
from blocks.standard._baseline import Baseline, season_of
from blocks.standard._memory import Memory
from blocks.standard._times import moment_of, zone_of

KIND = "unusual-value.1"
LIFETIME_S = 400 * 86_400
DISTANCE_MAX = 1_000_000.0
DIGITS = 9


def run(ctx: Context) -> Outcome:
    """End by `learning` while too little was seen, else by `usual` or `unusual`."""
    key, value = ctx.input.get("key", ""), ctx.input["value"]
    memory = Memory(ctx.state, KIND, key, now=ctx.run.now, lifetime_s=LIFETIME_S)
    seasons: dict[str, list[float]] = memory.value or {}
    local = moment_of(ctx).astimezone(zone_of(ctx.config["zone"]))
    season = season_of(local, ctx.config["season"])
    usual = _read(seasons.get(season))
    port = _port(usual, value, ctx.config)
    if port != "unusual" or ctx.config["learns"]:
        learnt = usual.learn(value, remembers=ctx.config["remembers"])
        memory.keep({**seasons, season: _write(learnt)}, ctx.log)
    return ctx.emit(port, {"key": key, "value": value, **_told(usual, value, ctx.config)})


def _port(usual: Baseline, value: float, config: Mapping[str, Any]) -> str:
    if usual.count < config["warm_up"]:
        return "learning"
    distance, side = usual.distance(value), config["side"]
    is_asked = side == "any" or (distance > 0) == (side == "above")
    is_far = abs(distance) > config["deviations"]
    is_much = abs(value - usual.mean) > config["least_difference"]
    return "unusual" if is_asked and is_far and is_much else "usual"


def _told(usual: Baseline, value: float, config: Mapping[str, Any]) -> dict[str, Any]:
    if usual.count < config["warm_up"]:
        return {"seen": usual.count, "wanted": config["warm_up"]}
    distance = max(-DISTANCE_MAX, min(usual.distance(value), DISTANCE_MAX))
    return {
        "expected": round(usual.mean, DIGITS),
        "deviation": round(usual.deviation, DIGITS),
        "distance": round(distance, 3),
        "seen": usual.count,
    }


def _read(kept: list[float] | None) -> Baseline:
    if kept is None:
        return Baseline()
    return Baseline(count=int(kept[0]), mean=kept[1], variance=kept[2])


def _write(usual: Baseline) -> list[float]:
    """Write it shortly: there may be one for each hour of the week."""
    return [usual.count, float(f"{usual.mean:.12g}"), float(f"{usual.variance:.12g}")]
