"""Filters of lists of sources, as a query carries them; pages and REST read them alike."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.asked import asked_choice
from runtime.alarms.sources.kinds import KINDS
from runtime.alarms.sources.listing import SourceFilter, SourceState
from runtime.alarms.sources.order import BY_NAME, SORTS


def read_filter(asked: Mapping[str, str]) -> SourceFilter:
    """Read `q` (words of the name), `kind` and `state`.

    Raises:
        InvalidError: naming the parameter that has no such value.
    """
    return SourceFilter(
        q=asked.get("q", "").strip(),
        kind=asked_choice(asked, "kind", KINDS),
        state=asked_choice(asked, "state", list(SourceState)),
    )


def read_sort(asked: Mapping[str, str]) -> str:
    """Read `sort`, by name where there is none."""
    return asked_choice(asked, "sort", SORTS) or BY_NAME
