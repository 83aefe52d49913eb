"""Summarise numbers: what a list of measurements comes to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

from blocks.sdk import BlockError, Context, Outcome
from blocks.standard._lists import field_of


def run(ctx: Context) -> Outcome:
    """End by `done` with the figures, or by `none` where the list has no number."""
    field = ctx.config.get("field", "")
    found = [field_of(entry, field) if field else entry for entry in ctx.input["items"]]
    numbers = sorted(one for one in found if _is_number(one))
    facts = {"count": len(numbers), "skipped": len(found) - len(numbers)}
    if not numbers:
        return ctx.emit("none", facts)
    try:
        figures = _figures(numbers, ctx.config["percentile"])
    except OverflowError:
        message = "The figures are too large to be calculated with: use a larger unit."
        raise BlockError("numbers.too_large", message) from None
    return ctx.emit("done", {**facts, **figures})


def _figures(numbers: Sequence[float], percent: float) -> dict[str, float]:
    """Calculate them; raises OverflowError where one is larger than a number may be."""
    figures = {
        "sum": math.fsum(numbers),
        "mean": statistics.fmean(numbers),
        "median": statistics.median(numbers),
        "min": numbers[0],
        "max": numbers[-1],
        "deviation": statistics.stdev(numbers) if len(numbers) > 1 else 0.0,
        "percentile": _percentile(numbers, percent),
    }
    if not all(math.isfinite(figure) for figure in figures.values()):
        raise OverflowError
    return figures


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _percentile(numbers: Sequence[float], percent: float) -> float:
    """Interpolate between the two nearest, as spreadsheets do (PERCENTILE.INC)."""
    place = (len(numbers) - 1) * percent / 100
    below = math.floor(place)
    above = math.ceil(place)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - below)
