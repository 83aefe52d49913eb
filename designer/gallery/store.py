"""An organisation's own templates as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from designer.gallery._tables import FlowTemplate
from designer.gallery.model import Template, TemplateError, parse_template
from kernel.errors import ConflictError, Problem
from kernel.ids import new_id
from runtime.runs.blobs import size_of
from tenancy.rows import get_owned

TEMPLATES_MAX = 200
TEMPLATE_MAX_BYTES = 1_000_000


def keep_template(
    session: Session, tenant_id: UUID, *, document: Mapping[str, Any], by: str, now: datetime
) -> Template:
    """Keep a template for the organisation.

    Raises:
        TemplateError: it is none, or too large.
        ConflictError: the organisation has as many as it may.
    """
    key = new_id()
    _require_small(document)
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


def _require_small(document: Mapping[str, Any]) -> None:
    sizes = {part: size_of(held) for part, held in document.items()}
    size_bytes = sum(sizes.values())
    if size_bytes > TEMPLATE_MAX_BYTES:
        part = max(sizes, key=lambda one: sizes[one])
        message = (
            f"{part}: the template has {size_bytes:,} bytes, {sizes[part]:,} of them here, and at "
            f"most {TEMPLATE_MAX_BYTES:,} are kept: take out what it can do without"
        )
        raise TemplateError(
            "the template is too large to keep", problems=[Problem(f"/{part}", message)]
        )


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
