"""The tree of organisations at any depth: who may stand where, and what is above and below."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError
from tenancy.customers.charge import CustomerFilter, list_customers
from tenancy.customers.moving import move_customer, rename_customer
from tenancy.environments import make_environment
from tenancy.organisations import DEPTH_MAX, ancestors_of, descendants_of, get_organisation
from tests.factories.organisations import admin_of, bring_to, make_below
from tests.factories.tenancy import NOON, make_csp, make_customer


def test_resellers_have_customers_and_resellers_of_their_own(session: Session) -> None:
    csp = make_csp(session)
    reseller = make_below(session, csp, "reseller", "R")
    inner = make_below(session, reseller, "reseller", "Inner")
    customer = make_below(session, inner, "customer", "C")
    part = make_below(session, customer, "customer", "Part")

    assert [one.name for one in descendants_of(session, csp.id)] == ["C", "Inner", "Part", "R"]
    assert [one.kind for one in ancestors_of(session, part.id)] == [
        "customer",
        "reseller",
        "reseller",
        "csp",
        "vendor",
    ]


def test_a_reseller_stands_under_no_customer(session: Session) -> None:
    with pytest.raises(InvalidError, match="a reseller stands under a csp or reseller"):
        make_below(session, make_customer(session), "reseller")


def test_the_tree_has_an_end_that_says_so(session: Session) -> None:
    last = make_csp(session)
    for _ in range(DEPTH_MAX - 2):
        last = make_below(session, last, "reseller")

    with pytest.raises(InvalidError, match=f"the last of {DEPTH_MAX} levels"):
        make_below(session, last)


def test_environments_are_no_customers(session: Session) -> None:
    csp = make_csp(session)
    live = make_below(session, csp)

    make_environment(session, who=admin_of(live), name="Test", now=NOON)

    assert [one.id for one in descendants_of(session, csp.id)] == [live.id]
    found = list_customers(session, admin_of(csp), CustomerFilter(), limit=9)
    assert [one.id for one in found] == [live.id]


def test_a_move_takes_along_what_is_below(session: Session) -> None:
    csp = make_csp(session)
    one, other = (make_below(session, csp, "reseller", name) for name in ("One", "Other"))
    customer = make_below(session, one)

    move_customer(session, admin_of(csp), one.id, other.id, now=NOON)

    assert [each.id for each in ancestors_of(session, customer.id)][:2] == [one.id, other.id]


def test_nothing_is_moved_below_itself(session: Session) -> None:
    csp = make_csp(session)
    outer = make_below(session, csp, "reseller")
    inner = make_below(session, outer, "reseller")

    with pytest.raises(InvalidError, match="stands below"):
        move_customer(session, admin_of(csp), outer.id, inner.id, now=NOON)


def test_a_move_makes_the_tree_no_deeper_than_it_may_be(session: Session) -> None:
    csp = make_csp(session)
    chain = [make_below(session, csp, "reseller")]
    for _ in range(DEPTH_MAX - 4):
        chain.append(make_below(session, chain[-1], "reseller"))
    pair = make_below(session, csp, "reseller")
    make_below(session, make_below(session, pair, "reseller"))

    with pytest.raises(InvalidError, match=f"deeper than {DEPTH_MAX} levels"):
        move_customer(session, admin_of(csp), pair.id, chain[-1].id, now=NOON)


def test_nothing_moves_to_another_csp(session: Session) -> None:
    csp, other = make_csp(session), make_csp(session)
    customer = make_below(session, csp)

    with pytest.raises(NotFoundError):
        move_customer(session, admin_of(csp), customer.id, other.id, now=NOON)

    assert get_organisation(session, customer.id).parent_id == csp.id


def test_nothing_moves_under_who_is_not_at_work(session: Session) -> None:
    csp = make_csp(session)
    reseller, customer = make_below(session, csp, "reseller"), make_below(session, csp)
    bring_to(session, reseller, "suspended")

    with pytest.raises(ConflictError, match="is suspended"):
        move_customer(session, admin_of(csp), customer.id, reseller.id, now=NOON)


def test_nobody_changes_whom_they_do_not_look_after(session: Session) -> None:
    stranger = make_customer(session)

    for who in (make_csp(session), make_customer(session)):
        with pytest.raises(NotFoundError):
            rename_customer(session, admin_of(who), stranger.id, "Mine", now=NOON)


def test_a_vendor_looks_after_its_csps_and_not_after_their_customers(session: Session) -> None:
    csp = make_csp(session)
    make_below(session, csp)
    vendor = get_organisation(session, csp.parent_id or csp.id)

    found = list_customers(session, admin_of(vendor), CustomerFilter(), limit=9)

    assert [one.id for one in found] == [csp.id]
