"""Builders of plans, and of who looks after whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from kernel.acting import Acting
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.plans.assigning import put_on_plan
from tenancy.plans.store import PlanView, Wanted, make_plan
from tenancy.roles import permissions_of
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON


def keeper_of(session: Session, customer: OrganisationView) -> Acting:
    """Give the admin of the CSP that a customer stands under."""
    assert customer.parent_id is not None
    csp = get_organisation(session, customer.parent_id)
    return acting_for(csp)


def acting_for(one: OrganisationView) -> Acting:
    """Give an admin of an organisation."""
    return Acting(
        tenant_id=one.id,
        tenant_slug=one.slug,
        tenant_name=one.name,
        tenant_kind=one.kind,
        person_id=None,
        person_name="Nora",
        role="admin",
        permissions=permissions_of("admin"),
    )


def make_plan_of(
    session: Session, customer: OrganisationView, name: str = "Basic", **terms: Any
) -> PlanView:
    """Make a plan of a customer's CSP."""
    who = keeper_of(session, customer)
    with as_tenant(session, who.tenant_id):
        return make_plan(session, who, Wanted(name=name, document=terms), now=NOON)


def on_plan(
    session: Session, customer: OrganisationView, name: str = "Basic", **terms: Any
) -> PlanView:
    """Put a customer on a plan made for it."""
    plan = make_plan_of(session, customer, name, **terms)
    who = keeper_of(session, customer)
    with as_tenant(session, who.tenant_id):
        put_on_plan(session, who, customer.id, plan.id, now=NOON)
    return plan
