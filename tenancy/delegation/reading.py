"""Which grants there are: of a customer, of a provider, of one person; and who stands over whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from kernel.errors import InvalidError, NotFoundError, Problem
from tenancy._tables import Organisation, OrganisationKind, Person
from tenancy.delegation._tables import BreakGlassPolicy, GrantState, SupportGrant
from tenancy.delegation.rules import PROVIDERS, GrantView, is_active, is_open
from tenancy.organisations import OrganisationView, ancestors_of, find_by_slug, view_of
from tenancy.scope import as_tenant

SHOWN = 100
OFFERED = 200
NAMED_BY_ROW = ("state", "kind", "minutes", "reason", "asked_at", "asked_by", "decided_at")
_MORE = ("decided_by", "ends_at", "ended_at", "ended_by", "seen_at", "seen_by")

_customer, _provider = aliased(Organisation), aliased(Organisation)


def grants_of_customer(session: Session, customer_id: UUID) -> list[GrantView]:
    """List the grants to a customer's organisation, the newest first."""
    return _listed(session, SupportGrant.customer_id == customer_id)


def grants_of_provider(session: Session, provider_id: UUID) -> list[GrantView]:
    """List the grants of a provider's support, the newest first."""
    return _listed(session, SupportGrant.provider_id == provider_id)


def get_grant(session: Session, organisation_id: UUID, grant_id: UUID) -> GrantView:
    """Give a grant of either side; raises NotFoundError."""
    mine = (SupportGrant.customer_id == organisation_id) | (
        SupportGrant.provider_id == organisation_id
    )
    found = _listed(session, mine, SupportGrant.id == grant_id)
    if not found:
        raise NotFoundError("no such access")
    return found[0]


def active_in(session: Session, customer_id: UUID, *, now: datetime) -> list[GrantView]:
    """List the grants that hold in a customer at this moment."""
    return _listed(session, SupportGrant.customer_id == customer_id, *_holds(now))


def active_of(session: Session, person_id: UUID, *, now: datetime) -> list[GrantView]:
    """List the grants that hold and may be this person's: whether they are is asked apart."""
    theirs = (SupportGrant.person_id == person_id) | SupportGrant.person_id.is_(None)
    return _listed(session, theirs, *_holds(now))


def open_asks(grants: Sequence[GrantView], *, now: datetime) -> list[GrantView]:
    """Give those that still wait for an answer."""
    return [one for one in grants if is_open(one.kind, one.state, one.asked_at, now=now)]


def holding(grants: Sequence[GrantView], *, now: datetime) -> list[GrantView]:
    """Give those that hold at this moment."""
    return [one for one in grants if is_active(one.state, one.ends_at, now=now)]


def providers_of(session: Session, customer_id: UUID) -> list[OrganisationView]:
    """List who may be let in: the providers above a customer, the nearest first."""
    return [one for one in ancestors_of(session, customer_id) if one.kind in PROVIDERS]


def is_over(session: Session, provider_id: UUID, customer_id: UUID) -> bool:
    """Tell whether a provider stands above a customer, however far."""
    return provider_id in {one.id for one in providers_of(session, customer_id)}


def customer_below(session: Session, provider_id: UUID, slug: str) -> OrganisationView:
    """Give the customer below a provider that has a short name.

    Raises:
        InvalidError: nobody below has it; whether another has it is not told.
    """
    found = find_by_slug(session, slug.strip().lower())
    if found is None or not is_over(session, provider_id, found.id):
        message = "customer: none of your customers has this short name"
        raise InvalidError(message, problems=[Problem("/customer", message)])
    return found


def customers_below(session: Session, provider_id: UUID) -> list[OrganisationView]:
    """List the organisations below a provider, by name; as many as a form offers."""
    tree = select(Organisation.id).where(Organisation.parent_id == provider_id).cte(recursive=True)
    tree = tree.union(select(Organisation.id).where(Organisation.parent_id == tree.c.id))
    rows = session.scalars(
        select(Organisation)
        .where(
            Organisation.id.in_(select(tree.c.id)),
            Organisation.kind != OrganisationKind.INTEGRATOR,
        )
        .order_by(Organisation.name)
        .limit(OFFERED)
    )
    return [view_of(row) for row in rows]


def allows_glass(session: Session, customer_id: UUID) -> bool:
    """Tell whether a customer lets its provider break the glass; it does until it says no."""
    with as_tenant(session, customer_id):
        found = session.scalar(
            select(BreakGlassPolicy.tenant_id).where(BreakGlassPolicy.tenant_id == customer_id)
        )
    return found is None


def _holds(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (SupportGrant.state == GrantState.GRANTED, SupportGrant.ends_at > now)


def _listed(session: Session, *where: ColumnElement[bool]) -> list[GrantView]:
    rows = session.execute(_wanted().where(*where).order_by(SupportGrant.id.desc()).limit(SHOWN))
    return [_view(*row) for row in rows]


def _wanted() -> Select[SupportGrant, Organisation, Organisation, str | None]:
    return (
        select(SupportGrant, _customer, _provider, Person.name)
        .join(_customer, _customer.id == SupportGrant.customer_id)
        .join(_provider, _provider.id == SupportGrant.provider_id)
        .outerjoin(Person, Person.id == SupportGrant.person_id)
    )


def _view(
    row: SupportGrant, customer: Organisation, provider: Organisation, person: str | None
) -> GrantView:
    return GrantView(
        id=row.id,
        customer_id=customer.id,
        customer=customer.name,
        customer_slug=customer.slug,
        provider_id=provider.id,
        provider=provider.name,
        person_id=row.person_id,
        person=person or "",
        role=row.role.value,
        **{name: getattr(row, name) for name in (*NAMED_BY_ROW, *_MORE)},
    )
