"""Storms: when so many events come that their alarms are told as one. Pure.

A storm begins when more events come within a window than its scope bears, and ends when fewer come
than a lower mark: between the two it stays as it is, so that it does not come and go. Instants are
those of receipt, in the journal's order: the same events give the same storms.

Source: our own choice; hysteresis as in ITU-T X.721's tide-mark thresholds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeGuard

from kernel.errors import InvalidError, Problem

TENANT, SOURCE, SITE = "tenant", "source", "site"
SCOPES = (TENANT, SOURCE, SITE)
SUMMARY_SOURCE = "garland storm protection"
WINDOW_MAX_S = 600
RATE_MAX = 10_000
PARTS = 10
OBJECTS_MAX = 1_000
TOP = 5
_OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Marks:
    """How many events a second begin a storm, and below how many it ends."""

    begin_per_s: float
    end_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What a tenant bears: the window, and marks for each scope that is watched."""

    window_s: int
    marks: Mapping[str, Marks]

    @property
    def part_s(self) -> int:
        """Length of the parts that events are counted in, seconds; at least one."""
        return max(1, self.window_s // PARTS)


def parse_protection(document: Any) -> Protection:
    """Read `{"window_s": 60, "source": {"begin_per_s": 20, "end_per_s": 5}}`.

    Raises:
        InvalidError: naming each field that cannot be taken.
    """
    said = document if isinstance(document, Mapping) else {}
    problems: list[Problem] = []
    window = said.get("window_s", 60)
    if not _is_number(window) or not PARTS <= window <= WINDOW_MAX_S:
        problems.append(_problem("window_s", f"choose {PARTS} to {WINDOW_MAX_S} seconds"))
    marks = {}
    for scope in SCOPES:
        if said.get(scope) is not None:
            found = _marks(scope, said[scope], problems)
            if found is not None:
                marks[scope] = found
    problems += [_problem(one, "is not known") for one in said if one not in (*SCOPES, "window_s")]
    if problems:
        raise InvalidError("storm protection cannot be set so", problems=problems)
    return Protection(window_s=int(window), marks=marks)


def protection_document(protection: Protection) -> dict[str, Any]:
    """Write it as JSON, as `parse_protection` reads it."""
    marks = {
        scope: {"begin_per_s": one.begin_per_s, "end_per_s": one.end_per_s}
        for scope, one in protection.marks.items()
    }
    return {"window_s": protection.window_s, **marks}


@dataclass(slots=True)
class Rate:
    """How many events came lately, counted in parts of the window."""

    part_s: int
    parts: dict[int, int] = field(default_factory=dict)

    def add(self, at: datetime) -> None:
        """Count one event."""
        part = self._part(at)
        self.parts[part] = self.parts.get(part, 0) + 1

    def total(self, at: datetime) -> int:
        """Count the events of the window that ends with the part of `at`; forget older ones."""
        first = self._part(at) - PARTS
        self.parts = {part: count for part, count in self.parts.items() if part > first}
        return sum(self.parts.values())

    def _part(self, at: datetime) -> int:
        return int(at.timestamp()) // self.part_s


def begins(total: int, marks: Marks, *, window_s: int) -> bool:
    """Tell whether so many events within the window begin a storm.

    >>> begins(601, Marks(10, 2), window_s=60), begins(600, Marks(10, 2), window_s=60)
    (True, False)
    """
    return total > marks.begin_per_s * window_s


def ends(total: int, marks: Marks, *, window_s: int) -> bool:
    """Tell whether so few events within the window end a storm.

    >>> ends(119, Marks(10, 2), window_s=60), ends(120, Marks(10, 2), window_s=60)
    (True, False)
    """
    return total < marks.end_per_s * window_s


def count_held(
    severities: Mapping[str, int], objects: Mapping[str, int], severity: str, managed_object: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Count one more held alarm by severity and by object; many objects are counted as others."""
    is_known = managed_object in objects or len(objects) < OBJECTS_MAX
    name = managed_object if is_known else _OTHERS
    return (
        {**severities, severity: severities.get(severity, 0) + 1},
        {**objects, name: objects.get(name, 0) + 1},
    )


def summary_text(
    held: int, severities: Mapping[str, int], objects: Mapping[str, int], *, began_at: datetime
) -> str:
    """Say how many alarms of what a storm holds back.

    >>> from datetime import UTC
    >>> began = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> summary_text(3, {"major": 1, "critical": 2}, {"a": 2, "b": 1}, began_at=began)
    '3 alarms held back since 12:00 UTC: 2 critical, 1 major. Most from a (2), b (1).'
    """
    since = f"{began_at:%H:%M} UTC"
    if not held:
        return f"Alarms are held back since {since}: too many come at once."
    kinds = ", ".join(f"{count:,} {name}" for name, count in _most(severities))
    most = ", ".join(f"{name} ({count:,})" for name, count in _most(objects)[:TOP])
    noun = "alarm" if held == 1 else "alarms"
    return f"{held:,} {noun} held back since {since}: {kinds}. Most from {most}."


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (one[0] == _OTHERS, -one[1], one[0]))


def _marks(scope: str, said: Any, problems: list[Problem]) -> Marks | None:
    values = said if isinstance(said, Mapping) else {}
    begin, end = values.get("begin_per_s"), values.get("end_per_s")
    if not _is_number(begin) or not 0 < begin <= RATE_MAX:
        why = f"choose more than 0 and at most {RATE_MAX:,} events a second"
        problems.append(Problem(f"/{scope}/begin_per_s", f"{scope} begin_per_s: {why}"))
        return None
    if not _is_number(end) or not 0 < end < begin:
        why = "choose more than 0 and fewer than begin a storm, so that it does not come and go"
        problems.append(Problem(f"/{scope}/end_per_s", f"{scope} end_per_s: {why}"))
        return None
    return Marks(float(begin), float(end))


def _is_number(value: Any) -> TypeGuard[float]:
    return type(value) in (int, float) and math.isfinite(value)


def _problem(name: str, message: str) -> Problem:
    return Problem(f"/{name}", f"{name}: {message}")
