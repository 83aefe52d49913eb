"""An organisation's own templates as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from designer.gallery._tables import FlowTemplate
from designer.gallery.model import Template, parse_template
from kernel.errors import ConflictError
from kernel.ids import new_id
from tenancy.rows import get_owned

TEMPLATES_MAX = 200


def keep_template(
    session: Session, tenant_id: UUID, *, document: Mapping[str, Any], by: str, now: datetime
) -> Template:
    """Keep a template for the organisation.

    Raises:
        TemplateError: it is none.
        ConflictError: the organisation has as many as it may.
    """
    key = new_id()
    template = parse_template(document, key=str(key))
    mine = select(func.count(FlowTemplate.id)).where(FlowTemplate.tenant_id == tenant_id)
    if (session.scalar(mine) or 0) >= TEMPLATES_MAX:
        raise ConflictError(f"there are {TEMPLATES_MAX} templates already: remove one first")
    session.add(
        FlowTemplate(
            id=key,
            tenant_id=tenant_id,
            title=template.title,
            document=dict(document),
            made_at=now,
            made_by=by,
        )
    )
    session.flush()
    return template


def own_templates(session: Session, tenant_id: UUID) -> list[Template]:
    """List the organisation's templates by title."""
    rows = session.scalars(
        select(FlowTemplate)
        .where(FlowTemplate.tenant_id == tenant_id)
        .order_by(func.lower(FlowTemplate.title), FlowTemplate.id)
    )
    return [_template_of(row) for row in rows]


def own_template(session: Session, tenant_id: UUID, template_id: UUID) -> Template:
    """Give one of them; raises NotFoundError."""
    return _template_of(get_owned(session, FlowTemplate, tenant_id, template_id, name="template"))


def remove_template(session: Session, tenant_id: UUID, template_id: UUID) -> str:
    """Remove one; what was made of it stays. Gives its title."""
    row = get_owned(session, FlowTemplate, tenant_id, template_id, name="template")
    session.delete(row)
    session.flush()
    return row.title


def _template_of(row: FlowTemplate) -> Template:
    return parse_template(row.document, key=str(row.id), origin=f"Kept by {row.made_by}")
