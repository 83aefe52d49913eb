"""What a recall would reach, for whoever is about to make one: numbers, and nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from blocks.installs.across import holdings_of
from blocks.installs.here import Here, packages_here
from blocks.manifest import Manifest
from blocks.versions import precedence
from kernel.acting import Acting
from marketplace.impact.finding import candidate
from marketplace.impact.reach import reach_of
from runtime.flows.block_moves import live_with
from runtime.runs.using import runs_using
from tenancy.scope import as_tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What taking a version away would reach.

    Attributes:
        organisations: Who has it, whoever recalls it among them.
        workflows: That are live with it, and start no run any more.
        runs: That are under way and use it.
        replacements: Higher versions of the block that could take its place, the highest first.
    """

    manifest: Manifest
    organisations: int
    workflows: int
    runs: int
    replacements: Sequence[Here]


def weigh(session: Session, who: Acting, digest: str, *, now: datetime) -> Weight:
    """Count what recalling a version would reach.

    Raises:
        NotFoundError: who acts looks after nobody, or there is no such package for them.
    """
    reached = reach_of(session, who)
    old = candidate(session, who.tenant_id, digest)
    hit = [
        id_
        for id_, held in holdings_of(session, old.id, list(reached)).items()
        if any(one.digest == digest for one in held)
    ]
    workflows = runs = 0
    for tenant_id in hit:
        with as_tenant(session, tenant_id):
            workflows += len(live_with(session, tenant_id, old.id, {old.version}))
            runs += len(runs_using(session, tenant_id, old.id, old.version))
    higher = [
        one
        for one in packages_here(session, who.tenant_id, [old.id], now=now)
        if precedence(one.version) > precedence(old.version)
    ]
    return Weight(
        manifest=old,
        organisations=len(hit),
        workflows=workflows,
        runs=runs,
        replacements=sorted(higher, key=lambda one: precedence(one.version), reverse=True),
    )
