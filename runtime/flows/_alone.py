"""Whether one person may publish a workflow alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.flows.affecting import affecting_steps
from runtime.going_live.authors import authors_of
from tenancy.policies import publishing_policy, require_second_person


def refuse_alone(
    session: Session, tenant_id: UUID, flow_id: UUID, documents: Iterable[Mapping[str, Any]]
) -> None:
    """Refuse that whoever acts publishes what they had a hand in, where it takes two.

    `documents` are the one to be published and the live one: to take out a step that changes
    something outside is as grave as to put one in.

    Raises:
        SecondPersonError: saying who has to do it.
    """
    needed = publishing_policy(session, tenant_id).workflows
    if needed == "one":
        return
    if needed == "effects" and not any(
        affecting_steps(session, tenant_id, one) for one in documents
    ):
        return
    authors = authors_of(session, tenant_id, "flow_id", flow_id)
    require_second_person(session, tenant_id, authors=authors)
