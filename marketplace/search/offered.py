"""What an organisation finds below providers that decided anything: kept until that changes.

A process keeps the public listings as catalogues judge them, the overlays, and what each kind of
customer finds. All of it is kept under what changes with it: the revision of an overlay, the number
of the last change of a listing (`_tables.MarketSearchState`, which grows with each change of its
releases as well), and what the customer's place and plan say. Nothing is kept by time. A listing
that changed is judged anew alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.catalogue.looking import Standing, standing_of
from marketplace.catalogue.overlay import Customer, Overlay
from marketplace.catalogue.public import Listing
from marketplace.catalogue.released import released_listings
from marketplace.catalogue.resolving import Offer, Tree, resolve
from marketplace.catalogue.store import Mark, marks_along, overlays_along
from marketplace.search._kept import has_written
from marketplace.search._tables import MarketSearchEntry, MarketSearchState
from marketplace.search.called import called, private_variant
from marketplace.search.model import Variant, View

VIEWS_MAX = 200
_NOBODY = UUID(int=0)


def view_of(session: Session, tenant_id: UUID) -> View | None:
    """Give what an organisation finds; None where no provider decided anything: all is public.

    A provider finds what comes down to itself, whatever it keeps from its customers, and the
    blocks of its own.
    """
    standing = standing_of(session, tenant_id)
    counts = standing.path[: max(standing.level, 1)]
    marks = marks_along(session, counts)
    return _views_for(session).view(session, standing, marks) if marks else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """For whom a view is: two customers of whom the same is true share one.

    Attributes:
        path: The providers above; () for the first provider itself, which finds all and its own.
        first: The first provider.
    """

    path: tuple[UUID, ...]
    first: UUID
    marks: tuple[Mark, ...]
    customer: Customer


@dataclass(slots=True)
class _Seen:
    """What a kind of customer is offered, as far as a number of changes."""

    revision: int
    offers: dict[str, Offer]
    view: View


@dataclass
class _Views:
    """What one process knows of a database; one thread at a time brings it up to date."""

    lock: Lock = field(default_factory=Lock)
    revision: int = -1
    listings: dict[str, Listing] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    overlays: OrderedDict[Mark, Overlay] = field(default_factory=OrderedDict)
    seen: OrderedDict[_Asked, _Seen] = field(default_factory=OrderedDict)

    def view(self, session: Session, standing: Standing, marks: tuple[Mark, ...]) -> View:
        # Asked before, as `_kept` does: who holds the lock has a connection, and waits for none
        revision = session.scalar(select(MarketSearchState.revision)) or 0
        with self.lock:
            self._bring_up_to(revision, session)
            overlays = self._overlays(session, marks)
            asked = _asked(standing, marks, overlays)
            known = self.seen.get(asked)
            if known is None or known.revision < revision:
                found = self._judged(session, asked, overlays, known)
                self.seen[asked] = known = replace(found, revision=min(revision, self.revision))
            _keep_latest(self.seen, asked, VIEWS_MAX)
            return known.view

    def _bring_up_to(self, revision: int, session: Session) -> None:
        if revision <= self.revision:
            return
        rows = session.execute(
            select(MarketSearchEntry.listing_id, MarketSearchEntry.is_listed).where(
                MarketSearchEntry.revision > self.revision
            )
        ).all()
        found = released_listings(session, [row.listing_id for row in rows if row.is_listed])
        for listing_id, _ in rows:
            self.changed[listing_id] = revision
            if listing_id in found:
                self.listings[listing_id] = found[listing_id]
            else:
                self.listings.pop(listing_id, None)
        self.revision = revision

    def _overlays(self, session: Session, marks: Sequence[Mark]) -> dict[UUID, Overlay]:
        for mark in marks:
            if mark not in self.overlays:
                self.overlays[mark] = overlays_along(session, [mark.owner_id])[mark.owner_id]
            _keep_latest(self.overlays, mark, VIEWS_MAX)
        return {mark.owner_id: self.overlays[mark] for mark in marks}

    def _judged(
        self,
        session: Session,
        asked: _Asked,
        overlays: Mapping[UUID, Overlay],
        known: _Seen | None,
    ) -> _Seen:
        """Judge all listings, or those that changed since; what they are called is read anew."""
        tree = Tree(public=self.listings, overlays=overlays, path=asked.path)
        before = known.view.variants if known is not None else {}
        private = _private(session, tree, asked, before)
        if not asked.path:
            return _Seen(self.revision, {}, View(ids=None, variants=private))
        since = known.revision if known is not None else -1
        wanted = {one for one, at in self.changed.items() if at > since}
        new = _offers(tree, wanted & self.listings.keys(), asked.customer)
        offers, variants = dict(new), called(session, new)
        if known is not None:
            stay = known.offers.keys() - wanted
            offers |= {one: known.offers[one] for one in stay}
            variants |= {one: before[one] for one in stay & before.keys()}
        variants |= private
        return _Seen(
            self.revision, offers, View(ids=frozenset(offers) - variants.keys(), variants=variants)
        )


_VIEWS: WeakKeyDictionary[Any, _Views] = WeakKeyDictionary()
_VIEWS_LOCK = Lock()


def _views_for(session: Session) -> _Views:
    if has_written(session):
        return _Views()
    pool = session.get_bind().engine.pool
    with _VIEWS_LOCK:
        return _VIEWS.setdefault(pool, _Views())


def _asked(standing: Standing, marks: tuple[Mark, ...], overlays: Mapping[UUID, Overlay]) -> _Asked:
    """Leave of a customer what any audience asks for, so that most share what they find."""
    audiences = [one.audience for each in overlays.values() for one in each.entries.values()]
    named = frozenset(who for one in audiences for who in one.customers)
    plans = frozenset(plan for one in audiences for plan in one.plans)
    customer, path = standing.customer, standing.path[: standing.level]
    return _Asked(
        path=path,
        first=standing.path[0],
        marks=marks,
        customer=replace(
            customer,
            id=_NOBODY if path else standing.path[0],
            above=named & {customer.id, *customer.above},
            plans=plans & customer.plans,
            plan_name="",
        ),
    )


def _offers(tree: Tree, listing_ids: Iterable[str], customer: Customer) -> dict[str, Offer]:
    resolved = ((one, resolve(tree, one, customer)) for one in listing_ids)
    return {one: found.offer for one, found in resolved if found is not None and found.offer}


def _private(
    session: Session, tree: Tree, asked: _Asked, before: Mapping[str, Variant]
) -> dict[str, Variant]:
    """Give the first provider's own blocks that are offered; it finds them itself as well.

    They are the overlay's, so that what was known `before` under its mark is still so.
    """
    overlay = tree.overlays.get(asked.first)
    if overlay is None:
        return {}
    below = replace(tree, path=asked.path or (asked.first,))
    names = overlay.private.keys() - tree.public.keys()  # a public one goes before
    found = {one: before[one] for one in names & before.keys() if not before[one].entry.is_public}
    new = _offers(below, names - found.keys(), asked.customer)
    for listing_id, offer in new.items():
        variant = private_variant(session, offer, overlay.private[listing_id])
        if variant is not None:
            found[listing_id] = variant
    return found


def _keep_latest(kept: OrderedDict[Any, Any], key: Any, most: int) -> None:
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
