"""Whom an organisation looks after: a CSP or reseller all that stand below it, a vendor its CSPs.

What it sees of them is their facts and figures, never what is in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import InvalidError, NotFoundError, Problem
from tenancy._tables import Organisation, OrganisationKind
from tenancy.life_cycle.states import AT_WORK, State
from tenancy.organisations import (
    HAVE_CUSTOMERS,
    OrganisationView,
    below,
    is_no_environment,
    view_of,
)

NOT_THERE = "There is nothing at this address, or it is not yours to see."


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFilter:
    """Which customers are meant; "" asks for nothing.

    Attributes:
        q: A part of the name or of the short name.
        under: The id of the organisation that they stand below at any depth.
    """

    q: str = ""
    state: str = ""
    kind: str = ""
    under: UUID | None = None


def kinds_below(kind: str) -> tuple[str, ...]:
    """List the kinds that an organisation of a kind may add below itself.

    >>> kinds_below("csp"), kinds_below("customer")
    (('customer', 'reseller'), ())
    """
    if kind == "vendor":
        return ("csp",)
    return ("customer", "reseller") if kind in HAVE_CUSTOMERS else ()


def require_keeper(who: Acting) -> None:
    """Let only organisations that look after others go on; raises NotFoundError."""
    if who.tenant_kind not in HAVE_CUSTOMERS:
        raise NotFoundError(NOT_THERE)


def in_charge(who: Acting) -> ColumnElement[bool]:
    """Say, of a row of `organisation`, that who acts looks after it."""
    if who.tenant_kind == "vendor":
        return and_(
            Organisation.parent_id == who.tenant_id, Organisation.kind == OrganisationKind.CSP
        )
    return and_(Organisation.id.in_(select(below(who.tenant_id).c.id)), is_no_environment())


def matching(who: Acting, wanted: CustomerFilter) -> ColumnElement[bool]:
    """Say, of a row of `organisation`, that who acts looks after it and that it is meant.

    Raises:
        InvalidError: there is no such state or kind.
    """
    parts = [in_charge(who)]
    if wanted.q.strip():
        q = wanted.q.strip().lower()
        parts.append(
            or_(
                func.lower(Organisation.name).contains(q, autoescape=True),
                Organisation.slug.contains(q, autoescape=True),
            )
        )
    if wanted.state:
        states = {one.value: one for one in State}
        parts.append(Organisation.state == _one_of(states, wanted.state, "state"))
    if wanted.kind:
        kinds = {one.value: one for one in OrganisationKind}
        parts.append(Organisation.kind == _one_of(kinds, wanted.kind, "kind"))
    if wanted.under is not None:
        parts.append(Organisation.id.in_(select(below(wanted.under).c.id)))
    return and_(*parts)


def list_customers(
    session: Session,
    who: Acting,
    wanted: CustomerFilter,
    *,
    limit: int,
    after: Sequence[str] | None = None,
) -> list[OrganisationView]:
    """List the customers that are meant, by name; `after` is the name and id of the last one."""
    require_keeper(who)
    name = func.lower(Organisation.name)
    query = select(Organisation).where(matching(who, wanted)).order_by(name, Organisation.id)
    if after is not None:
        last, last_id = after[0], _id_of(after[1])
        query = query.where(or_(name > last, and_(name == last, Organisation.id > last_id)))
    return [view_of(row) for row in session.scalars(query.limit(limit))]


def place_of(one: OrganisationView) -> tuple[str, str]:
    """Say where a page that ends with an organisation ended."""
    return one.name.lower(), str(one.id)


def get_customer(session: Session, who: Acting, organisation_id: UUID) -> OrganisationView:
    """Give an organisation that who acts looks after; raises NotFoundError."""
    require_keeper(who)
    meant = Organisation.id == organisation_id
    row = session.scalar(select(Organisation).where(meant, in_charge(who)))
    if row is None:
        raise NotFoundError(NOT_THERE)
    return view_of(row)


def possible_parents(
    session: Session, who: Acting, *, moving: UUID | None = None
) -> list[OrganisationView]:
    """List whose customer one may be: who acts comes first, then its resellers by name.

    Those that are not at work are left out, and so are one that is `moving` and what is below it.
    """
    query = select(Organisation).where(
        or_(
            Organisation.id == who.tenant_id,
            and_(in_charge(who), Organisation.kind == OrganisationKind.RESELLER),
        ),
        Organisation.state.in_(AT_WORK),
    )
    if moving is not None:
        query = query.where(
            Organisation.id != moving, Organisation.id.not_in(select(below(moving).c.id))
        )
    rows = session.scalars(query.order_by(func.lower(Organisation.name), Organisation.id)).all()
    found = [view_of(row) for row in rows]
    return sorted(found, key=lambda one: one.id != who.tenant_id)


def _one_of(known: dict[str, State] | dict[str, OrganisationKind], word: str, name: str) -> object:
    found = known.get(word)
    if found is None:
        message = f"{name}: choose one of " + ", ".join(known)
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return found


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        message = "cursor: use one that a list gave as next_cursor"
        raise InvalidError(message, problems=[Problem("/cursor", message)]) from None
