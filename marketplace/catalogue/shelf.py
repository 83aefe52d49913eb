"""A catalogue as its curators look at it: what is offered, what is kept back, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from kernel.acting import Acting
from marketplace.catalogue.looking import Sight, candidates, sight_of
from marketplace.catalogue.overlay import Entry, Overlay, Whom
from marketplace.catalogue.public import Listing
from marketplace.catalogue.resolving import Line, Offer, Resolved, listing_for
from marketplace.catalogue.store import require_curator

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "renamed": "Renamed",
        "pinned": "Pinned",
        "held": "Newer ones held",
        "beta": "Betas decided",
        "settings": "Settings",
        "audience": "Not for everybody",
        "private": "Own block",
    }
)
"""What may be decided on one listing, by the word that a list is filtered by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One listing as a curator sees it in a list.

    Attributes:
        offer: None where it is kept back.
        why: Why it is kept back; "" where it is offered.
        marks: What was decided on it here, words of `MARKS`.
    """

    listing_id: str
    title: str
    summary: str
    offer: Offer | None
    why: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is asked for; `mark` is a word of `MARKS`, and "" leaves all."""

    q: str = ""
    mark: str = ""
    is_kept_back: bool = False


def list_shown(
    session: Session, who: Acting, asked: Asked, *, limit: int, after: str = "", now: datetime
) -> list[Shown]:
    """List what the acting provider offers, or keeps back itself, by id from behind an id on.

    What does not come down to it, for another above keeps it back, is in neither list.

    Raises:
        NotFoundError: who acts has no catalogue.
    """
    require_curator(who)
    sight, wanted = sight_of(session, who), asked.q.strip().casefold()
    own = sight.tree.overlays[who.tenant_id]
    found: list[Shown] = []
    for listing_id, listing in candidates(session, sight, wanted, after=after, now=now):
        one = _shown(sight, own, listing_id, listing)
        if one is not None and _is_meant(one, asked, wanted):
            found.append(one)
        if len(found) >= limit:
            break
    return found


def marks_of(overlay: Overlay, listing_id: str) -> tuple[str, ...]:
    """Say what an overlay decides on a listing, in the order of `MARKS`."""
    entry = overlay.entries.get(listing_id) or Entry(listing_id=listing_id)
    holds = {
        "renamed": bool(entry.title or entry.summary),
        "pinned": bool(entry.pin),
        "held": bool(entry.ceiling),
        "beta": entry.takes_beta is not None,
        "settings": bool(entry.presets),
        "audience": entry.audience.whom is not Whom.ALL,
        "private": listing_id in overlay.private,
    }
    return tuple(word for word in MARKS if holds[word])


def reason_of(resolved: Resolved, providers: int) -> str:
    """Say in a sentence why nothing of a listing is offered; "" where something is.

    Args:
        resolved: How it came to that.
        providers: How many stand on the path; what was decided at the end is a line of that level.

    The words on the whole listing count before those on its highest version.
    """
    if resolved.offer is not None:
        return ""
    away = [one for one in resolved.lines if not one.is_kept]
    decided = [one for one in away if one.level < providers]
    first = next(_first(decided), None)
    if first is None:
        return away[-1].text if away else ""
    versions = {one.version for one in decided if one.version}
    more = f" So are {len(versions) - 1} more versions." if len(versions) > 1 else ""
    return f"{first.version}: {first.text}{more}" if first.version else first.text


def _first(lines: list[Line]) -> Iterator[Line]:
    yield from (one for one in lines if not one.version)
    yield from lines


def _shown(
    sight: Sight, own: Overlay, listing_id: str, listing: Listing | None
) -> Shown | None:  # fmt: skip
    resolved = sight.among(listing, listing_id)
    if resolved is None:
        return None
    offer = resolved.offer
    title, summary = _called(sight, own, listing_id, listing)
    return Shown(
        listing_id=listing_id,
        title=offer.title if offer is not None else title,
        summary=offer.summary if offer is not None else summary,
        offer=offer,
        why=reason_of(resolved, len(sight.tree.path)),
        marks=marks_of(own, listing_id),
    )


def _called(
    sight: Sight, own: Overlay, listing_id: str, listing: Listing | None
) -> tuple[str, str]:
    """Give the name and description of a listing that is kept back."""
    public = {listing_id: listing} if listing is not None else {}
    there = listing_for(listing_id, public, sight.tree.chain())
    entry = own.entries.get(listing_id) or Entry(listing_id=listing_id)
    title, summary = (there.title, there.summary) if there is not None else (listing_id, "")
    return entry.title or title, entry.summary or summary


def _is_meant(one: Shown, asked: Asked, wanted: str) -> bool:
    said = f"{one.listing_id}\n{one.title}\n{one.summary}".casefold()
    is_kept_back = one.offer is None
    is_marked = not asked.mark or asked.mark in one.marks
    return is_kept_back is asked.is_kept_back and is_marked and wanted in said
