"""How a person wants the alarm list to look: which columns, how dense. Pure; kept in a cookie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

COOKIE = "alarm_list"
COLUMNS: Mapping[str, str] = {
    "problem": "Problem",
    "text": "Text",
    "last_raised_at": "Last raised",
    "first_raised_at": "First raised",
    "count": "Count",
    "acked_by": "Acknowledged",
    "owner": "Owner",
    "event_type": "Event type",
    "probable_cause": "Probable cause",
    "source": "Source",
    "services": "Services",
}
USUAL = ("problem", "last_raised_at", "count", "acked_by")
DENSITIES: Mapping[str, str] = {"usual": "Usual", "dense": "Dense"}


@dataclass(frozen=True, slots=True)
class Look:
    """The columns after severity and managed object, in the order of `COLUMNS`; the density."""

    columns: tuple[str, ...] = USUAL
    density: str = "usual"


def look_of(columns: Iterable[str], density: str) -> Look:
    """Give the look that was asked for; what there is not is left out.

    >>> look_of(["count", "problem", "colour"], "dense")
    Look(columns=('problem', 'count'), density='dense')
    """
    wanted = set(columns)
    kept = tuple(name for name in COLUMNS if name in wanted)
    return Look(kept, density if density in DENSITIES else "usual")


def read_look(cookie: str) -> Look:
    """Read a look back; the usual one where the cookie is none of ours.

    >>> read_look(write_look(Look(("count",), "dense")))
    Look(columns=('count',), density='dense')
    >>> read_look("") == Look()
    True
    """
    density, sign, columns = cookie.partition(":")
    return look_of(columns.split("."), density) if sign else Look()


def write_look(look: Look) -> str:
    """Write a look as a cookie's value."""
    return f"{look.density}:{'.'.join(look.columns)}"
