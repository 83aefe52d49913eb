"""Shared templates as they are listed: everybody's, those of who looks after one, one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from kernel.cursors import read_place
from kernel.errors import NotFoundError
from marketplace.sharing._tables import SharedTemplate, SharedTemplateVersion
from tenancy.organisations import ancestors_of

EVERYONE, CUSTOMERS = AUDIENCES = ("everyone", "customers")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedView:
    """A shared template with its last version, as whoever asks may see it."""

    id: UUID
    kind: str
    title: str
    summary: str
    owner_name: str
    is_own: bool
    audience: str
    version: int
    note: str
    slots: Sequence[Mapping[str, Any]]
    blocks: Sequence[str]
    revision: int
    is_withdrawn: bool
    changed_at: datetime


def list_shared(
    session: Session,
    tenant_id: UUID,
    *,
    q: str = "",
    limit: int = 50,
    after: Sequence[str] | None = None,
) -> list[SharedView]:
    """List the templates that an organisation sees, its own too, by title."""
    lowered = func.lower(SharedTemplate.title)
    wanted = _visible(session, tenant_id)
    if q:
        words = (SharedTemplate.title, SharedTemplate.summary, SharedTemplate.owner_name)
        wanted = wanted.where(or_(*(one.icontains(q, autoescape=True) for one in words)))
    if after is not None:
        said, last = read_place(after, str, UUID)
        title = func.lower(said)
        wanted = wanted.where(
            or_(lowered > title, and_(lowered == title, SharedTemplate.id > last))
        )
    newest = SharedTemplateVersion.number == SharedTemplate.latest
    found = session.execute(
        wanted.join(
            SharedTemplateVersion,
            and_(SharedTemplateVersion.template_id == SharedTemplate.id, newest),
        )
        .add_columns(SharedTemplateVersion)
        .order_by(lowered, SharedTemplate.id)
        .limit(limit)
    )
    return [view_of(row, version, tenant_id) for row, version in found]


def place_of(one: SharedView) -> list[str]:
    """Give where a page that ends with this template ended, for `after`."""
    return [one.title, str(one.id)]


def get_shared(session: Session, tenant_id: UUID, template_id: UUID) -> SharedView:
    """Give one template that an organisation sees; raises NotFoundError."""
    row = visible_row(session, tenant_id, template_id)
    return view_of(row, version_of(session, row), tenant_id)


def visible_row(session: Session, tenant_id: UUID, template_id: UUID) -> SharedTemplate:
    """Give the row of a template that an organisation sees; raises NotFoundError."""
    wanted = _visible(session, tenant_id).where(SharedTemplate.id == template_id)
    row = session.scalar(wanted)
    if row is None:
        raise NotFoundError("no such template")
    return row


def version_of(session: Session, row: SharedTemplate) -> SharedTemplateVersion:
    """Give the last version of a template."""
    return session.scalars(
        select(SharedTemplateVersion).where(
            SharedTemplateVersion.template_id == row.id,
            SharedTemplateVersion.number == row.latest,
        )
    ).one()


def _visible(session: Session, tenant_id: UUID) -> Select[SharedTemplate]:
    above = [one.id for one in ancestors_of(session, tenant_id)]
    offered: ColumnElement[bool] = or_(
        SharedTemplate.audience == EVERYONE, SharedTemplate.owner_id.in_(above)
    )
    is_offered = and_(offered, SharedTemplate.withdrawn_at.is_(None))
    return select(SharedTemplate).where(or_(SharedTemplate.owner_id == tenant_id, is_offered))


def view_of(row: SharedTemplate, last: SharedTemplateVersion, tenant_id: UUID) -> SharedView:
    """Give a template with a version of it, as an organisation sees it."""
    return SharedView(
        id=row.id,
        kind=row.kind,
        title=row.title,
        summary=row.summary,
        owner_name=row.owner_name,
        is_own=row.owner_id == tenant_id,
        audience=row.audience,
        version=row.latest,
        note=last.note,
        slots=last.slots,
        blocks=last.blocks,
        revision=row.revision,
        is_withdrawn=row.withdrawn_at is not None,
        changed_at=row.changed_at,
    )
