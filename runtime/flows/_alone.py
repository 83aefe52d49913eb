"""Whether one person may make a version of a workflow live alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.affecting import affecting_steps
from runtime.going_live.authors import authors_of
from tenancy.policies import publishing_policy, require_second_person


def refuse_alone(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    documents: Iterable[Mapping[str, Any]],
    *,
    digest: str,
) -> bool:
    """Refuse that whoever acts lets out what they had a hand in; tell whether two said yes to it.

    `documents` are the one to be published and the live one: to take out a step that changes
    something outside is as grave as to put one in. A draft of that digest which is live, or which a
    second person once said yes to, is let out by anybody.

    Raises:
        SecondPersonError: saying who has to do it.
    """
    if not takes_two(session, tenant_id, documents):
        return False
    authors = authors_of(session, tenant_id, "flow_id", flow_id)
    before = None if authors else _version_like(session, flow_id, digest)
    if before is not None and (before.took_two or _is_live(session, before)):
        return before.took_two
    makers = dict(before.made_of) if before is not None else authors
    require_second_person(session, tenant_id, authors=makers)
    return True


def makers_of(
    session: Session, tenant_id: UUID, flow_id: UUID, digest: str, *, until: int
) -> dict[str, str]:
    """Give who had a hand in a draft up to a revision: of one that was published before, then."""
    authors = authors_of(session, tenant_id, "flow_id", flow_id, until=until)
    before = None if authors else _version_like(session, flow_id, digest)
    return dict(before.made_of) if before is not None else authors


def refuse_back_alone(session: Session, version: FlowVersionRow) -> None:
    """Refuse that a version is live again that nobody else ever said yes to, by who made it.

    Where a second person once did, one person leads back to it.

    Raises:
        SecondPersonError: saying who has to do it.
    """
    where = (session, version.tenant_id)
    if version.took_two or not takes_two(*where, [version.document]):
        return
    require_second_person(*where, authors=dict(version.made_of))


def takes_two(session: Session, tenant_id: UUID, documents: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether one of these takes a second person to go live."""
    needed = publishing_policy(session, tenant_id).workflows
    if needed != "effects":
        return needed == "two"
    return any(affecting_steps(session, tenant_id, one) for one in documents)


def _version_like(session: Session, flow_id: UUID, digest: str) -> FlowVersionRow | None:
    """Give the newest published version that was a draft of this digest."""
    return session.scalar(
        select(FlowVersionRow)
        .where(
            FlowVersionRow.flow_id == flow_id,
            FlowVersionRow.digest == digest,
            FlowVersionRow.number.is_not(None),
        )
        .order_by(FlowVersionRow.number.desc())
        .limit(1)
    )


def _is_live(session: Session, version: FlowVersionRow) -> bool:
    flow = session.get(FlowRow, version.flow_id)
    return flow is not None and flow.live_version_id == version.id
