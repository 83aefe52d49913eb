"""An audience chosen on a page: plans ticked, customers found by their names and added one by one.

A form posts `_op=find` to look for customers, `_op=take:<id>` and `_op=leave:<id>` to add one and
to take one out; nothing is kept before the form itself is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.forms import OPERATION
from blocks.forms.reading import Submitted
from kernel.acting import Acting
from marketplace.catalogue.documents import CHOSEN_MAX
from marketplace.catalogue.overlay import Audience, Whom
from tenancy._tables import Organisation
from tenancy.customers.charge import CustomerFilter, in_charge, list_customers
from tenancy.customers.listing import names_of
from tenancy.organisations import OrganisationView
from tenancy.plans.store import list_plans

FOUND_MAX = 10
GONE = "No longer a customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """An audience as a form holds it: ids as text, whatever was sent."""

    whom: str = Whom.ALL.value
    plan_ids: tuple[str, ...] = ()
    customer_ids: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Write it as `marketplace.catalogue.documents` takes it: only what the choice is about."""
        plans = list(self.plan_ids) if self.whom == Whom.PLAN.value else []
        named = list(self.customer_ids) if self.whom == Whom.NAMED.value else []
        return {"whom": self.whom, "plan_ids": plans, "customer_ids": named}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a page shows to choose an audience.

    Attributes:
        plans: The provider's own, id and name.
        customers: Those that are chosen, id and name.
        q: What was looked for; "" where nothing was.
        found: What was found of it, as many as are shown at most; chosen ones are left out.
    """

    chosen: Chosen
    plans: tuple[tuple[str, str], ...]
    customers: tuple[tuple[str, str], ...]
    q: str
    found: tuple[OrganisationView, ...]


def chosen_of(audience: Audience) -> Chosen:
    """Write an audience as a form holds it."""
    return Chosen(
        whom=audience.whom.value,
        plan_ids=tuple(sorted(map(str, audience.plans))),
        customer_ids=tuple(sorted(map(str, audience.customers))),
    )


def read_chosen(form: Submitted) -> Chosen:
    """Read what a form holds, after the button that was pressed."""
    operation = (form.getlist(OPERATION) or [""])[-1]
    verb, _, subject = operation.partition(":")
    customers = dict.fromkeys(form.getlist("customer")[:CHOSEN_MAX])
    if verb == "take" and subject:
        customers[subject] = None
    if verb == "leave":
        customers.pop(subject, None)
    return Chosen(
        whom=(form.getlist("whom") or [Whom.ALL.value])[-1],
        plan_ids=tuple(form.getlist("plan")[:CHOSEN_MAX]),
        customer_ids=tuple(customers),
    )


def choices_for(session: Session, who: Acting, chosen: Chosen, *, q: str = "") -> Choices:
    """Say what may be chosen by the acting provider; `q` looks for customers by their names."""
    names = _names(session, who, chosen.customer_ids)
    wanted = q.strip()
    return Choices(
        chosen=chosen,
        plans=tuple((str(one.id), one.name) for one in list_plans(session, who)),
        customers=tuple((one, names.get(one, GONE)) for one in chosen.customer_ids),
        q=wanted,
        found=_found(session, who, wanted, chosen.customer_ids) if wanted else (),
    )


def _found(
    session: Session, who: Acting, q: str, chosen: Sequence[str]
) -> tuple[OrganisationView, ...]:
    most = FOUND_MAX + len(chosen)
    found = list_customers(session, who, CustomerFilter(q=q), limit=min(most, CHOSEN_MAX))
    return tuple(one for one in found if str(one.id) not in chosen)[:FOUND_MAX]


def _names(session: Session, who: Acting, ids: Sequence[str]) -> Mapping[str, str]:
    """Name those whom the provider looks after; of anybody else not even the name is told."""
    known = [one for one in map(_id, ids) if one is not None]
    if not known:
        return {}
    wanted = select(Organisation.id).where(in_charge(who), Organisation.id.in_(known))
    found = names_of(session, list(session.scalars(wanted)))
    return {str(one): name for one, name in found.items()}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
