"""Filters of lists of sources, as a query carries them; pages and REST read them alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kernel.errors import InvalidError, Problem
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
        kind=_choice(asked, "kind", KINDS),
        state=_choice(asked, "state", list(SourceState)),
    )


def read_sort(asked: Mapping[str, str]) -> str:
    """Read `sort`, by name where there is none."""
    return _choice(asked, "sort", SORTS) or BY_NAME


def _choice(asked: Mapping[str, str], name: str, allowed: Iterable[str]) -> str:
    said = asked.get(name, "")
    choices = list(allowed)
    if said and said not in choices:
        message = f"{name} must be one of {', '.join(choices)}"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return said
