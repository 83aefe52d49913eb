"""The versions of a template: never changed, so that what a customer has can be looked up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Text, cast, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.acting import Acting
from kernel.errors import NotFoundError
from kernel.ids import new_id
from runtime.tenant_templates._tables import TenantTemplate, TenantTemplateVersion
from runtime.tenant_templates.contents import Contents, read_contents
from tenancy.organisations import OrganisationView
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version; what it holds is read apart (`contents_of`)."""

    number: int
    chosen: Sequence[str]
    outline: Sequence[dict[str, str]]
    digest: str
    model_id: UUID | None
    model_name: str
    note: str
    taken_at: datetime
    taken_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where contents were taken from, by which choice, and what is said of that."""

    model: OrganisationView
    chosen: Collection[str]
    note: str = ""


def list_versions(session: Session, owner_id: UUID, template_id: UUID) -> list[VersionView]:
    """List the versions of a template, the last first."""
    rows = session.scalars(
        select(TenantTemplateVersion)
        .where(
            TenantTemplateVersion.tenant_id == owner_id,
            TenantTemplateVersion.template_id == template_id,
        )
        .order_by(TenantTemplateVersion.number.desc())
    )
    return [_version_view(row) for row in rows]


def get_version(
    session: Session, owner_id: UUID, template_id: UUID, number: int | None = None
) -> VersionView:
    """Give one version, the last where none is named; raises NotFoundError."""
    return _version_view(_version(session, owner_id, template_id, number))


def contents_of(
    session: Session, owner_id: UUID, template_id: UUID, number: int | None = None
) -> Contents:
    """Give what a version holds, the last where none is named; raises NotFoundError."""
    return read_contents(_version(session, owner_id, template_id, number).contents)


def needs_package(
    _tenant_id: InstrumentedAttribute[UUID], digest: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Tell inside a query whether a version of any provider's template holds a block's package."""
    return holds_package(digest)


def holds_package(
    digest: ColumnElement[str] | InstrumentedAttribute[str], *, but: Collection[UUID] = ()
) -> ColumnElement[bool]:
    """Tell inside a query, in system scope, whether a template's version holds a block's package.

    Versions of the providers `but` do not count. What a version holds is searched as text: a digest
    stands nowhere in it but where it is meant.
    """
    held = cast(TenantTemplateVersion.contents, Text).contains(digest)
    return exists().where(held, TenantTemplateVersion.tenant_id.not_in(but))


def add_version(
    session: Session,
    who: Acting,
    row: TenantTemplate,
    contents: Contents,
    origin: Origin,
    *,
    now: datetime,
) -> VersionView:
    """Add the next version to a template's row."""
    row.latest += 1
    row.changed_at, row.changed_by = now, who.person_name
    version = TenantTemplateVersion(
        id=new_id(),
        tenant_id=who.tenant_id,
        template_id=row.id,
        number=row.latest,
        chosen=sorted(origin.chosen),
        contents=contents.document(),
        outline=contents.outline(),
        digest=contents.digest,
        model_id=origin.model.id,
        model_name=origin.model.name,
        note=origin.note.strip(),
        taken_at=now,
        taken_by=who.person_name,
    )
    session.add(version)
    session.flush()
    log.info("tenant_template_taken", template=str(row.id), version=row.latest)
    return _version_view(version)


def latest_of(session: Session, owner_id: UUID, template_id: UUID) -> int:
    """Give the number of a template's last version; raises NotFoundError."""
    return get_owned(session, TenantTemplate, owner_id, template_id, name="template").latest


def _version(
    session: Session, owner_id: UUID, template_id: UUID, number: int | None
) -> TenantTemplateVersion:
    wanted = number if number is not None else latest_of(session, owner_id, template_id)
    row = session.scalar(
        select(TenantTemplateVersion).where(
            TenantTemplateVersion.tenant_id == owner_id,
            TenantTemplateVersion.template_id == template_id,
            TenantTemplateVersion.number == wanted,
        )
    )
    if row is None:
        raise NotFoundError("no such version of a template", number=wanted)
    return row


def _version_view(row: TenantTemplateVersion) -> VersionView:
    names = ("number", "chosen", "outline", "digest", "model_id", "model_name", "note")
    said = {name: getattr(row, name) for name in names}
    return VersionView(**said, taken_at=row.taken_at, taken_by=row.taken_by)
