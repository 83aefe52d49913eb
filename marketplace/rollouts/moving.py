"""Moving one organisation to a version, and back to exactly what it had.

All of an organisation is moved or nothing. What would break, or would need somebody's word, is
kept back: nobody's workflow is worse off for a roll-out.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from blocks.installs import store
from blocks.installs._tables import BlockPackage
from blocks.installs.across import holdings_of
from blocks.installs.vouching import lender_of
from blocks.manifest import Manifest
from blocks.registry import Standing
from kernel.errors import ConflictError, GarlandError, NotFoundError
from kernel.ids import new_id
from marketplace.catalogue.own.approved import approved_by_two
from marketplace.impact.finding import impacts_on
from marketplace.impact.model import TenantImpact
from marketplace.rollouts._tables import TOLD_MAX, RolloutMember, RolloutPin
from marketplace.rollouts.model import MemberState
from marketplace.rollouts.words import ONE_ALONE, told_of
from runtime.flows.block_moves import Moved, live_with, move_back, move_live
from runtime.flows.uses import versions_with_block
from runtime.where_used.needing import what_uses
from tenancy.scope import as_tenant

log = structlog.get_logger(__name__)

BY = "roll-out"
_STAYS = "workflows stay: published anew since, or a block that they used cannot be used any more"


class UnusableThereError(ConflictError):
    """The version is installed there already, and is held or withdrawn."""

    code = "block.unusable_there"


def move(
    session: Session, member: RolloutMember, new: Manifest, digest: str, *, now: datetime
) -> None:
    """Move an organisation, or keep it back and say why, in the transaction that is open."""
    member.looked_at = now
    found = impacts_on(session, new, digest, [member.organisation_id])
    impact = found[0] if found else None
    told = _why_kept_back(impact) or _why_not_unsigned(session, member.organisation_id, new, digest)
    if impact is not None and not told:
        try:
            with session.begin_nested():
                installed = _move(session, member, new, digest, impact, now=now)
            member.installed = installed  # outside of that organisation: the row is the provider's
        except GarlandError as error:
            told = told_of(error)
    if told:
        member.state, member.told = MemberState.KEPT_BACK, told[:TOLD_MAX]
        return
    member.state, member.told, member.moved_at = MemberState.MOVED, "", now


def take_back(
    session: Session, member: RolloutMember, new: Manifest, digest: str, *, now: datetime
) -> None:
    """Give an organisation back what it had; what people published there since stays theirs."""
    tenant_id, installed, went_on = member.organisation_id, member.installed, 0
    mine = (RolloutPin.tenant_id == tenant_id, RolloutPin.rollout_id == member.rollout_id)
    with as_tenant(session, tenant_id):
        for pin in session.scalars(select(RolloutPin).where(*mine)).all():
            told = f"{new.title} {new.version} taken back"
            try:
                is_back = move_back(session, tenant_id, _moved(pin), told=told, by=BY, now=now)
            except NotFoundError:  # the workflow was deleted meanwhile
                continue
            went_on += not is_back
        session.execute(delete(RolloutPin).where(*mine))
        if installed:
            _remove(session, tenant_id, new, digest, now=now)
    member.state = MemberState.GONE_ON if went_on else MemberState.BACK
    member.told = f"{went_on:,} {_STAYS}" if went_on else ""


def _why_kept_back(impact: TenantImpact | None) -> str:
    if impact is None:
        return "it has no older version any more"
    if impact.asks:
        return f"it has to agree to: {', '.join(impact.asks)}"
    broken = sum(1 for one in impact.flows if one.breakages)
    return f"workflows that would break: {broken:,}" if broken else ""


def _why_not_unsigned(session: Session, tenant_id: UUID, new: Manifest, digest: str) -> str:
    """Say why code that nobody signed does not go live in the workflows of others.

    It does on the word of two of the people of who lends it, or where it was installed by hand:
    nobody alone puts code of theirs into what others run.
    """
    with as_tenant(session, tenant_id):
        lent_by = lender_of(session, tenant_id, session.get_one(BlockPackage, digest))
    if lent_by is None:
        return ""
    with as_tenant(session, lent_by):
        if approved_by_two(session, lent_by, [digest]):
            return ""
    held = holdings_of(session, new.id, [tenant_id]).get(tenant_id, [])
    return "" if any(one.digest == digest for one in held) else ONE_ALONE


def _move(
    session: Session,
    member: RolloutMember,
    new: Manifest,
    digest: str,
    impact: TenantImpact,
    *,
    now: datetime,
) -> bool:
    tenant_id, rollout_id = member.organisation_id, member.rollout_id
    with as_tenant(session, tenant_id):
        is_new = not _has(session, tenant_id, new)
        store.install(session, tenant_id, digest, consents=False, by=BY, now=now)
        for flow in impact.flows:
            moved = move_live(
                session,
                tenant_id,
                flow.flow_id,
                new,
                impact.versions,
                told=f"{new.title} {new.version} by a roll-out",
                by=BY,
                now=now,
            )
            session.add(
                RolloutPin(
                    id=new_id(),
                    tenant_id=tenant_id,
                    rollout_id=rollout_id,
                    flow_id=moved.flow_id,
                    before_id=moved.before_id,
                    before_number=moved.before_number,
                    after_id=moved.after_id,
                )
            )
    return is_new


def _has(session: Session, tenant_id: UUID, new: Manifest) -> bool:
    held = holdings_of(session, new.id, [tenant_id]).get(tenant_id, [])
    there = next((one for one in held if one.version == new.version), None)
    if there is not None and not there.state.starts_runs:
        raise UnusableThereError(f"{new.version} is {there.state.value} there")
    return there is not None


def _remove(
    session: Session, tenant_id: UUID, new: Manifest, digest: str, *, now: datetime
) -> None:
    """Remove the version; while a run that began with it goes on, only hold it.

    Where a workflow that is live goes on to use it, or would again were another roll-out taken
    back, it stays as it is.
    """
    if live_with(session, tenant_id, new.id, {new.version}):
        return
    before = session.scalars(select(RolloutPin.before_id).where(RolloutPin.tenant_id == tenant_id))
    if versions_with_block(session, tenant_id, before.all(), new.id, new.version):
        return
    held = holdings_of(session, new.id, [tenant_id]).get(tenant_id, [])
    there = next((one for one in held if one.digest == digest), None)
    if there is None or there.state is Standing.WITHDRAWN:
        return
    where = (session, tenant_id, there.install_id)
    if what_uses(session, tenant_id, new.id, new.version):
        reason = "The roll-out of this version was taken back."
        store.hold(*where, reason=reason, lets_finish=True, now=now)
    else:
        store.uninstall(*where, used_by=lambda _id, _version: (), now=now)


def _moved(pin: RolloutPin) -> Moved:
    return Moved(
        flow_id=pin.flow_id,
        before_id=pin.before_id,
        before_number=pin.before_number,
        after_id=pin.after_id,
    )
