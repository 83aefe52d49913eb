"""What an organisation is offered, asked by itself or by who looks after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import NotFoundError
from marketplace.catalogue.overlay import Bundle, Customer
from marketplace.catalogue.packages import SignedPackages
from marketplace.catalogue.public import Listing, PublicSide
from marketplace.catalogue.resolving import Offer, Resolved, Tree, resolve, resolve_bundles
from marketplace.catalogue.store import CURATE, NOT_THERE, overlays_along, require_curator
from marketplace.catalogue.telling import told_to
from tenancy.customers.charge import get_customer
from tenancy.organisations import OrganisationView, ancestors_of, get_organisation
from tenancy.plans.assigning import live_of, plan_of

BITE = 200
NO_SUCH = "no such listing is offered here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """From where somebody looks, and for whom.

    Attributes:
        tree: What stands above whom it is looked for; its `public` is empty.
        level: Of who looks: how many providers stand above it.
        customer: For whom; who looks itself, where that is a provider.
    """

    tree: Tree
    level: int
    customer: Customer

    def among(self, listing: Listing | None, listing_id: str) -> Resolved | None:
        """Resolve one listing, given its public side; None where it does not come down to here."""
        return told_to(self.level, self._over(listing, listing_id), listing_id, self.customer)

    def whole(self, listing: Listing | None, listing_id: str) -> Offer | None:
        """Give an offer with hidden values too; for programs, never for an answer to people."""
        resolved = resolve(self._over(listing, listing_id), listing_id, self.customer)
        return resolved.offer if resolved is not None else None

    def _over(self, listing: Listing | None, listing_id: str) -> Tree:
        return replace(self.tree, public={listing_id: listing} if listing is not None else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an organisation stands: which providers are above it, and what is asked of it.

    Attributes:
        path: The providers from the top down; the last is itself where a provider looks at itself.
        level: How many of them stand above who looks.
    """

    path: tuple[UUID, ...]
    level: int
    customer: Customer


def sight_of(session: Session, who: Acting, customer_id: UUID | None = None) -> Sight:
    """Say from where who acts looks; `customer_id` names one that it looks after.

    A provider that names nobody sees all that it offers. Whoever may not see the catalogue sees
    what its customers do: what is offered, and no decision.

    Raises:
        NotFoundError: who acts does not look after that organisation, or has no catalogue.
    """
    me = live_of(session, who.tenant_id)
    is_curator = who.may("catalogue.view")
    if customer_id is None or customer_id == who.tenant_id:
        found = whole_sight(session, who.tenant_id)
    else:
        require_curator(who)
        if not is_curator:
            raise NotFoundError(NOT_THERE)
        found = _sight(session, me, get_customer(session, who, customer_id))
    return found if is_curator else replace(found, level=len(found.tree.path))


def look_up(session: Session, sight: Sight, listing_id: str, *, now: datetime) -> Resolved:
    """Say whether and how a listing is offered, with the decisions that who looks may see.

    Raises:
        NotFoundError: nothing of it comes down to who looks, whether it exists or not.
    """
    public = public_side(session, now=now)
    found = sight.among(public.listing(listing_id), listing_id)
    if found is None:
        raise NotFoundError(NO_SUCH, listing=listing_id)
    return found


def list_offers(
    session: Session, sight: Sight, *, q: str = "", limit: int, after: str = "", now: datetime
) -> list[Offer]:
    """List what is offered by the id of the listing, from behind an id on.

    `q` is looked for in ids, and in titles and summaries as they are called here.
    """
    found: list[Offer] = []
    wanted = q.strip().casefold()
    for listing_id, listing in candidates(session, sight, wanted, after=after, now=now):
        resolved = sight.among(listing, listing_id)
        offer = resolved.offer if resolved is not None else None
        if offer is not None and _says(offer, wanted):
            found.append(offer)
        if len(found) >= limit:
            break
    return found


def list_bundles(session: Session, sight: Sight, *, now: datetime) -> list[Bundle]:
    """List the bundles that are offered whole, those of the nearest provider first."""
    public = public_side(session, now=now)
    overlays = [sight.tree.overlays[one] for one in reversed(sight.tree.path)]
    members = {one for overlay in overlays for bundle in overlay.bundles for one in bundle.members}
    offered = set()
    for listing_id in sorted(members):
        resolved = sight.among(public.listing(listing_id), listing_id)
        if resolved is not None and resolved.offer is not None:
            offered.add(listing_id)
    return [
        bundle
        for overlay in overlays
        for bundle in resolve_bundles(overlay, sight.customer, frozenset(offered))
    ]


def whole_sight(session: Session, tenant_id: UUID) -> Sight:
    """Look from an organisation itself, or from the live one of an environment."""
    live = get_organisation(session, live_of(session, tenant_id))
    return _sight(session, live.id, live)


def public_side(session: Session, *, now: datetime) -> PublicSide:
    """Give where public listings are found."""
    return SignedPackages(session, now=now)


def standing_of(session: Session, tenant_id: UUID) -> Standing:
    """Say where an organisation stands, or the live one of an environment; no overlay is read."""
    live = get_organisation(session, live_of(session, tenant_id))
    return _standing(session, live.id, live)


def _sight(session: Session, reader_id: UUID, whom: OrganisationView) -> Sight:
    """Look from `reader_id`, which is `whom` itself or a provider above it."""
    found = _standing(session, reader_id, whom)
    tree = Tree(public={}, overlays=overlays_along(session, found.path), path=found.path)
    return Sight(tree=tree, level=found.level, customer=found.customer)


def _standing(session: Session, reader_id: UUID, whom: OrganisationView) -> Standing:
    above = ancestors_of(session, whom.id)
    path = [one.id for one in reversed(above) if one.kind in CURATE]
    is_own_view = whom.id == reader_id and whom.kind in CURATE
    if is_own_view:
        path.append(whom.id)
    level = path.index(reader_id) if reader_id in path else len(path)
    between = [one.id for one in above if path and one.id != path[0] and one.kind != "vendor"]
    customer = _customer(session, whom.id, between, is_provider=is_own_view)
    return Standing(path=tuple(path), level=level, customer=customer)


def _customer(
    session: Session, organisation_id: UUID, between: Sequence[UUID], *, is_provider: bool
) -> Customer:
    on = plan_of(session, organisation_id)
    theirs = [plan_of(session, one) for one in between if one != organisation_id]
    return Customer(
        id=organisation_id,
        above=frozenset(between),
        plans=frozenset(one.plan.id for one in (on, *theirs) if one is not None),
        plan_name=on.plan.name if on is not None else "",
        plan_blocks=on.plan.terms.blocks if on is not None and not is_provider else None,
    )


def candidates(
    session: Session, sight: Sight, wanted: str, *, after: str, now: datetime
) -> Iterator[tuple[str, Listing | None]]:
    """Yield by id what may be offered and may be meant: a title of one's own may say it as well.

    `wanted` is in small letters; "" means everything.
    """
    public = public_side(session, now=now)
    named = sorted(one for one in _named_here(sight, wanted) if one > after)
    ours = ((one, None) for one in named)
    theirs = ((one.listing_id, one) for one in _all_public(public, wanted, after))
    last = ""
    for listing_id, listing in merge(ours, theirs, key=lambda one: one[0]):
        if listing_id != last:
            yield listing_id, listing or public.listing(listing_id)
        last = listing_id


def _named_here(sight: Sight, wanted: str) -> set[str]:
    """Name the listings that overlays themselves name, where what is wanted stands in them."""
    overlays = sight.tree.overlays.values()
    private = {one for overlay in overlays for one in overlay.private}
    renamed = {
        one.listing_id
        for overlay in overlays
        for one in overlay.entries.values()
        if wanted and wanted in f"{one.title}\n{one.summary}".casefold()
    }
    return private | renamed


def _all_public(public: PublicSide, q: str, after: str) -> Iterator[Listing]:
    found = public.page(q=q, after=after, limit=BITE)
    while found:
        yield from found
        found = public.page(q=q, after=found[-1].listing_id, limit=BITE)


def _says(offer: Offer, wanted: str) -> bool:
    return wanted in f"{offer.listing_id}\n{offer.title}\n{offer.summary}".casefold()
