"""What would stop, or begin to be refused, if a customer went to another plan: in numbers alone.

Nothing is taken away by a plan: what is there stays and what runs goes on. Said is what could not
be begun any more, so that nobody finds out by a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.store import list_installs
from runtime.flows.uses import blocks_of_live
from runtime.flows.versions import count_live
from runtime.runs.blobs import stored_bytes
from runtime.use.reading import DAY, days_of
from runtime.use.recording import day_of
from tenancy.custom_roles.store import list_roles
from tenancy.environments import environments_of
from tenancy.plans.entitled import count_members
from tenancy.plans.terms import FEATURES, METRICS, QUOTAS, Terms
from tenancy.scope import as_tenant
from tenancy.tokens import list_tokens

LOOKED_BACK = 30
MB = 1024 * 1024
_BY_DAY = {"events": "events_a_day", "runs": "runs_a_day", "api_calls": "api_calls_a_day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One thing that would stop: what it is, how it stands, and what would come of it."""

    what: str
    stands: str
    then: str


def what_would_stop(
    session: Session, organisation_id: UUID, terms: Terms, *, now: datetime
) -> list[Loss]:
    """List what a plan would not hold of what an organisation has and uses."""
    with as_tenant(session, organisation_id):
        return [
            *_there(session, organisation_id, terms),
            *_used(session, organisation_id, terms, now=now),
            *_blocks(session, organisation_id, terms),
            *_features(session, organisation_id, terms),
        ]


def _there(session: Session, tenant_id: UUID, terms: Terms) -> Iterator[Loss]:
    """Compare what is there with quotas of it."""
    for name, number in (
        ("members", count_members(session, tenant_id)),
        ("live_workflows", count_live(session, tenant_id)),
        ("storage_mb", -(-stored_bytes(session, tenant_id) // MB)),
    ):
        most = terms.quotas.get(name)
        if most is not None and number > most:
            unit = QUOTAS[name].unit
            yield Loss(
                what=QUOTAS[name].title,
                stands=f"{number:,} {unit}, and the plan holds {most:,}",
                then=f"They stay. {QUOTAS[name].at}",
            )


def _used(session: Session, tenant_id: UUID, terms: Terms, *, now: datetime) -> Iterator[Loss]:
    """Compare the last weeks with quotas of a day."""
    today = day_of(now)
    days = days_of(session, tenant_id, since=today - DAY * (LOOKED_BACK - 1), until=today)
    for metric, name in _BY_DAY.items():
        most = terms.quotas.get(name)
        over = [
            one.numbers[metric]
            for one in days
            if most is not None and one.numbers.get(metric, 0) > most
        ]
        if over:
            unit = METRICS[metric][1]
            on_days = "one" if len(over) == 1 else str(len(over))
            yield Loss(
                what=QUOTAS[name].title,
                stands=f"On {on_days} of the last {LOOKED_BACK} days more was used than the plan "
                f"holds: up to {max(over):,} {unit}, and it holds {most:,}",
                then=QUOTAS[name].at,
            )


def _blocks(session: Session, tenant_id: UUID, terms: Terms) -> Iterator[Loss]:
    missing = {
        one.manifest.id
        for one in list_installs(session, tenant_id)
        if not terms.has_block(one.manifest.id)
    }
    flows = [
        used
        for used in blocks_of_live(session, tenant_id)
        if any(not terms.has_block(one) for one in used)
    ]
    gone = missing | {one for used in flows for one in used if not terms.has_block(one)}
    if gone:
        yield Loss(
            what="Blocks",
            stands=f"{len(gone):,} that it has are not in the plan; {len(flows):,} of its live "
            "workflows use them",
            then="What is live goes on. They are neither installed nor upgraded, and a workflow "
            "that uses one is not published again.",
        )


def _features(session: Session, tenant_id: UUID, terms: Terms) -> Iterator[Loss]:
    there = {
        "environments": len(environments_of(session, tenant_id)) - 1,
        "custom_roles": len(list_roles(session, tenant_id)),
        "api_tokens": len(list_tokens(session, tenant_id)),
    }
    for name, number in there.items():
        if number > 0 and name not in terms.features:
            yield Loss(
                what=FEATURES[name][0].upper() + FEATURES[name][1:],
                stands=f"{number:,} of them, and the plan holds none",
                then="They stay and work on. No more can be made.",
            )
