"""All that the page of one listing shows to a curator: versions, settings, audience, preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from blocks.forms import Field, form_fields, plain_fields
from blocks.presets import Hold, shown_schema
from kernel.acting import Acting
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.schema import path_of, pointer_to
from marketplace.catalogue import curating, foreseeing, looking, shelf, store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.choosing import Choices, choices_for
from marketplace.catalogue.curating import Above, meant_release
from marketplace.catalogue.offers.form import (
    AT,
    CEILING,
    PIN,
    Sent,
    Setting,
    by_setting,
    read_sent,
    sent_of,
    shown_settings,
)
from marketplace.catalogue.overlay import Entry
from marketplace.catalogue.presets import Held
from marketplace.catalogue.public import Release
from marketplace.catalogue.reading import read_entry
from marketplace.catalogue.resolving import Offer, Resolved
from marketplace.catalogue.store import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version that comes down, and what becomes of it as the catalogue is now.

    Attributes:
        is_chosen: It is the one that is installed by who asks for no other.
        why: Why it is not offered; "" where it is.
    """

    release: Release
    is_offered: bool
    is_chosen: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What customers would see.

    Attributes:
        offer: None where they are not offered it.
        why: Why not; "" where they are.
        fields: The settings that they fill in.
        fixed: Those that they see and cannot change.
    """

    offer: Offer | None
    why: str
    fields: Sequence[Field] = ()
    fixed: Sequence[Held] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The page of one listing.

    Attributes:
        part: What is kept of it; None where nothing was decided.
        removed: What was decided before that was taken back of late; None for nothing.
        meant: The release whose settings the form shows.
        seen: What the form was made from, to tell whether somebody else changed it meanwhile.
    """

    listing_id: str
    above: Above
    part: Part | None
    removed: Part | None
    sent: Sent
    meant: Release
    versions: tuple[VersionRow, ...]
    settings: tuple[Setting, ...]
    choices: Choices
    preview: Preview
    problems: dict[str, str]
    is_private: bool

    @property
    def seen(self) -> str:
        """Give what the form was made from, as text."""
        return state_of(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a form holds, not kept yet; `q` is what was looked for among the customers."""

    sent: Sent
    problems: tuple[Problem, ...] = ()
    q: str = ""


def state_of(part: Part | None) -> str:
    """Write when a part was changed last; "" where there is none."""
    return part.changed_at.isoformat() if part is not None else ""


def read_draft(session: Session, who: Acting, listing_id: str, form: Any, *, now: datetime) -> Sent:
    """Read what was sent of a listing; raises NotFoundError where nothing of it comes down."""
    above = curating.what_comes_down(session, who, listing_id, now=now)
    kept = _entry_of(store.find_part(session, who, PartKind.ENTRY, listing_id), listing_id)
    made_for = next(
        (one for one in above.listing.releases if one.version == form.get("made_for")),
        meant_release(kept, above),
    )
    return read_sent(form, made_for.config, kept, _held_above(above))


def sheet_of(
    session: Session, who: Acting, listing_id: str, draft: Draft | None = None, *, now: datetime
) -> Sheet:
    """Give all that the page shows, of what is kept or of a draft.

    Raises:
        NotFoundError: nothing of the listing comes down to who acts.
    """
    above = curating.what_comes_down(session, who, listing_id, now=now)
    part = store.find_part(session, who, PartKind.ENTRY, listing_id)
    entry = _entry_of(part, listing_id)
    given = draft or Draft(sent=sent_of(entry))
    meant = meant_release(_versions_of(given.sent, listing_id), above)
    placed = by_setting(given.problems, given.sent.document())
    inner = [
        Problem(one.pointer.removeprefix(AT), one.message)
        for one in placed
        if one.pointer.startswith(AT)
    ]
    settings = shown_settings(meant.config, given.sent, inner, _held_above(above))
    return Sheet(
        listing_id=listing_id,
        above=above,
        part=part,
        removed=_removed(session, who, listing_id) if part is None else None,
        sent=given.sent,
        meant=meant,
        versions=tuple(_versions(session, who, above, now=now)),
        settings=tuple(settings),
        choices=choices_for(session, who, given.sent.audience, q=given.q),
        preview=_preview(session, who, listing_id, given, entry, now=now),
        problems={one.pointer: one.message for one in reversed(placed)},
        is_private=above.listing.private_to is not None,
    )


def _entry_of(part: Part | None, listing_id: str) -> Entry:
    return read_entry(listing_id, part.document) if part else Entry(listing_id=listing_id)


def _removed(session: Session, who: Acting, listing_id: str) -> Part | None:
    try:
        return store.get_removed(session, who, PartKind.ENTRY, listing_id)
    except NotFoundError:
        return None


def _held_above(above: Above) -> dict[str, Hold]:
    held = [one.preset for one in above.offer.presets]
    return {one.name: one.hold for one in held if one.hold is not Hold.SUGGESTED}


def _versions_of(sent: Sent, listing_id: str) -> Entry:
    """Give what a form says of versions alone; nothing where that cannot be read."""
    document = sent.document()
    said = {name: document[name] for name in ("pin", "ceiling", "takes_beta")}
    try:
        return read_entry(listing_id, said)
    except InvalidError:
        return Entry(listing_id=listing_id)


def _versions(session: Session, who: Acting, above: Above, *, now: datetime) -> list[VersionRow]:
    sight = looking.sight_of(session, who)
    resolved = looking.look_up(session, sight, above.listing.listing_id, now=now)
    offer = resolved.offer
    return [
        VersionRow(
            release=above.release(version),
            is_offered=offer is not None and version in offer.versions,
            is_chosen=offer is not None and version == offer.release.version,
            why=_why_away(resolved, version),
        )
        for version in above.offer.versions
    ]


def _why_away(resolved: Resolved, version: str) -> str:
    if resolved.offer is not None and version in resolved.offer.versions:
        return ""
    away = [one.text for one in resolved.lines if one.version == version and not one.is_kept]
    return away[-1] if away else ""


def _preview(
    session: Session, who: Acting, listing_id: str, draft: Draft, kept: Entry, *, now: datetime
) -> Preview:
    """Show what a draft comes to; of one that cannot be read what is kept."""
    try:
        entry = read_entry(listing_id, draft.sent.document())
    except InvalidError:
        entry = kept
    resolved = foreseeing.as_customers_see(session, who, entry, now=now)
    if resolved is None or resolved.offer is None:
        providers = len(looking.sight_of(session, who).tree.path)
        return Preview(offer=None, why=shelf.reason_of(resolved, providers) if resolved else "")
    offer = resolved.offer
    presets = [one.preset for one in offer.presets]
    schema = shown_schema(offer.release.config, presets)
    return Preview(
        offer=offer,
        why="",
        fields=plain_fields(form_fields(schema, {}, at="/preview")),
        fixed=[one for one in offer.presets if one.preset.hold is Hold.FIXED],
    )


def problem_in(problems: dict[str, str], *places: str) -> str:
    """Give the first problem at one of some places or below."""
    for place in places:
        path = path_of(place)
        for pointer, message in problems.items():
            if path_of(pointer)[: len(path)] == path:
                return message
    return ""


def version_problem(sheet: Sheet) -> str:
    """Give what is wrong with the chosen version."""
    return problem_in(sheet.problems, pointer_to([PIN]), pointer_to([CEILING]))
