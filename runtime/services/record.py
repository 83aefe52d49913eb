"""The record of services: moments are added, read back as what holds, and never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.clock import format_instant, parse_instant
from runtime.services._tables import ServiceMoment
from runtime.services.timeline import Cause, Moment, State, in_force
from tenancy.rows import insert_many


def add_moments(
    session: Session,
    tenant_id: UUID,
    said: Mapping[UUID, Sequence[Moment]],
    *,
    now: datetime,
) -> None:
    """Add moments to the record, by service."""
    rows = [
        {
            "tenant_id": tenant_id,
            "service_id": service_id,
            "at": one.at,
            "state": one.state,
            "is_down": one.is_down,
            "cause": cause_document(one.cause),
            "recorded_at": now,
        }
        for service_id, moments in said.items()
        for one in moments
    ]
    insert_many(session, ServiceMoment, rows)


def moments_since(
    session: Session, tenant_id: UUID, service_ids: Collection[UUID], *, since: datetime
) -> dict[UUID, list[Moment]]:
    """Give what holds of services from an instant on, and the moment in force at it.

    The newest row from before the instant takes back every older row of the instant and later, and
    holds at it: what was recorded earlier need not be read.
    """
    ids = sorted(service_ids)
    mine = (ServiceMoment.tenant_id == tenant_id, ServiceMoment.service_id.in_(ids))
    newest = (
        select(func.max(ServiceMoment.seq))
        .where(*mine, ServiceMoment.at < since)
        .group_by(ServiceMoment.service_id)
    )
    rows = session.scalars(
        select(ServiceMoment).where(*mine, ServiceMoment.seq.in_(newest.scalar_subquery()))
    )
    bases = {row.service_id: row for row in rows}
    found: dict[UUID, list[Moment]] = {
        one: [_moment_of(bases[one])] if one in bases else [] for one in ids
    }
    for row in session.scalars(
        select(ServiceMoment).where(*mine, ServiceMoment.at >= since).order_by(ServiceMoment.seq)
    ):
        base = bases.get(row.service_id)
        if base is None or row.seq > base.seq:
            found[row.service_id].append(_moment_of(row))
    return {key: in_force(recorded) for key, recorded in found.items()}


def cause_document(cause: Cause | None) -> dict[str, Any] | None:
    """Write a cause as it is kept."""
    if cause is None:
        return None
    return {
        "alarm_id": str(cause.alarm_id),
        "key": cause.key,
        "what": cause.what,
        "since": format_instant(cause.since),
    }


def cause_from(document: Mapping[str, Any] | None) -> Cause | None:
    """Read a cause back."""
    if document is None:
        return None
    return Cause(
        alarm_id=UUID(document["alarm_id"]),
        key=document["key"],
        what=document["what"],
        since=parse_instant(document["since"]),
    )


def _moment_of(row: ServiceMoment) -> Moment:
    return Moment(
        at=row.at, state=State(row.state), is_down=row.is_down, cause=cause_from(row.cause)
    )
