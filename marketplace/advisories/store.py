"""Advisories: written by a publisher or the vendor, kept for good, taken back with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, exists, or_, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.clock import format_instant, parse_instant
from kernel.cursors import read_place
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from marketplace.advisories._tables import TEXT_MAX, TITLE_MAX, WHO_MAX, MarketAdvisory
from marketplace.advisories.model import AdvisoryView, Said, read_said, view_of
from marketplace.advisories.telling import reach_of, tell_affected
from marketplace.mirror.origin import MIRRORED
from marketplace.releases._tables import MarketListing, MarketRelease
from marketplace.releases.states import PUBLIC, ReleaseState
from marketplace.releases.store import public_releases
from marketplace.releases.words import require_text
from tenancy.audit.trail import About, Actor, note

log = structlog.get_logger(__name__)

_FOR_ALL = (*PUBLIC, ReleaseState.RECALLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """For whom an advisory is written or read by its writers; the vendor may for every listing."""

    tenant_id: UUID
    is_vendor: bool
    actor: Actor


def publish(
    session: Session, who: Writer, listing_id: str, given: Mapping[str, Any], *, now: datetime
) -> AdvisoryView:
    """Publish an advisory, and tell the admins of those who have a version that it means.

    Raises:
        InvalidError: naming each field; `listing` where it is not theirs, or nothing is listed.
    """
    row = _drafted(session, who, listing_id, given, now=now)
    session.add(row)
    session.flush()
    one = view_of(row)
    facts = {"severity": one.severity.value, "affected": one.affected}
    where = (session, who.tenant_id)
    note(*where, "advisory.published", now=now, about=_about(one), facts=facts, by=who.actor)
    reached = tell_affected(session, one, now=now)
    log.info("advisory_published", advisory=one.advisory_id, organisations=reached)
    return one


def foresee(
    session: Session, who: Writer, listing_id: str, given: Mapping[str, Any], *, now: datetime
) -> int:
    """Count the organisations that an advisory would mean; raises as `publish`, keeps nothing."""
    return reach_of(session, view_of(_drafted(session, who, listing_id, given, now=now)))


def amend(
    session: Session,
    who: Writer,
    advisory_id: str,
    given: Mapping[str, Any],
    *,
    now: datetime,
) -> AdvisoryView:
    """Say anew which version mends it and what is told; what was changed is told beneath it.

    Args:
        session: The session.
        who: Who writes.
        advisory_id: Which.
        given: `text`, `fixed_in`, and `change`: what was changed, in a sentence.
        now: The time.

    Raises:
        NotFoundError: it is not theirs, or came from another installation.
        InvalidError: naming the field.
        ConflictError: it was taken back.
    """
    row = _own_row(session, who, advisory_id)
    if row.withdrawn_at is not None:
        raise ConflictError("this advisory was withdrawn: publish another one")
    change = require_text("change", str(given.get("change", "")), TITLE_MAX)
    text = f"{str(given.get('text', '')).strip()}\n\n{now.date().isoformat()}: {change}"
    versions = [one.version for one in public_releases(session, row.listing_id)]
    before = {**view_of(row).document(), "fixed_in": given.get("fixed_in", "")}
    said = read_said({**before, "text": text if given.get("text") else ""}, versions)
    _write(row, said)
    row.changed_at = now
    session.flush()
    one = view_of(row)
    facts = {"fixed_in": one.fixed_in, "reason": change}
    where = (session, who.tenant_id)
    note(*where, "advisory.amended", now=now, about=_about(one), facts=facts, by=who.actor)
    return one


def withdraw(
    session: Session, who: Writer, advisory_id: str, reason: str, *, now: datetime
) -> AdvisoryView:
    """Take an advisory back, with a reason; it stays to be read.

    Raises:
        NotFoundError: it is not theirs, or came from another installation.
        InvalidError: no reason is given.
        ConflictError: it was taken back already.
    """
    row = _own_row(session, who, advisory_id)
    told = require_text("reason", reason, TEXT_MAX)
    if row.withdrawn_at is not None:
        raise ConflictError("this advisory was withdrawn already")
    row.withdrawn_at = row.changed_at = now
    row.reason = told
    session.flush()
    one = view_of(row)
    facts = {"reason": told}
    where = (session, who.tenant_id)
    note(*where, "advisory.withdrawn", now=now, about=_about(one), facts=facts, by=who.actor)
    return one


def list_written(
    session: Session, who: Writer, *, limit: int, after: Sequence[str] | None = None
) -> list[AdvisoryView]:
    """List what concerns an organisation's own listings, or all for the vendor; newest first."""
    place = (MarketAdvisory.published_at, MarketAdvisory.advisory_id)
    wanted = select(MarketAdvisory).where(_written_for(who))
    if after is not None:
        wanted = wanted.where(tuple_(*place) < tuple_(*read_place(after, parse_instant, str)))
    ordered = wanted.order_by(*(one.desc() for one in place)).limit(limit)
    return [view_of(one) for one in session.scalars(ordered)]


def place_of(one: AdvisoryView) -> list[str]:
    """Give where a page that ends with this advisory ended, for `after`."""
    return [format_instant(one.published_at), one.advisory_id]


def get_written(session: Session, who: Writer, advisory_id: str) -> AdvisoryView:
    """Give one of those; raises NotFoundError for any other too."""
    row = session.get(MarketAdvisory, advisory_id)
    if row is None or not _is_theirs(session, who, row):
        raise NotFoundError("no such advisory", advisory=advisory_id)
    return view_of(row)


def may_advise(session: Session, who: Writer) -> bool:
    """Tell whether there is a listing for which somebody may write one."""
    return session.scalar(_advisable(who).limit(1)) is not None


def listings_to_advise(session: Session, who: Writer) -> list[tuple[str, str]]:
    """List the ids and titles of listings for which somebody may write one, by title."""
    rows = session.execute(_advisable(who).order_by(MarketListing.title, MarketListing.listing_id))
    return [(one.listing_id, one.title) for one in rows]


def is_of_block(session: Session, one: AdvisoryView) -> bool:
    """Tell whether an advisory is of a block; else it is of a pack."""
    listing = session.get(MarketListing, one.listing_id)
    return listing is None or listing.kind == "block"


def all_advisories(session: Session) -> list[AdvisoryView]:
    """List all by id, withdrawn ones too."""
    rows = session.scalars(select(MarketAdvisory).order_by(MarketAdvisory.advisory_id))
    return [view_of(one) for one in rows]


def _drafted(
    session: Session, who: Writer, listing_id: str, given: Mapping[str, Any], *, now: datetime
) -> MarketAdvisory:
    """Give the row of a new advisory, which is not kept yet; raises as `publish`."""
    versions = [one.version for one in public_releases(session, listing_id)]
    if not versions or not _may_write(session, who, listing_id):
        told = f"listing: {listing_id or 'none'} is not one of yours that is listed: choose one"
        raise InvalidError(told, problems=[Problem("/listing", told)])
    said = read_said(given, versions)
    row = MarketAdvisory(advisory_id=_new_name(listing_id, now), listing_id=listing_id)
    row.owner_id, row.written_by = who.tenant_id, who.actor.name[:WHO_MAX]
    row.published_at = row.changed_at = now
    row.reason = ""
    _write(row, said)
    return row


def _own_row(session: Session, who: Writer, advisory_id: str) -> MarketAdvisory:
    row = session.get(MarketAdvisory, advisory_id, with_for_update=True, populate_existing=True)
    if row is None or row.owner_id == MIRRORED or not _is_theirs(session, who, row):
        raise NotFoundError("no such advisory", advisory=advisory_id)
    return row


def _write(row: MarketAdvisory, said: Said) -> None:
    row.severity, row.title, row.text = said.severity, said.title, said.text
    row.affected, row.fixed_in, row.references = said.affected, said.fixed_in, [*said.references]


def _may_write(session: Session, who: Writer, listing_id: str) -> bool:
    listing = session.get(MarketListing, listing_id)
    if listing is None:
        return False
    if listing.owner_id == who.tenant_id:
        return True
    released = select(MarketRelease.id).where(_was_public(listing_id)).limit(1)
    return who.is_vendor and session.scalar(released) is not None


def _was_public(listing_id: str | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Tell whether a listing is or was one of everybody's: of a draft the vendor knows nothing."""
    return (MarketRelease.listing_id == listing_id) & MarketRelease.state.in_(_FOR_ALL)


def _is_theirs(session: Session, who: Writer, row: MarketAdvisory) -> bool:
    return row.owner_id == who.tenant_id or _may_write(session, who, row.listing_id)


def _advisable(who: Writer) -> Select[str, str]:
    mine = true() if who.is_vendor else MarketListing.owner_id == who.tenant_id
    is_public = exists().where(
        MarketRelease.listing_id == MarketListing.listing_id, MarketRelease.state.in_(PUBLIC)
    )
    return select(MarketListing.listing_id, MarketListing.title).where(mine, is_public)


def _written_for(who: Writer) -> ColumnElement[bool]:
    mine = select(MarketListing.listing_id).where(MarketListing.owner_id == who.tenant_id)
    if who.is_vendor:
        for_all = exists().where(_was_public(MarketAdvisory.listing_id))
        return or_(MarketAdvisory.owner_id == who.tenant_id, for_all)
    return or_(MarketAdvisory.owner_id == who.tenant_id, MarketAdvisory.listing_id.in_(mine))


def _new_name(listing_id: str, now: datetime) -> str:
    """Name it by its publisher, the year, and what no other installation names another by."""
    return f"{listing_id.partition('.')[0]}-{now.year}-{new_id().hex[-8:]}"


def _about(one: AdvisoryView) -> About:
    return About(kind="advisory", id=one.advisory_id, name=one.advisory_id)
