"""What a customer has of templates: what was offered, which version it has, what each part became.

The rows are the customer's. Its provider sees which version a customer has, and nothing of what
became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError
from kernel.ids import new_id
from runtime.packs.desk import Desk, Had
from runtime.tenant_templates._tables import (
    TenantTemplate,
    TenantTemplatePart,
    TenantTemplateUse,
)
from runtime.tenant_templates.contents import Contents
from runtime.tenant_templates.store import TemplateView, get_template
from runtime.tenant_templates.versions import get_version
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, Actor, note
from tenancy.customers.charge import get_customer
from tenancy.customers.many.choosing import customers_of
from tenancy.life_cycle.states import State
from tenancy.organisations import OrganisationView
from tenancy.rows import get_owned
from tenancy.scope import as_tenant, system

_HAD = ("kind", "file", "title", "part_id", "is_brought", "document")


@dataclass(frozen=True, slots=True, kw_only=True)
class UseView:
    """What a customer has of one template; `version` is 0 while it is only offered."""

    id: UUID
    tenant_id: UUID
    template_id: UUID | None
    owner_id: UUID | None
    owner_name: str
    name: str
    version: int
    slots: Sequence[Mapping[str, Any]]
    said: Mapping[str, str]
    offered_at: datetime
    offered_by: str
    brought_at: datetime | None
    brought_by: str
    put_away_at: datetime | None

    @property
    def is_here(self) -> bool:
        """Tell whether it was brought, and not only offered."""
        return self.version > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The version of a template that is offered, and since when."""

    number: int
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a customer stands to a template, as its provider sees it."""

    customer: OrganisationView
    version: int
    offered_at: datetime
    brought_at: datetime | None


def list_uses(session: Session, tenant_id: UUID) -> list[UseView]:
    """List what a customer has of templates, and what it was offered, by name."""
    rows = session.scalars(
        select(TenantTemplateUse)
        .where(TenantTemplateUse.tenant_id == tenant_id)
        .order_by(TenantTemplateUse.name, TenantTemplateUse.id)
    )
    return [_view(row) for row in rows]


def get_use(session: Session, tenant_id: UUID, use_id: UUID, *, lock: bool = False) -> UseView:
    """Give one; raises NotFoundError."""
    return _view(_row(session, tenant_id, use_id, lock=lock))


def newest_of(session: Session, use: UseView) -> Newest | None:
    """Give the version that is offered; None where none is any more."""
    if use.template_id is None or use.owner_id is None:
        return None
    with as_tenant(session, use.owner_id):  # what is offered to a customer it may see
        row = session.scalar(
            select(TenantTemplate).where(
                TenantTemplate.tenant_id == use.owner_id, TenantTemplate.id == use.template_id
            )
        )
        if row is None or row.archived_at is not None:
            return None
        version = get_version(session, use.owner_id, row.id, row.latest)
        return Newest(number=version.number, taken_at=version.taken_at)


def had_of(session: Session, use: UseView) -> dict[str, Had]:
    """Give what a template brought, part by part, by file."""
    rows = session.scalars(
        select(TenantTemplatePart)
        .where(TenantTemplatePart.tenant_id == use.tenant_id, TenantTemplatePart.use_id == use.id)
        .order_by(TenantTemplatePart.file)
    )
    return {row.file: Had(**{name: getattr(row, name) for name in _HAD}) for row in rows}


def came_from(session: Session, tenant_id: UUID, part_id: UUID) -> list[UseView]:
    """List the templates that brought something."""
    rows = session.scalars(
        select(TenantTemplateUse)
        .join(TenantTemplatePart, TenantTemplatePart.use_id == TenantTemplateUse.id)
        .where(
            TenantTemplateUse.tenant_id == tenant_id,
            TenantTemplatePart.tenant_id == tenant_id,
            TenantTemplatePart.part_id == part_id,
            TenantTemplatePart.is_brought,
        )
        .order_by(TenantTemplateUse.name)
    )
    return [_view(row) for row in rows.unique()]


def offer(
    session: Session, who: Acting, customer_id: UUID, template_id: UUID, *, now: datetime
) -> UseView:
    """Offer a template to a customer, whose own people look at it and bring it.

    Raises:
        NotFoundError: who acts does not look after the customer, or has no such template.
        ConflictError: it is archived, offered already, or the customer is not at work.
    """
    template = get_template(session, who.tenant_id, template_id)
    customer = get_customer(session, who, customer_id)
    if template.archived_at is not None:
        raise ConflictError(f"{template.name} is archived: offer it again first")
    if not State(customer.state).is_at_work:
        raise ConflictError(f"{customer.name} is {customer.state}: make it active first")
    with as_tenant(session, customer.id):
        if _of(session, customer.id, template_id) is not None:
            raise ConflictError(f"{customer.name} has {template.name}, or was offered it, already")
        row = begin_use(session, who, customer, template, now=now)
    about = About(kind="organisation", id=customer.id, name=customer.name)
    facts: dict[str, Fact] = {"template": template.name, "version": template.latest}
    note(session, who.tenant_id, "tenant_template.offered", now=now, about=about, facts=facts)
    theirs = About(kind="tenant_template", id=template.id, name=template.name)
    by = Actor(name=f"{who.person_name} ({who.tenant_name})", id=who.vouched_by)
    note(session, customer.id, "tenant_template.offered", now=now, about=theirs, by=by)
    return row


def begin_use(
    session: Session,
    who: Acting,
    customer: OrganisationView,
    template: TemplateView,
    *,
    now: datetime,
) -> UseView:
    """Write that a template is offered, in the customer's scope."""
    row = TenantTemplateUse(
        id=new_id(),
        tenant_id=customer.id,
        template_id=template.id,
        owner_id=who.tenant_id,
        owner_name=who.tenant_name,
        name=template.name,
        version=0,
        slots=[],
        said={},
        offered_at=now,
        offered_by=who.person_name,
    )
    session.add(row)
    session.flush()
    return _view(row)


def keep_brought(
    desk: Desk, use: UseView, number: int, contents: Contents, parts: Iterable[Had]
) -> None:
    """Write which version a customer has now, and what each part became."""
    row = _row(desk.session, desk.tenant_id, use.id, lock=True)
    row.version, row.brought_at, row.brought_by = number, desk.now, desk.by
    row.slots, row.put_away_at = contents.document()["slots"], None
    desk.session.execute(
        delete(TenantTemplatePart).where(
            TenantTemplatePart.tenant_id == desk.tenant_id, TenantTemplatePart.use_id == use.id
        )
    )
    for one in parts:
        said = {name: getattr(one, name) for name in _HAD} | {"document": dict(one.document)}
        desk.session.add(
            TenantTemplatePart(id=new_id(), tenant_id=desk.tenant_id, use_id=use.id, **said)
        )
    desk.session.flush()


def keep_said(session: Session, tenant_id: UUID, use_id: UUID, said: Mapping[str, str]) -> UseView:
    """Write what could not be put live by itself, and why."""
    row = _row(session, tenant_id, use_id)
    row.said = dict(said)
    session.flush()
    return _view(row)


def put_away(session: Session, tenant_id: UUID, use_id: UUID, *, now: datetime) -> UseView:
    """Let the first page say no more of it; an offer that was never brought is declined so."""
    row = _row(session, tenant_id, use_id, lock=True)
    row.put_away_at = now
    session.flush()
    return _view(row)


def standings_of(session: Session, who: Acting, template_id: UUID) -> list[Standing]:
    """List the customers that have a template or were offered it, by name, for its provider.

    Who was moved away from under the provider keeps what it has, and is left out.
    """
    get_template(session, who.tenant_id, template_id)
    with system(session):
        rows = session.execute(
            select(
                TenantTemplateUse.tenant_id,
                TenantTemplateUse.version,
                TenantTemplateUse.offered_at,
                TenantTemplateUse.brought_at,
            ).where(
                TenantTemplateUse.owner_id == who.tenant_id,
                TenantTemplateUse.template_id == template_id,
            )
        ).all()
    by_id = {row.tenant_id: row for row in rows}
    return [
        Standing(
            customer=one,
            version=by_id[one.id].version,
            offered_at=by_id[one.id].offered_at,
            brought_at=by_id[one.id].brought_at,
        )
        for one in customers_of(session, who, by_id, those_there=True)
    ]


def _of(session: Session, tenant_id: UUID, template_id: UUID) -> TenantTemplateUse | None:
    return session.scalar(
        select(TenantTemplateUse).where(
            TenantTemplateUse.tenant_id == tenant_id, TenantTemplateUse.template_id == template_id
        )
    )


def _row(
    session: Session, tenant_id: UUID, use_id: UUID, *, lock: bool = False
) -> TenantTemplateUse:
    return get_owned(session, TenantTemplateUse, tenant_id, use_id, name="template", lock=lock)


def _view(row: TenantTemplateUse) -> UseView:
    return UseView(**{name: getattr(row, name) for name in UseView.__slots__})
