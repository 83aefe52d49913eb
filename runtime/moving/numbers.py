"""Numbers that count through an installation: written as distances, so that they read alike. Pure.

The journal numbers the events of all organisations in one row, so an organisation's numbers differ
from installation to installation. In an archive each stands as its distance from the organisation's
first; where they are brought in, one distance is added to all of them, and their order stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runtime.moving.handling import NUMBERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The numbers of one counter that an organisation has: its first and its last."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Give how many numbers lie in it."""
        return self.last - self.first + 1


Spans = Mapping[str, Span]


def start_of(wanted: Span, *, taken_between: bool, newest: int) -> int:
    """Say where an organisation's numbers begin at their new place: as they were, where free.

    Args:
        wanted: The numbers that they had.
        taken_between: Whether somebody has one of these already.
        newest: The highest number that is given yet; 0 before the first.

    >>> start_of(Span(first=10, last=19), taken_between=False, newest=5)
    10
    >>> start_of(Span(first=10, last=19), taken_between=True, newest=15)
    20
    """
    return max(newest, wanted.last) + 1 if taken_between else wanted.first


def moved(table: str, row: dict[str, Any], by: Mapping[str, int]) -> dict[str, Any]:
    """Give a row with its numbers moved, each by the distance of its counter."""
    for column, counter in NUMBERED.get(table, {}).items():
        if row[column] is not None:
            row[column] += by.get(counter, 0)
    within = _WITHIN.get(table)
    return within(row, by.get("journal", 0)) if within is not None else row


def _in_facts(row: dict[str, Any], by: int) -> dict[str, Any]:
    """Move the journal's number that a line of an alarm's history may tell."""
    facts = row["facts"]
    if isinstance(facts, dict) and _is_number(facts.get("seq")):
        row["facts"] = {**facts, "seq": facts["seq"] + by}
    return row


def _in_memory(row: dict[str, Any], by: int) -> dict[str, Any]:
    """Move the numbers that a rule's memory tells its events by: the second of each."""
    state = row["state"]
    if isinstance(state, dict):
        kept = {
            name: [[one[0], one[1] + by, *one[2:]] for one in state[name]]
            for name in ("marks", "pending")
            if name in state
        }
        row["state"] = {**state, **kept}
    return row


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_WITHIN: Mapping[str, Callable[[dict[str, Any], int], dict[str, Any]]] = {
    "alarm_history": _in_facts,
    "rule_memory": _in_memory,
}
