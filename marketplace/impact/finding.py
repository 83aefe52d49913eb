"""What a new version means for organisations: judged on all that is live in each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.compatibility import Difference, compare
from blocks.installs.across import Holding, holdings_of
from blocks.installs.model import Ask, ask_in_short, asks_of, new_asks
from blocks.installs.offering import offered, package_of
from blocks.installs.registry import registry_of
from blocks.manifest import Manifest, kept_manifest
from blocks.versions import precedence
from kernel.acting import Acting
from marketplace.impact.judging import Surroundings, judge, with_candidate
from marketplace.impact.model import Counted, TenantImpact, counted
from marketplace.impact.reach import reach_of
from runtime.flows.block_moves import live_with
from runtime.flows.versions import known_to
from tenancy.scope import as_tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a version means for one of those whom a provider looks after, and all told with it."""

    organisation_id: UUID
    name: str
    counted: Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a version means for all whom a provider reaches.

    Attributes:
        differences: By older version, the highest first, what is otherwise.
        total: Of all of them.
    """

    manifest: Manifest
    differences: Sequence[tuple[str, Sequence[Difference]]]
    lines: Sequence[Line]
    total: Counted


def candidate(session: Session, tenant_id: UUID, digest: str) -> Manifest:
    """Give the manifest of a package that an organisation may see; raises NotFoundError."""
    return offered(session, tenant_id, digest).manifest


def report_for(session: Session, who: Acting, digest: str) -> Report:
    """Say what a version would mean for all whom a provider reaches, in numbers.

    Raises:
        NotFoundError: who acts looks after nobody, or there is no such package for them.
    """
    reached = reach_of(session, who)
    new = candidate(session, who.tenant_id, digest)
    impacts = impacts_on(session, new, digest, list(reached))
    by_name: dict[UUID, list[TenantImpact]] = {}
    for one in impacts:
        by_name.setdefault(reached[one.tenant_id].told_as, []).append(one)
    lines = [
        Line(organisation_id=id_, name=reached[id_].name, counted=counted(ones))
        for id_, ones in by_name.items()
    ]
    return Report(
        manifest=new,
        differences=_differences(session, new, list(reached)),
        lines=sorted(lines, key=lambda one: (one.name.lower(), str(one.organisation_id))),
        total=counted(impacts),
    )


def impacts_on(
    session: Session, new: Manifest, digest: str, among: Collection[UUID]
) -> list[TenantImpact]:
    """Say what a version would mean for each of some organisations that has an older one."""
    holdings = holdings_of(session, new.id, among)
    asks = asks_of(package_of(session, digest).manifest)
    found = (_impact_on(session, one, new, holdings[one], asks) for one in sorted(holdings))
    return [one for one in found if one is not None]


def own_impact(session: Session, tenant_id: UUID, digest: str) -> TenantImpact | None:
    """Say what a version would mean for an organisation itself; None where it has no older one.

    Raises:
        NotFoundError: there is no such package for it.
    """
    new = candidate(session, tenant_id, digest)
    return next(iter(impacts_on(session, new, digest, [tenant_id])), None)


def own_differences(
    session: Session, tenant_id: UUID, digest: str
) -> list[tuple[str, Sequence[Difference]]]:
    """List by older version that an organisation has, the highest first, what is otherwise.

    Raises:
        NotFoundError: there is no such package for it.
    """
    return _differences(session, candidate(session, tenant_id, digest), [tenant_id])


def older_of(held: Collection[Holding], new: Manifest) -> list[Holding]:
    """Give what an organisation has that is older than a version, the oldest first."""
    found = [one for one in held if precedence(one.version) < precedence(new.version)]
    return sorted(found, key=lambda one: precedence(one.version))


def _impact_on(
    session: Session,
    tenant_id: UUID,
    new: Manifest,
    held: Collection[Holding],
    asks: Sequence[Ask],
) -> TenantImpact | None:
    versions = [one.version for one in older_of(held, new)]
    if not versions:
        return None
    with as_tenant(session, tenant_id):
        live = live_with(session, tenant_id, new.id, versions)
        flows = []
        if live:
            registry = with_candidate(registry_of(session, tenant_id), new)
            for one in live:
                known = known_to(session, tenant_id, one.document)
                around = Surroundings(registry=registry, known=known)
                flow = (one.flow_id, one.name, one.document)
                flows.append(judge(flow, new, versions, around))
    return TenantImpact(
        tenant_id=tenant_id,
        versions=tuple(versions),
        flows=tuple(one for one in flows if one is not None),
        asks=tuple(
            ask_in_short(one) for one in new_asks(asks, [kept.permissions for kept in held])
        ),
    )


def _differences(
    session: Session, new: Manifest, among: Collection[UUID]
) -> list[tuple[str, Sequence[Difference]]]:
    holdings = holdings_of(session, new.id, among)
    kept = {one.version: one.digest for held in holdings.values() for one in older_of(held, new)}
    return [
        (version, compare(kept_manifest(package_of(session, kept[version]).manifest), new))
        for version in sorted(kept, key=precedence, reverse=True)
    ]
