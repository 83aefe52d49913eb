"""The overlay of a provider as it is kept: read whole, and its parts set and removed one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from blocks.installs.deciding import note_decisions
from blocks.installs.recalling import recalled_by
from kernel.acting import Acting
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from marketplace.catalogue._tables import MarketOverlay, MarketOverlayPart, PartKind
from marketplace.catalogue.overlay import Effect, Overlay
from marketplace.catalogue.packages import private_listings
from marketplace.catalogue.reading import read_bundle, read_entry, read_rule
from tenancy.audit.trail import About, note
from tenancy.rows import insert_new
from tenancy.scope import as_tenant

PARTS_MAX: Mapping[PartKind, int] = {
    PartKind.RULE: 500,
    PartKind.ENTRY: 5_000,
    PartKind.BUNDLE: 200,
    PartKind.PRIVATE: 500,
}
CURATE = frozenset({"csp", "reseller"})
KEPT_FOR = timedelta(days=30)
"""So long what was removed can be brought back."""
NOT_THERE = "There is nothing at this address, or it is not yours to see."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an overlay as it is kept."""

    kind: PartKind
    key: str
    document: Mapping[str, Any]
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How an overlay is set up; `revision` grows with each change, and is 0 before the first.

    `eyes` says how many people have to approve a block of the catalogue's own.
    """

    unmatched: Effect
    revision: int
    eyes: int = 1


def require_curator(who: Acting) -> None:
    """Let only organisations that have a catalogue go on; raises NotFoundError."""
    if who.tenant_kind not in CURATE:
        raise NotFoundError(NOT_THERE)


def overlay_of(session: Session, tenant_id: UUID) -> Overlay:
    """Give what a provider says, an empty overlay where it said nothing."""
    parts: dict[PartKind, list[Part]] = {kind: [] for kind in PartKind}
    for part in _parts(session, tenant_id):
        parts[part.kind].append(part)
    entries = [read_entry(one.key, one.document) for one in parts[PartKind.ENTRY]]
    digests = [one for part in parts[PartKind.PRIVATE] for one in part.document["digests"]]
    unmatched = select(MarketOverlay.unmatched).where(MarketOverlay.tenant_id == tenant_id)
    return Overlay(
        owner=tenant_id,
        unmatched=session.scalar(unmatched) or Effect.ALLOW,
        rules=tuple(read_rule(one.key, one.document) for one in parts[PartKind.RULE]),
        entries={one.listing_id: one for one in entries},
        bundles=tuple(read_bundle(one.key, one.document) for one in parts[PartKind.BUNDLE]),
        private=private_listings(session, tenant_id, digests) if digests else {},
        recalled=recalled_by(session, tenant_id),
    )


def overlays_along(session: Session, path: Sequence[UUID]) -> dict[UUID, Overlay]:
    """Give the overlays of those that stand above a customer, and of nobody else.

    Each is read as its owner: what is decided from them is told by `marketplace.catalogue.telling`.
    """
    found = {}
    for owner_id in path:
        with as_tenant(session, owner_id):
            found[owner_id] = overlay_of(session, owner_id)
    return found


@dataclass(frozen=True, slots=True)
class Mark:
    """Tells one state of a provider's overlay from every other.

    Attributes:
        changed_at: None where it recalled something and decided nothing else.
        recalls: How many versions it recalled; none is ever let go again.
    """

    owner_id: UUID
    revision: int
    changed_at: datetime | None
    recalls: int


def marks_along(session: Session, path: Sequence[UUID]) -> tuple[Mark, ...]:
    """Give the marks of those along a path that ever decided or recalled anything."""
    found = []
    columns = (MarketOverlay.revision, MarketOverlay.changed_at)
    for owner_id in path:
        with as_tenant(session, owner_id):
            row = session.execute(
                select(*columns).where(MarketOverlay.tenant_id == owner_id)
            ).first()
        recalls = len(recalled_by(session, owner_id))
        if row is not None:
            found.append(Mark(owner_id, row.revision, row.changed_at, recalls))
        elif recalls:
            found.append(Mark(owner_id, 0, None, recalls))
    return tuple(found)


def has_catalogue(session: Session, tenant_id: UUID) -> bool:
    """Tell whether a provider ever decided anything."""
    with as_tenant(session, tenant_id):
        wanted = select(MarketOverlay.id).where(MarketOverlay.tenant_id == tenant_id)
        return session.scalar(wanted) is not None


def list_parts(session: Session, who: Acting, kind: PartKind) -> list[Part]:
    """List the parts of one kind of the acting provider's overlay, by key."""
    require_curator(who)
    return list(_parts(session, who.tenant_id, kind))


def find_part(session: Session, who: Acting, kind: PartKind, key: str) -> Part | None:
    """Find one part of the acting provider's overlay."""
    require_curator(who)
    row = _find(session, who.tenant_id, kind, key)
    return _part(row) if row is not None else None


def get_part(session: Session, who: Acting, kind: PartKind, key: str) -> Part:
    """Give one part of the acting provider's overlay; raises NotFoundError."""
    found = find_part(session, who, kind, key)
    if found is None:
        raise NotFoundError(f"no such {_WORDS[kind]}", key=key)
    return found


def glance_of(session: Session, who: Acting) -> Glance:
    """Say how the acting provider's overlay is set up; raises NotFoundError for who has none."""
    require_curator(who)
    wanted = select(MarketOverlay).where(MarketOverlay.tenant_id == who.tenant_id)
    row = session.scalar(wanted)
    if row is None:
        return Glance(unmatched=Effect.ALLOW, revision=0)
    return Glance(unmatched=row.unmatched, revision=row.revision, eyes=row.eyes)


def set_unmatched(session: Session, who: Acting, effect: Effect, *, now: datetime) -> None:
    """Say what becomes of what no rule speaks of."""
    overlay = touched(session, who, now=now)
    overlay.unmatched = effect
    session.flush()
    about = About(kind="catalogue", name=who.tenant_name)
    facts = {"unmatched": effect.value}
    note(session, who.tenant_id, "catalogue.default_set", now=now, about=about, facts=facts)


def keep_part(
    session: Session,
    who: Acting,
    kind: PartKind,
    key: str,
    document: Mapping[str, Any],
    *,
    now: datetime,
) -> Part:  # fmt: skip
    """Write a part that was checked, in the place of what is there under its name.

    Raises:
        ConflictError: there are as many of the kind as may be.
    """
    touched(session, who, now=now)
    row = _find(session, who.tenant_id, kind, key, is_removed=None)
    if row is None or row.removed_at is not None:
        _require_room(session, who.tenant_id, kind)
    if row is None:
        row = MarketOverlayPart(id=new_id(), tenant_id=who.tenant_id, kind=kind, key=key)
        session.add(row)
    row.document, row.removed_at = dict(document), None
    row.changed_at, row.changed_by = now, who.person_name
    session.flush()
    return _part(row)


def drop_part(session: Session, who: Acting, kind: PartKind, key: str, *, now: datetime) -> None:
    """Remove a part, which can be brought back for a while; raises NotFoundError."""
    get_part(session, who, kind, key)
    touched(session, who, now=now)
    row = _find(session, who.tenant_id, kind, key)
    if row is not None:
        row.removed_at = row.changed_at = now
        row.changed_by = who.person_name
        session.flush()
    session.execute(
        delete(MarketOverlayPart).where(
            MarketOverlayPart.tenant_id == who.tenant_id,
            MarketOverlayPart.removed_at < now - KEPT_FOR,
        )
    )


def removed_parts(
    session: Session, who: Acting, kind: PartKind, *, now: datetime, limit: int = 10
) -> list[Part]:
    """List what was removed of late and can be brought back, the last first."""
    require_curator(who)
    wanted = (
        select(MarketOverlayPart)
        .where(MarketOverlayPart.tenant_id == who.tenant_id, MarketOverlayPart.kind == kind)
        .where(MarketOverlayPart.removed_at >= now - KEPT_FOR)
        .order_by(MarketOverlayPart.removed_at.desc(), MarketOverlayPart.key)
    )
    return [_part(row) for row in session.scalars(wanted.limit(limit))]


def get_removed(session: Session, who: Acting, kind: PartKind, key: str) -> Part:
    """Give what was removed and is kept still; raises NotFoundError."""
    require_curator(who)
    row = _find(session, who.tenant_id, kind, key, is_removed=True)
    if row is None:
        raise NotFoundError(f"no such {_WORDS[kind]} was removed of late", key=key)
    return _part(row)


def touched(session: Session, who: Acting, *, now: datetime) -> MarketOverlay:
    """Give the acting provider's overlay, locked, with its revision counted up.

    Raises:
        NotFoundError: who acts has no catalogue.
    """
    require_curator(who)
    new = {"id": new_id(), "tenant_id": who.tenant_id, "unmatched": Effect.ALLOW, "revision": 0}
    new.update(changed_at=now, changed_by=who.person_name)
    insert_new(session, MarketOverlay, new, keys=("tenant_id",))
    wanted = select(MarketOverlay).where(MarketOverlay.tenant_id == who.tenant_id)
    row = session.scalars(wanted.with_for_update()).one()
    row.revision += 1
    note_decisions(session)
    row.changed_at, row.changed_by = now, who.person_name
    return row


def _require_room(session: Session, tenant_id: UUID, kind: PartKind) -> None:
    owned = (
        MarketOverlayPart.tenant_id == tenant_id,
        MarketOverlayPart.kind == kind,
        MarketOverlayPart.removed_at.is_(None),
    )
    number = session.scalar(select(func.count()).select_from(MarketOverlayPart).where(*owned)) or 0
    if number >= PARTS_MAX[kind]:
        told = f"there are {number} {_WORDS[kind]}s, as many as may be: remove one first"
        raise ConflictError(told, limit=PARTS_MAX[kind])


_WORDS = {
    PartKind.RULE: "rule",
    PartKind.ENTRY: "offer",
    PartKind.BUNDLE: "bundle",
    PartKind.PRIVATE: "private block",
}


def _parts(session: Session, tenant_id: UUID, kind: PartKind | None = None) -> Iterator[Part]:
    wanted = select(MarketOverlayPart).where(
        MarketOverlayPart.tenant_id == tenant_id, MarketOverlayPart.removed_at.is_(None)
    )
    if kind is not None:
        wanted = wanted.where(MarketOverlayPart.kind == kind)
    rows: Iterable[MarketOverlayPart] = session.scalars(wanted.order_by(MarketOverlayPart.key))
    return (_part(row) for row in rows)


def _find(
    session: Session,
    tenant_id: UUID,
    kind: PartKind,
    key: str,
    *,
    is_removed: bool | None = False,
) -> MarketOverlayPart | None:
    """Find a part that counts, one that was removed, or with None whichever it is."""
    wanted = select(MarketOverlayPart).where(
        MarketOverlayPart.tenant_id == tenant_id,
        MarketOverlayPart.kind == kind,
        MarketOverlayPart.key == key,
    )
    if is_removed is not None:
        removed = MarketOverlayPart.removed_at
        wanted = wanted.where(removed.is_not(None) if is_removed else removed.is_(None))
    return session.scalar(wanted)


def _part(row: MarketOverlayPart) -> Part:
    return Part(
        kind=row.kind,
        key=row.key,
        document=row.document,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
