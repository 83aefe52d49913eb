"""A collection as it is written: what it holds, in which order, and what may be in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.errors import InvalidError, Problem
from kernel.json_text import kept_text
from marketplace.collections._tables import SUMMARY_MAX, TITLE_MAX

LISTINGS_MAX = 50
UP, DOWN, REMOVE, ADD = "up", "down", "remove", "add"
STEPS = (UP, DOWN, REMOVE, ADD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants a collection to be."""

    title: str
    summary: str
    listings: tuple[str, ...]


def arranged(listings: Sequence[str], step: str, listing_id: str) -> tuple[str, ...]:
    """Give listings after one step: a listing moved up or down, removed, or added at the end.

    What is there already is not added, and what can't be moved stays.

    >>> arranged(("a", "b", "c"), "up", "c"), arranged(("a", "b"), "add", "c")
    (('a', 'c', 'b'), ('a', 'b', 'c'))
    """
    found = list(dict.fromkeys(listings))
    if step == ADD:
        return tuple(dict.fromkeys([*found, listing_id])) if listing_id else tuple(found)
    if listing_id not in found or step not in STEPS:
        return tuple(found)
    at = found.index(listing_id)
    found.remove(listing_id)
    if step != REMOVE:
        found.insert(max(0, at - 1) if step == UP else at + 1, listing_id)
    return tuple(found)


def checked(wanted: Wanted) -> Wanted:
    """Give what is wanted as it is kept.

    Raises:
        InvalidError: naming each field that can't be so.
    """
    title = " ".join(kept_text(wanted.title).split())
    summary = kept_text(wanted.summary).strip()
    listings = tuple(dict.fromkeys(wanted.listings))
    problems = []
    if not 0 < len(title) <= TITLE_MAX:
        problems.append(Problem("/title", f"title: write 1 to {TITLE_MAX} characters"))
    if len(summary) > SUMMARY_MAX:
        problems.append(Problem("/summary", f"summary: write at most {SUMMARY_MAX} characters"))
    if not 0 < len(listings) <= LISTINGS_MAX:
        problems.append(Problem("/listings", f"listings: choose 1 to {LISTINGS_MAX}"))
    if problems:
        raise InvalidError("; ".join(one.message for one in problems), problems=problems)
    return Wanted(title=title, summary=summary, listings=listings)
