"""Drafts that can be shared: workflows, rules and decision tables by name."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.sharing._tables import SharedTemplateSource
from runtime.flows.versions import list_flows
from runtime.rules.store import list_rules

MOST = 50
"""So many drafts of each kind are offered; a search finds the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One draft; `template_id` is what it is shared as already, None where it is not."""

    kind: str
    id: UUID
    name: str
    template_id: UUID | None


def drafts_to_share(session: Session, tenant_id: UUID, *, q: str = "") -> list[Draft]:
    """List an organisation's drafts by kind and name; `q` is a part of the name."""
    shared = {
        row.subject_id: row.template_id
        for row in session.execute(
            select(SharedTemplateSource.subject_id, SharedTemplateSource.template_id).where(
                SharedTemplateSource.tenant_id == tenant_id
            )
        )
    }
    flows = [
        ("workflow", one.id, one.name) for one in list_flows(session, tenant_id, q=q, limit=MOST)
    ]
    rules = [
        ("table" if one.kind == "table" else "rule", one.id, one.name)
        for one in list_rules(session, tenant_id, q=q)[:MOST]
    ]
    return [
        Draft(kind=kind, id=id_, name=name, template_id=shared.get(id_))
        for kind, id_, name in [*flows, *rules]
    ]
