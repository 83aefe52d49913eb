"""The deletions that somebody may see: of whom they look after, and of those that stood below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import NotFoundError
from runtime.deleting._tables import Deletion
from runtime.deleting.certificate import digest_of_certificate
from runtime.deleting.model import DeletionView, Stage
from tenancy._tables import Organisation
from tenancy.audit._tables import AuditEntry
from tenancy.customers.charge import NOT_THERE, in_charge, require_keeper
from tenancy.organisations import below
from tenancy.scope import as_tenant, system

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a certificate is what the audit noted.

    Attributes:
        is_whole: Whether its text has the digest that stands beside it.
        number: The number of the audit's entry that names the same digest; None where none does.
        is_kept: Whether the audit still has an entry of it at all.
    """

    is_whole: bool
    number: int | None
    is_kept: bool


def list_deletions(
    session: Session, who: Acting, *, q: str = "", stage: str = "", page: int = 1
) -> tuple[list[DeletionView], int]:
    """Give a page of deletions, the newest first, and how many there are on all pages."""
    require_keeper(who)
    parts = [_visible(who)]
    if q.strip():
        word = q.strip().lower()
        name = func.lower(Deletion.name).contains(word, autoescape=True)
        parts.append(or_(name, Deletion.slug.contains(word, autoescape=True)))
    if stage in {one.value for one in Stage}:
        parts.append(Deletion.stage == Stage(stage))
    wanted = select(Deletion).where(*parts).order_by(Deletion.asked_at.desc(), Deletion.id)
    with system(session):
        rows = session.scalars(wanted.limit(SHOWN).offset((page - 1) * SHOWN)).all()
        total = session.scalar(select(func.count()).select_from(Deletion).where(*parts))
        return [view_of(row) for row in rows], total or 0


def get_deletion(session: Session, who: Acting, deletion_id: UUID) -> DeletionView:
    """Give one deletion that who acts may see; raises NotFoundError."""
    require_keeper(who)
    with system(session):
        row = session.scalar(select(Deletion).where(Deletion.id == deletion_id, _visible(who)))
    if row is None:
        raise NotFoundError(NOT_THERE)
    return view_of(row)


def all_deletions(session: Session) -> list[DeletionView]:
    """List the deletions of the whole installation, the newest first; in system scope."""
    rows = session.scalars(select(Deletion).order_by(Deletion.asked_at.desc(), Deletion.id))
    return [view_of(row) for row in rows]


def verdict_on(session: Session, one: DeletionView) -> Verdict:
    """Hold a certificate against the audit of the organisation that it belongs to."""
    entries = select(AuditEntry.number, AuditEntry.facts).where(
        AuditEntry.tenant_id == one.owner_id,
        AuditEntry.action == "deletion.finished",
        AuditEntry.about_kind == "deletion",
        AuditEntry.about_id == str(one.id),
    )
    with as_tenant(session, one.owner_id):
        found = session.execute(entries).all()
    fitting = [row.number for row in found if row.facts.get("certificate") == one.digest]
    return Verdict(
        is_whole=digest_of_certificate(one.certificate) == one.digest,
        number=fitting[0] if fitting else None,
        is_kept=bool(found),
    )


def view_of(row: Deletion) -> DeletionView:
    """Give what others see of a row."""
    work: dict[str, Any] = row.work
    return DeletionView(
        id=row.id,
        owner_id=row.tenant_id,
        organisation_id=row.organisation_id,
        name=row.name,
        slug=row.slug,
        kind=row.kind,
        stage=row.stage,
        reason=row.reason,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        due_at=row.due_at,
        cancelled_at=row.cancelled_at,
        cancelled_by=row.cancelled_by,
        begun_at=row.begun_at,
        finished_at=row.finished_at,
        problem=row.problem,
        rows=sum(work.get("rows", {}).values()),
        gone=sum(work.get("gone", {}).values()),
        certificate=row.certificate,
        digest=row.digest,
    )


def _visible(who: Acting) -> ColumnElement[bool]:
    """Say of a deletion that who acts may see it.

    One that is over belongs to whom the organisation stood under, and is seen from above; a
    vendor's are its CSPs'. An open one is seen by whoever looks after the organisation now: it may
    have been moved since it was asked for.
    """
    stood = Deletion.tenant_id == who.tenant_id
    if who.tenant_kind != "vendor":
        stood = or_(stood, Deletion.tenant_id.in_(select(below(who.tenant_id).c.id)))
    is_open = Deletion.stage.in_([one for one in Stage if one.is_open])
    theirs = Deletion.organisation_id.in_(select(Organisation.id).where(in_charge(who)))
    return or_(and_(is_open, theirs), and_(~is_open, stood))
