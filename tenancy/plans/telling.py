"""Mails about plans and use: to whom they go, and which ones a provider wants of its customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import InvalidError, Problem
from tenancy._tables import Membership, Person
from tenancy.audit.trail import note
from tenancy.customers.charge import require_keeper
from tenancy.mails.outbox import Wish, write_mail
from tenancy.organisations import OrganisationView, ancestors_of
from tenancy.plans._tables import Plan, PlanUse, WarningChoice
from tenancy.roles import Role

READERS = (Role.ADMIN, Role.BILLING)
READERS_MAX = 50
USUAL = "end"
CHOICES: Mapping[str, str] = MappingProxyType(
    {
        "all": "Four fifths, the end, and trials a week and a day before",
        "end": "The end alone, and trials a day before",
        "none": "None",
    }
)
"""What a provider is mailed of its customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What a mail tells of one organisation.

    Attributes:
        kind: A template of `templates/mails/`; with `_of_customer` behind it, the provider's.
        path: Where its people can do something about it, below their own address.
        facts: For both templates, beside `organisation` and `provider`.
        is_last: Whether it is the last step: a provider that wants the end alone is told too.
        until: After that it tells of nothing any more.
    """

    kind: str
    path: str
    facts: Mapping[str, str]
    is_last: bool
    until: datetime


def choice_of(session: Session, organisation_id: UUID) -> str:
    """Give what a provider is mailed of its customers: a word of `CHOICES`."""
    row = session.get(WarningChoice, organisation_id)
    return row.of_customers if row is not None else USUAL


def choose(session: Session, who: Acting, wanted: str, *, now: datetime) -> None:
    """Choose what a provider is mailed of its customers.

    Raises:
        NotFoundError: who acts looks after nobody.
        InvalidError: it is no word of `CHOICES`.
    """
    require_keeper(who)
    if wanted not in CHOICES:
        message = f"of_customers: choose of {', '.join(CHOICES)}"
        raise InvalidError(message, problems=[Problem("/of_customers", message)])
    row = session.get(WarningChoice, who.tenant_id) or WarningChoice(organisation_id=who.tenant_id)
    row.of_customers, row.changed_at, row.changed_by = wanted, now, who.person_name
    session.add(row)
    session.flush()
    note(session, who.tenant_id, "warnings.chosen", now=now, facts={"of_customers": wanted})


def provider_of(session: Session, one: OrganisationView) -> OrganisationView | None:
    """Give whom an organisation asks for more: whose plan it is on, else who stands above it.

    A plan's owner that does not stand above it is told nothing of it.
    """
    owner = session.scalar(
        select(Plan.owner_id)
        .join(PlanUse, PlanUse.plan_id == Plan.id)
        .where(PlanUse.organisation_id == one.id)
    )
    above = ancestors_of(session, one.id)
    return next((each for each in above if each.id == owner), above[0] if above else None)


def warn(session: Session, one: OrganisationView, warned: Warned, *, now: datetime) -> int:
    """Mail an organisation's admins and billing, and its provider's where it wants that.

    Gives how many mails were written: none where no mail can be sent from here.
    """
    above = provider_of(session, one)
    facts = {
        **warned.facts,
        "organisation": one.name,
        "provider": above.name if above is not None else "",
    }
    wish = Wish(
        kind=warned.kind,
        to="",
        facts=facts,
        path=f"/t/{one.slug}{warned.path}",
        until=warned.until,
        organisation_id=one.id,
    )
    told = _mail(session, one.id, wish, now=now)
    if above is None or not _wants(session, above.id, is_last=warned.is_last):
        return told
    wish = replace(
        wish,
        kind=f"{warned.kind}_of_customer",
        path=f"/t/{above.slug}/customers/{one.id}",
        organisation_id=above.id,
    )
    return told + _mail(session, above.id, wish, now=now)


def _mail(session: Session, organisation_id: UUID, wish: Wish, *, now: datetime) -> int:
    """Mail each who reads such mails in an organisation."""
    readers = _readers(session, organisation_id)
    return sum(write_mail(session, replace(wish, to=to), now=now) for to in readers)


def _wants(session: Session, provider_id: UUID, *, is_last: bool) -> bool:
    chosen = choice_of(session, provider_id)
    return chosen == "all" or (chosen == "end" and is_last)


def _readers(session: Session, organisation_id: UUID) -> list[str]:
    """List the addresses of those who can do something about it."""
    return list(
        session.scalars(
            select(Person.email)
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.custom_role_id.is_(None),
                Membership.role.in_(READERS),
                Person.is_active,
            )
            .order_by(Membership.created_at, Membership.id)
            .limit(READERS_MAX)
        )
    )
