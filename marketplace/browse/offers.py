"""What of one listing an organisation may choose among: as its catalogue leaves it, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockInstall
from blocks.pages import Part
from blocks.versions import precedence
from marketplace.catalogue.looking import standing_of, whole_sight
from marketplace.catalogue.public import Listing
from marketplace.catalogue.released import released_listings
from marketplace.catalogue.resolving import Offer
from marketplace.releases.states import ReleaseState
from marketplace.search.model import View, Visible
from runtime.packs.store import list_installed
from tenancy.organisations import get_organisation
from tenancy.plans.assigning import plan_of
from tenancy.plans.entitled import NotInPlanError, require_blocks


class Choice(NamedTuple):
    """What a catalogue leaves of a listing; no `offer` where nobody decided anything."""

    offer: Offer | None
    private: Listing | None


class Version(NamedTuple):
    """One version as its page tells it.

    Attributes:
        state: `LISTED` for a provider's own as well.
        notes: What its publisher says is new, taken apart for a page.
        reason, ends_on: Of one that is deprecated or recalled; "" and None else.
        successor: The id of the listing that takes its place, where it is offered here; "" else.
    """

    version: str
    digest: str
    state: ReleaseState
    is_beta: bool
    notes: Sequence[Part]
    listed_at: datetime
    reason: str = ""
    ends_on: date | None = None
    successor: str = ""

    @property
    def is_deprecated(self) -> bool:
        """Tell whether its publisher advises against it."""
        return self.state is ReleaseState.DEPRECATED

    @property
    def is_recalled(self) -> bool:
        """Tell whether nobody may install it any more."""
        return self.state is ReleaseState.RECALLED


def choice_of(session: Session, tenant_id: UUID, listing_id: str, visible: Visible) -> Choice:
    """Give what a catalogue leaves to an organisation that sees the listing."""
    if not isinstance(visible, View):
        return Choice(None, None)
    whole = whole_sight(session, tenant_id)
    listing = released_listings(session, [listing_id]).get(listing_id)
    if listing is None:  # a provider's own: those below it are offered it, and itself has it
        first = whole.tree.overlays[whole.tree.path[0]]
        return Choice(whole.whole(None, listing_id), first.private.get(listing_id))
    # what a provider keeps from its customers it may try itself
    sight = replace(whole, tree=whole.tree.down_to(whole.level))
    if not sight.tree.path:
        return Choice(None, None)
    found = sight.among(listing, listing_id)
    return Choice(found.offer if found is not None else None, None)


def why_not_in_plan(session: Session, tenant_id: UUID, listing_id: str) -> str:
    """Say why the plan of an organisation does not hold a block; "" where it does."""
    try:
        require_blocks(session, tenant_id, {listing_id})
    except NotInPlanError as error:
        return error.message
    return ""


def narrowing_plan(session: Session, tenant_id: UUID) -> tuple[str, str]:
    """Name the plan of an organisation and whose it is; "" twice where it holds every block."""
    on = plan_of(session, tenant_id)
    if on is None or standing_of(session, tenant_id).customer.plan_blocks is None:
        return "", ""
    return on.plan.name, get_organisation(session, on.plan.owner_id).name


def had_by(session: Session, tenant_id: UUID) -> dict[str, str]:
    """Give the blocks and packs that an organisation has installed, each in its highest version."""
    columns = (BlockInstall.block_id, BlockInstall.version)
    rows = session.execute(select(*columns).where(BlockInstall.tenant_id == tenant_id))
    found = {one.pack_id: one.version for one in list_installed(session, tenant_id)}
    for block_id, version in rows:
        found[block_id] = max(version, found.get(block_id, version), key=precedence)
    return found
