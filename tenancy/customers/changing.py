"""One change of state for several customers: each goes or says why not, the others still go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import GarlandError, InvalidError
from tenancy.customers.charge import get_customer
from tenancy.life_cycle.changing import Wish, change_state
from tenancy.life_cycle.states import State, may_follow
from tenancy.organisations import OrganisationView

BULK_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a change would do to one customer; `why_not` is empty where it can be done."""

    organisation: OrganisationView
    why_not: str = ""


def look_ahead(
    session: Session, who: Acting, organisation_ids: Iterable[UUID], to: State
) -> list[Outlook]:
    """Say of each customer whether it can come to a state; raises NotFoundError."""
    found = []
    for one_id in dict.fromkeys(organisation_ids):
        one = get_customer(session, who, one_id)
        fits = may_follow(State(one.state), to)
        why_not = "" if fits else f"it is {one.state}"
        found.append(Outlook(organisation=one, why_not=why_not))
    return found


def change_customers(
    session: Session, who: Acting, organisation_ids: Iterable[UUID], wish: Wish, *, now: datetime
) -> list[Outlook]:
    """Bring each customer to a state; give what it came to, with the state it is in now.

    Raises:
        NotFoundError: who acts does not look after one of them; none is changed then.
        InvalidError: the reason or the days; likewise.
    """
    wanted = [get_customer(session, who, one) for one in dict.fromkeys(organisation_ids)]
    found = []
    for one in wanted:
        try:
            with session.begin_nested():
                changed = change_state(session, one.id, wish, who=who, now=now)
            found.append(Outlook(organisation=changed))
        except InvalidError:
            raise
        except GarlandError as error:
            found.append(Outlook(organisation=one, why_not=error.message))
    return found
