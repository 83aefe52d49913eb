"""Whom an advisory concerns: those who have a version that it means, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockInstall, BlockPackage
from blocks.installs.offering import installed_rows
from kernel.errors import NotFoundError
from marketplace.advisories._tables import MarketAdvisory, Severity
from marketplace.advisories.model import AdvisoryView, view_of
from marketplace.advisories.ranges import affects
from runtime.packs._tables import PackInstall
from runtime.packs.store import list_installed
from tenancy._tables import Membership, Person
from tenancy.life_cycle.states import State
from tenancy.mails.office import sends_mail
from tenancy.mails.outbox import Wish, write_mail
from tenancy.members import list_members
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant, system

_RANK = {one: place for place, one in enumerate(Severity)}
_TEXT_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """An advisory of something that an organisation has.

    Attributes:
        has: The installed versions.
        hit: Of these, those that it means.
    """

    advisory: AdvisoryView
    has: tuple[str, ...]
    hit: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether something is to be done: it stands, and means an installed version."""
        return bool(self.hit) and not self.advisory.is_withdrawn


def concerns_of(session: Session, tenant_id: UUID) -> list[Concern]:
    """List the advisories of what an organisation has: what is to be done, and the worst, first."""
    has = _installed(session, tenant_id)
    wanted = select(MarketAdvisory).where(MarketAdvisory.listing_id.in_(sorted(has)))
    found = [_concern(view_of(row), has[row.listing_id]) for row in session.scalars(wanted)]
    return sorted(found, key=_order)


def get_concern(session: Session, tenant_id: UUID, advisory_id: str) -> Concern:
    """Give one of them; raises NotFoundError for what concerns nothing that is installed."""
    found = concerns_of(session, tenant_id)
    one = next((one for one in found if one.advisory.advisory_id == advisory_id), None)
    if one is None:
        raise NotFoundError("no such advisory", advisory=advisory_id)
    return one


def tell_affected(session: Session, one: AdvisoryView, *, now: datetime) -> int:
    """Mail the admins of all who have a version that it means; give how many organisations."""
    if one.is_withdrawn:
        return 0
    hit = _organisations_with(session, one)
    if sends_mail(session):
        for tenant_id, versions in sorted(hit.items()):
            with as_tenant(session, tenant_id):
                _mail(session, one, tenant_id, versions, now=now)
    return len(hit)


def reach_of(session: Session, one: AdvisoryView) -> int:
    """Count the organisations that have a version that it means."""
    return len(_organisations_with(session, one))


def _organisations_with(session: Session, one: AdvisoryView) -> dict[UUID, list[str]]:
    """Give who has which versions that it means; what nobody signed is not what is listed."""
    blocks = (
        select(BlockInstall.tenant_id, BlockInstall.version, BlockPackage.signers)
        .join(BlockPackage, BlockPackage.digest == BlockInstall.digest)
        .where(BlockInstall.block_id == one.listing_id)
    )
    packs = select(PackInstall.tenant_id, PackInstall.version).where(
        PackInstall.pack_id == one.listing_id
    )
    found: dict[UUID, list[str]] = {}
    with system(session):
        rows = [(row.tenant_id, row.version) for row in session.execute(blocks) if row.signers]
        rows += [(row.tenant_id, row.version) for row in session.execute(packs)]
    for tenant_id, version in rows:
        if affects(one.affected, version):
            found.setdefault(tenant_id, []).append(version)
    return found


def _mail(
    session: Session, one: AdvisoryView, tenant_id: UUID, versions: list[str], *, now: datetime
) -> None:
    """Mail the admins who may sign in; nobody of an organisation that is closed."""
    organisation = get_organisation(session, tenant_id)
    if organisation.state == State.CLOSED.value:
        return
    active = select(Person.id).join(Membership, Membership.person_id == Person.id)
    may = set(
        session.scalars(active.where(Membership.organisation_id == tenant_id, Person.is_active))
    )
    facts = {
        "severity": one.severity.value,
        "title": one.title,
        "listing": one.listing_id,
        "versions": ", ".join(sorted(versions)),
        "fixed_in": one.fixed_in,
        "text": one.text[:_TEXT_MAX],
        "organisation": organisation.name,
    }
    for member in list_members(session, tenant_id):
        if member.role == "admin" and member.person_id in may:
            path = f"/t/{organisation.slug}/marketplace/advisories/{one.advisory_id}"
            wish = Wish(kind="advisory", to=member.email, facts=facts, path=path,
                        organisation_id=tenant_id)  # fmt: skip
            write_mail(session, wish, now=now)


def _installed(session: Session, tenant_id: UUID) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = installed_rows(session, tenant_id)
    wanted = select(BlockPackage.digest, BlockPackage.signers)
    kept = session.execute(wanted.where(BlockPackage.digest.in_({one.digest for one in rows})))
    signed = {one.digest for one in kept if one.signers}
    for row in rows:
        if row.digest in signed:
            found.setdefault(row.block_id, []).append(row.version)
    for pack in list_installed(session, tenant_id):
        found.setdefault(pack.pack_id, []).append(pack.version)
    return found


def _concern(one: AdvisoryView, has: list[str]) -> Concern:
    hit = tuple(version for version in has if affects(one.affected, version))
    return Concern(advisory=one, has=tuple(has), hit=hit)


def _order(one: Concern) -> tuple[bool, int, float, str]:
    said = one.advisory
    return (
        not one.is_open,
        -_RANK[said.severity],
        -said.published_at.timestamp(),
        said.advisory_id,
    )
