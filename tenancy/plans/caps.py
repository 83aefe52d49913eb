"""How much an organisation may spend in a month: said by itself and by who looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import InvalidError, Problem
from tenancy.audit.trail import About, Actor, note
from tenancy.customers.charge import get_customer
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.plans._tables import SpendCap
from tenancy.plans.terms import CENTS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Both caps in cents; None where none is set."""

    own: int | None = None
    provider: int | None = None

    @property
    def cents(self) -> int | None:
        """The one that counts: the lower.

        >>> Caps(own=500, provider=300).cents, Caps().cents
        (300, None)
        """
        return min((one for one in (self.own, self.provider) if one is not None), default=None)


def caps_of(session: Session, organisation_id: UUID) -> Caps:
    """Give the caps of an organisation."""
    rows = session.execute(
        select(SpendCap.by_provider, SpendCap.cents).where(
            SpendCap.organisation_id == organisation_id
        )
    )
    found = {row.by_provider: row.cents for row in rows}
    return Caps(own=found.get(False), provider=found.get(True))


def set_own_cap(session: Session, who: Acting, cents: int | None, *, now: datetime) -> None:
    """Set what who acts may spend in a month, or lift that; raises InvalidError."""
    one = get_organisation(session, who.tenant_id)
    _set(session, one, cents, by_provider=False, by=who.person_name, now=now)
    _note(session, one, cents, now=now, by=None)


def set_cap_of(
    session: Session, who: Acting, organisation_id: UUID, cents: int | None, *, now: datetime
) -> None:
    """Set what a customer may spend in a month, or lift that.

    Raises:
        NotFoundError: who acts does not look after it.
        InvalidError: no such amount.
    """
    one = get_customer(session, who, organisation_id)
    by = f"{who.person_name} ({who.tenant_name})"
    _set(session, one, cents, by_provider=True, by=by, now=now)
    _note(session, one, cents, now=now, by=Actor(name=by, id=who.vouched_by))
    about = About(kind="organisation", id=one.id, name=one.name)
    facts = {"cents": "none" if cents is None else cents}
    note(session, who.tenant_id, "customer.spend_cap_set", now=now, about=about, facts=facts)


def _set(
    session: Session,
    one: OrganisationView,
    cents: int | None,
    *,
    by_provider: bool,
    by: str,
    now: datetime,
) -> None:
    if cents is not None and not 0 <= cents <= CENTS_MAX:
        message = f"cap: an amount from 0 to {CENTS_MAX // 100:,}, or nothing"
        raise InvalidError(message, problems=[Problem("/cap", message)])
    mine = (SpendCap.organisation_id == one.id, SpendCap.by_provider.is_(by_provider))
    session.execute(delete(SpendCap).where(*mine))
    if cents is not None:
        row = SpendCap(
            organisation_id=one.id,
            by_provider=by_provider,
            cents=cents,
            changed_at=now,
            changed_by=by,
        )
        session.add(row)
    session.flush()


def _note(
    session: Session, one: OrganisationView, cents: int | None, *, now: datetime, by: Actor | None
) -> None:
    about = About(kind="organisation", id=one.id, name=one.name)
    facts = {"cents": "none" if cents is None else cents}
    note(session, one.id, "spend_cap.set", now=now, about=about, facts=facts, by=by)
