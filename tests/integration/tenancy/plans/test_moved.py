"""Nobody moves away from whose plan they are on, and no stranger is told what they use."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError
from tenancy._tables import Organisation
from tenancy.customers.moving import move_customer
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.plans.assigning import put_on_plan
from tenancy.plans.store import PlanView, Wanted, make_plan
from tenancy.plans.telling import provider_of
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp


@dataclass
class Tree:
    """A CSP with two resellers, and a customer with a part below the first."""

    csp: OrganisationView
    one: OrganisationView
    other: OrganisationView
    customer: OrganisationView
    part: OrganisationView

    @property
    def who(self) -> Acting:
        """Give the CSP's admin."""
        return admin_of(self.csp)


@pytest.fixture
def tree(session: Session) -> Tree:
    csp = make_csp(session)
    one, other = (make_below(session, csp, "reseller", name) for name in ("One", "Other"))
    customer = make_below(session, one, name="Acme")
    return Tree(csp, one, other, customer, make_below(session, customer, name="Part"))


def put(
    session: Session, owner: OrganisationView, customer: OrganisationView, trial_days: int = 0
) -> PlanView:
    """Put a customer on a plan made for it."""
    who = admin_of(owner)
    plan = make_plan(session, who, Wanted(name=f"{owner.name}'s", document={}), now=NOON)
    put_on_plan(session, who, customer.id, plan.id, trial_days=trial_days, now=NOON)
    return plan


def test_who_is_on_a_plan_of_whom_it_would_leave_is_not_moved(session: Session, tree: Tree) -> None:
    put(session, tree.one, tree.part)

    with pytest.raises(ConflictError, match=r"Part \(One's\).* on another plan, or on none"):
        move_customer(session, tree.who, tree.customer.id, tree.other.id, now=NOON)

    assert get_organisation(session, tree.customer.id).parent_id == tree.one.id
    put_on_plan(session, tree.who, tree.part.id, None, now=NOON)
    move_customer(session, tree.who, tree.customer.id, tree.other.id, now=NOON)


def test_nor_is_who_comes_back_to_one_after_a_trial(session: Session, tree: Tree) -> None:
    put(session, tree.one, tree.customer)
    put(session, tree.csp, tree.customer, trial_days=7)

    with pytest.raises(ConflictError, match=r"Acme \(One's\)"):
        move_customer(session, tree.who, tree.customer.id, tree.csp.id, now=NOON)


@pytest.mark.parametrize("owner", ["csp", "one"])
def test_a_plan_of_whoever_stays_above_hinders_no_move(
    session: Session, tree: Tree, owner: str
) -> None:
    put(session, getattr(tree, owner), tree.customer)

    moved = move_customer(session, tree.who, tree.one.id, tree.other.id, now=NOON)

    assert moved.parent_id == tree.other.id


def test_of_what_is_used_only_who_stands_above_is_told(session: Session, tree: Tree) -> None:
    put(session, tree.csp, tree.part)
    above = provider_of(session, tree.part)
    put(session, tree.one, tree.customer)
    session.get_one(Organisation, tree.customer.id).parent_id = tree.other.id
    session.flush()

    found = provider_of(session, get_organisation(session, tree.customer.id))

    assert [one and one.id for one in (above, found)] == [tree.csp.id, tree.other.id]
