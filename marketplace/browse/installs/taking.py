"""Installing a listing as somebody agreed to it, and what would miss it if it were removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs import offering, store
from blocks.installs._tables import BlockPackage
from blocks.installs.model import InstallView
from blocks.installs.vouching import lender_of
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from marketplace.browse.showing import Shown
from marketplace.money.saying import agreed_words
from runtime.flows import installing
from runtime.flows.named_places import BLOCK
from runtime.flows.uses import FlowUse, uses_by_flows
from runtime.packs.offers import OfferView, bring_pack
from runtime.where_used.needing import what_uses
from tenancy.audit.trail import About, note


class OtherThanSeenError(ConflictError):
    """What would be agreed to is something else than what was seen."""

    code = "market.other_than_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a person said to a listing.

    Attributes:
        seen: The mark of what they saw.
        consents: Whether they agree to what it may do and what it costs.
        by: Who they are.
    """

    seen: str
    consents: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One installed version, and what would miss it.

    Attributes:
        flows: The workflows that have it, in their draft or live.
        others: Runs under way and blocks that are made of it, a phrase each.
    """

    install: InstallView
    flows: Sequence[FlowUse]
    others: Sequence[str]

    @property
    def is_free(self) -> bool:
        """Tell whether nothing would miss it."""
        return not self.flows and not self.others


def install_block(
    session: Session, tenant_id: UUID, shown: Shown, agreed: Agreed, *, now: datetime
) -> InstallView:
    """Install the version of a block that was looked at, as every other install is done.

    Raises:
        OtherThanSeenError: its price, its version or what it asks for changed meanwhile.
        InvalidError: nobody agreed to what has to be agreed to; or as `installing.install`.
        ConflictError, ForbiddenError, NotTrustedError: as `installing.install`.
    """
    _require_agreed(shown, agreed)
    digest = shown.chosen.digest
    kept = session.get(BlockPackage, digest)
    # what a provider lends stays its provider's: never brought in anew as if it were one's own
    if kept is None or not (kept.signers or lender_of(session, tenant_id, kept)):
        offering.upload(session, tenant_id, shown.archive, by=agreed.by, now=now)
    made = installing.install(
        session, tenant_id, digest, consents=agreed.consents, by=agreed.by, now=now
    )
    _note_taken(session, tenant_id, shown, now=now)
    return made


def bring(
    session: Session, tenant_id: UUID, shown: Shown, agreed: Agreed, *, now: datetime
) -> OfferView:
    """Bring a pack that was looked at: what becomes of each part is shown before it is installed.

    Raises:
        OtherThanSeenError, InvalidError: as `install_block`.
        ConflictError, NotTrustedError: as `bring_pack`.
    """
    _require_agreed(shown, agreed)
    brought = bring_pack(session, tenant_id, shown.archive, by=agreed.by, now=now)
    _note_taken(session, tenant_id, shown, now=now)
    return brought


def removals_of(session: Session, tenant_id: UUID, block_id: str) -> list[Removal]:
    """List the installed versions of a block, each with what would miss it.

    Raises:
        NotFoundError: none is installed.
    """
    found = [one for one in store.list_installs(session, tenant_id) if one.manifest.id == block_id]
    if not found:
        raise NotFoundError("this block is not installed", block=block_id)
    return [_removal(session, tenant_id, one) for one in found]


def remove(session: Session, tenant_id: UUID, install_id: UUID, *, now: datetime) -> InstallView:
    """Remove an installed version; give what it was.

    Raises:
        NotFoundError: it is not installed.
        InUseError: something would miss it.
    """
    was = store.get_install(session, tenant_id, install_id)
    users = partial(what_uses, session, tenant_id)
    store.uninstall(session, tenant_id, install_id, used_by=users, now=now)
    return was


def _removal(session: Session, tenant_id: UUID, one: InstallView) -> Removal:
    block_id, version = one.manifest.id, one.manifest.version
    flows = uses_by_flows(session, tenant_id, BLOCK, f"{block_id}@{version}")
    named = {flow.name for flow in flows}
    everything = what_uses(session, tenant_id, block_id, version)
    return Removal(
        install=one, flows=flows, others=[word for word in everything if word not in named]
    )


def _require_agreed(shown: Shown, agreed: Agreed) -> None:
    if agreed.seen != shown.mark:
        told = "something of this changed since you looked: read it again, then install it"
        raise OtherThanSeenError(told, listing=shown.entry.listing_id)
    if shown.needs_tick and not agreed.consents:
        told = "tick that you agree, or leave it: nothing was installed"
        raise InvalidError(told, problems=[Problem("/consent", told)])


def _note_taken(session: Session, tenant_id: UUID, shown: Shown, *, now: datetime) -> None:
    """Note what was agreed to of the price; what it may do is noted with the install."""
    about = About(kind="listing", id=shown.entry.listing_id, name=shown.entry.title)
    facts = {"version": shown.chosen.version, "price": agreed_words(shown.asked)}
    note(session, tenant_id, "listing.taken", now=now, about=about, facts=facts)
