"""The organisation tree, people and memberships."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError
from tenancy import access, members, people
from tenancy.organisations import ancestors_of, children_of, create_organisation
from tests.factories.tenancy import NOON, PASSWORD, make_csp, make_customer, make_member


def test_knows_what_stands_above_and_below(session: Session) -> None:
    csp = make_csp(session)
    made = [
        create_organisation(session, kind="customer", name=name, parent_id=csp.id)
        for name in ("Zeta", "Alpha")
    ]

    assert [one.name for one in children_of(session, csp.id)] == ["Alpha", "Zeta"]
    assert [one.kind for one in ancestors_of(session, made[0].id)] == ["csp", "vendor"]


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        pytest.param({"kind": "vendor"}, "/parent", id="a vendor under a CSP"),
        pytest.param({"kind": "csp"}, "/parent", id="a CSP under a CSP"),
        pytest.param({"kind": "integrator"}, "/parent", id="an integrator under a CSP"),
        pytest.param({"parent_id": None}, "/parent", id="a customer on its own"),
        pytest.param({"kind": "kingdom"}, "/kind", id="no such kind"),
        pytest.param({"name": " "}, "/name", id="no name"),
        pytest.param({"slug": "No Slug"}, "/slug", id="not a short name"),
    ],
)
def test_refuses_what_does_not_fit_the_tree(
    session: Session, facts: dict[str, Any], pointer: str
) -> None:
    csp = make_csp(session)

    with pytest.raises(InvalidError) as caught:
        create_organisation(
            session, **{"kind": "customer", "name": "Acme", "parent_id": csp.id, **facts}
        )

    assert [one.pointer for one in caught.value.problems] == [pointer]


def test_refuses_a_short_name_twice(session: Session) -> None:
    csp = make_csp(session)
    create_organisation(session, kind="customer", name="Acme", slug="acme-1", parent_id=csp.id)

    with pytest.raises(ConflictError):
        create_organisation(session, kind="customer", name="Acme", slug="acme-1", parent_id=csp.id)


def test_a_member_acts_with_the_permissions_of_the_role(session: Session) -> None:
    customer = make_customer(session)
    person = make_member(session, customer, "operator")

    facts = access.acting_for(session, person.id, customer.slug)

    assert facts is not None
    assert (facts.tenant_id, facts.role) == (customer.id, "operator")
    assert "alarms.operate" in facts.permissions
    assert [one.id for one in access.organisations_of(session, person.id)] == [customer.id]


def test_a_csps_admin_does_not_act_in_its_customers(session: Session) -> None:
    csp = make_csp(session)
    customer = create_organisation(session, kind="customer", name="Acme", parent_id=csp.id)
    person = make_member(session, csp)

    assert access.acting_for(session, person.id, customer.slug) is None
    assert access.acting_for(session, person.id, "no-such") is None


def test_an_organisation_keeps_an_admin(session: Session) -> None:
    customer = make_customer(session)
    first, second = make_member(session, customer), make_member(session, customer)
    members.remove_member(session, customer.id, first.id)

    with pytest.raises(ConflictError):
        members.change_role(session, customer.id, second.id, "viewer")
    with pytest.raises(ConflictError):
        members.remove_member(session, customer.id, second.id)


def test_refuses_a_role_that_the_kind_does_not_have(session: Session) -> None:
    customer = make_customer(session)
    person = make_member(session, customer)

    with pytest.raises(InvalidError):
        members.change_role(session, customer.id, person.id, "reviewer")
    with pytest.raises(NotFoundError):
        members.remove_member(session, make_csp(session).id, person.id)


def test_a_member_is_added_once(session: Session) -> None:
    customer = make_customer(session)
    person = make_member(session, customer)

    with pytest.raises(ConflictError):
        members.add_member(session, customer.id, person.id, "viewer", now=NOON)


def test_signs_in_whatever_the_case_of_the_address(session: Session) -> None:
    person = make_member(session, make_customer(session))

    found = people.check_password(session, email=f" {person.email.upper()}", password=PASSWORD)

    assert found == person
    assert people.check_password(session, email=person.email, password="wrong") is None
    assert people.check_password(session, email="x@example.com", password=PASSWORD) is None


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        pytest.param({"email": "no address"}, "/email", id="not an address"),
        pytest.param({"name": ""}, "/name", id="no name"),
        pytest.param({"password": "too short"}, "/password", id="a short password"),
    ],
)
def test_refuses_a_person(session: Session, facts: dict[str, str], pointer: str) -> None:
    wanted = {"email": "anna@example.com", "name": "Anna", "password": PASSWORD, **facts}

    with pytest.raises(InvalidError) as caught:
        people.create_person(session, now=NOON, **wanted)

    assert [one.pointer for one in caught.value.problems] == [pointer]


def test_refuses_an_address_twice(session: Session) -> None:
    wanted = {"name": "Anna", "password": PASSWORD}
    people.create_person(session, email="anna@example.com", now=NOON, **wanted)

    with pytest.raises(ConflictError):
        people.create_person(session, email="Anna@Example.com", now=NOON, **wanted)
