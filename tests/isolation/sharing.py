"""What a tenant of the crawl shares with its own customers alone, and what it took over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.ids import new_id
from marketplace.sharing._tables import (
    SharedTemplate,
    SharedTemplateSource,
    SharedTemplateUse,
    SharedTemplateVersion,
)
from tenancy.scope import as_tenant


def shared_by(sessions: sessionmaker[Session], mine: UUID, word: str) -> dict[str, str]:
    """Make a template that a tenant shares with its own customers, and one that it took over."""
    now = utc_now()
    said: dict[str, Any] = {"owner_name": word, "kind": "workflow", "title": word}
    with sessions.begin() as session, as_tenant(session, mine):
        template = SharedTemplate(
            id=new_id(), owner_id=mine, audience="customers", latest=1, changed_at=now, **said
        )
        session.add(template)
        session.flush()
        version: dict[str, Any] = {"document": {}, "slots": [], "blocks": [], "digest": ""}
        session.add(
            SharedTemplateVersion(template_id=template.id, number=1, shared_at=now, **version)
        )
        session.add(
            SharedTemplateSource(
                tenant_id=mine,
                template_id=template.id,
                subject_id=new_id(),
                numbering={},
                confirmed=[],
                shared_by=word,
            )
        )
        facts: dict[str, Any] = {"version": 1, "base": {}, "filled": {}, "taken_by": word}
        facts["audience"] = "everyone"
        use = SharedTemplateUse(
            id=new_id(),
            tenant_id=mine,
            template_id=template.id,
            made_id=new_id(),
            taken_at=now,
            **said,
            **facts,
        )
        session.add(use)
        session.flush()
        return {"shared_template": str(template.id), "taken_template": str(use.id)}
