"""What a tenant expects of a source, whatever its kind: how often it speaks, how long alarms stand.

Pure. Kept in the source's `config` beside what its kind has to set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from kernel.durations import duration_words
from kernel.errors import InvalidError, Problem

EXPECT_MIN_S, EXPECT_MAX_S = 10, 7 * 86_400
TTL_MIN_S, TTL_MAX_S = 60, 90 * 86_400

EXPECTATION_PROPERTIES: Mapping[str, Any] = MappingProxyType(
    {
        "expect_every_s": {"type": "integer", "minimum": EXPECT_MIN_S, "maximum": EXPECT_MAX_S},
        "tolerance_s": {"type": "integer", "minimum": 0, "maximum": EXPECT_MAX_S},
        "ttl_s": {"type": "integer", "minimum": TTL_MIN_S, "maximum": TTL_MAX_S},
    }
)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(\d{1,9})\s*([a-z]*)")


def quiet_after(config: Mapping[str, Any], *, spoke_at: datetime) -> datetime | None:
    """Give the instant from which a source that last spoke then is silent; None for never."""
    every_s = config.get("expect_every_s")
    if every_s is None:
        return None
    return spoke_at + timedelta(seconds=every_s + config.get("tolerance_s", 0))


def expectations_from_form(form: Mapping[str, str]) -> dict[str, int]:
    """Read the form's durations; empty ones are left out.

    >>> expectations_from_form({"expect_every_s": "5 minutes", "ttl_s": "2h", "tolerance_s": ""})
    {'expect_every_s': 300, 'ttl_s': 7200}

    Raises:
        InvalidError: with a problem by field.
    """
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for name, limits in EXPECTATION_PROPERTIES.items():
        text = form.get(name, "").strip().lower()
        if not text:
            continue
        seconds = _seconds(text)
        if seconds is None or not limits["minimum"] <= seconds <= limits["maximum"]:
            problems.append(Problem(f"/{name}", _remedy(limits)))
        else:
            found[name] = seconds
    if "tolerance_s" in found and "expect_every_s" not in found and not problems:
        del found["tolerance_s"]  # it means nothing by itself
    if problems:
        raise InvalidError("a duration cannot be kept so", problems=problems)
    return found


def expectations_as_form(config: Mapping[str, Any]) -> dict[str, str]:
    """Write the durations as the form shows them."""
    return {
        name: duration_words(config[name]) if config.get(name) else ""
        for name in EXPECTATION_PROPERTIES
    }


def _seconds(text: str) -> int | None:
    found = _DURATION.fullmatch(text)
    unit = _UNITS.get(found[2][:1]) if found else None
    return int(found[1]) * unit if found and unit else None


def _remedy(limits: Mapping[str, int]) -> str:
    least = duration_words(limits["minimum"]) if limits["minimum"] else "0"
    return (
        f"write a duration such as 5 minutes, from {least} to {duration_words(limits['maximum'])}"
    )
