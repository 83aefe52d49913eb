"""Convert units: turns a measurement into another unit of the same kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from blocks.sdk import BlockError, Context, Outcome

WHOLE_MAX = 1e15
"""From here on numbers are written with a power of ten."""


class _Unit(NamedTuple):
    """A unit: what it measures, how it becomes the kind's base unit, and back."""

    kind: str
    to_base: Callable[[float], float]
    from_base: Callable[[float], float]


def run(ctx: Context) -> Outcome:
    """End by `done` with the value in the other unit."""
    names = ctx.config["from"], ctx.config["to"]
    begin, end = (_UNITS[name] for name in names)
    if begin.kind != end.kind:
        message = f"{names[0]} is a {begin.kind} and {names[1]} a {end.kind}: choose two of a kind."
        raise BlockError("units.other_kind", message)
    try:
        value = end.from_base(begin.to_base(ctx.input["value"]))
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        message = f"The result is too large for a number: choose a larger unit than {names[1]}."
        raise BlockError("units.too_large", message)
    rounded = round(float(value), ctx.config["decimals"]) + 0.0  # which makes -0.0 a plain 0
    return ctx.emit("done", {"value": rounded, "text": f"{_written(rounded)} {names[1]}"})


def _written(value: float) -> str:
    """Write it as people do: 40, not 40.0."""
    return str(int(value)) if value.is_integer() and abs(value) < WHOLE_MAX else str(value)


def _scaled(kind: str, factor: float) -> _Unit:
    return _Unit(kind, lambda value: value * factor, lambda base: base / factor)


def _decibels(reference_w: float) -> _Unit:
    """Count power in steps of a tenth of a factor of ten above a reference (IEC 60027-3)."""

    def from_watts(base: float) -> float:
        if base <= 0:
            message = "A power of nothing or less has no decibels: check the value."
            raise BlockError("units.no_power", message)
        return 10 * math.log10(base / reference_w)

    return _Unit("power", lambda value: reference_w * 10 ** (value / 10), from_watts)


def _many(kind: str, factors: Mapping[str, float]) -> dict[str, _Unit]:
    return {name: _scaled(kind, factor) for name, factor in factors.items()}


_UNITS: Mapping[str, _Unit] = {
    **_many("rate", {"bit/s": 1, "kbit/s": 1e3, "Mbit/s": 1e6, "Gbit/s": 1e9}),
    **_many("rate", {"byte/s": 8, "kB/s": 8e3, "MB/s": 8e6}),
    **_many("size", {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}),
    **_many("size", {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}),
    **_many("power", {"W": 1, "mW": 1e-3, "µW": 1e-6}),
    "dBm": _decibels(1e-3),
    "dBW": _decibels(1.0),
    **_many("frequency", {"Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9}),
    **_many("time", {"ms": 1e-3, "s": 1, "min": 60, "h": 3600}),
    **_many("length", {"m": 1, "km": 1e3}),
    "K": _scaled("temperature", 1),
    "°C": _Unit("temperature", lambda value: value + 273.15, lambda base: base - 273.15),
    "°F": _Unit(
        "temperature",
        lambda value: (value + 459.67) / 1.8,
        lambda base: base * 1.8 - 459.67,
    ),
}
