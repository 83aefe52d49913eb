"""Whether one person may make a version of a workflow live alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.flows._tables import FlowVersionRow
from runtime.flows.affecting import affecting_steps
from runtime.going_live.authors import authors_of
from tenancy.policies import publishing_policy, require_second_person


def refuse_alone(
    session: Session, tenant_id: UUID, flow_id: UUID, documents: Iterable[Mapping[str, Any]]
) -> bool:
    """Refuse that whoever acts publishes what they had a hand in; tell whether it takes two.

    `documents` are the one to be published and the live one: to take out a step that changes
    something outside is as grave as to put one in.

    Raises:
        SecondPersonError: saying who has to do it.
    """
    if not takes_two(session, tenant_id, documents):
        return False
    authors = authors_of(session, tenant_id, "flow_id", flow_id)
    require_second_person(session, tenant_id, authors=authors)
    return True


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
