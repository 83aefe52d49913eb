"""Who froze its versions, or is held back, is not moved; once that is lifted, it is."""

from __future__ import annotations

from marketplace.rollouts import store
from marketplace.rollouts.model import MemberState
from marketplace.rollouts.stops import lift, stop
from tenancy.organisations import get_organisation
from tenancy.policies import change_policy
from tenancy.scope import as_tenant
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON
from tests.integration.marketplace.conftest import Market
from tests.integration.marketplace.test_rollouts import MINUTE, begin, go, moved


def test_who_froze_its_versions_is_moved_once_it_lifts_that(few: Market) -> None:
    customer = few.customers[0]
    with few.sessions.begin() as session, as_tenant(session, customer.id):
        who = admin_of(customer)
        frozen = stop(session, who, "acme.say", reason="Christmas", now=NOON)
    rollout = begin(few, rings=[100])
    go(few)
    before = moved(few, rollout)
    with few.sessions() as session, as_tenant(session, few.csp.id):
        lines = store.member_lines(session, admin_of(few.csp), rollout)
    with few.sessions.begin() as session, as_tenant(session, customer.id):
        lift(session, customer.id, frozen.id, now=NOON)
    go(few, now=NOON + MINUTE)

    assert customer.id not in before
    assert [list(one.told) for one in lines if one.told] == [["frozen"]]
    assert customer.id in moved(few, rollout)


def test_a_csp_holds_what_the_vendor_rolls_out_from_its_customers(few: Market) -> None:
    with few.sessions.begin() as session:
        vendor = get_organisation(session, few.csp.parent_id)  # type: ignore[arg-type]
        with as_tenant(session, few.csp.id):
            stop(session, admin_of(few.csp), "", below=True, reason="Not yet", now=NOON)
        with as_tenant(session, vendor.id):
            who, digest = admin_of(vendor), few.digests["1.1.0"]
            made = store.begin_rollout(session, who, digest, {"rings": [100]}, now=NOON)
    go(few)

    with few.sessions() as session, as_tenant(session, vendor.id):
        [line] = store.member_lines(session, admin_of(vendor), made.id)
    assert (line.name, line.states) == ("CSP", {MemberState.STOPPED: 6})
    assert line.told == ["held: Not yet"]


def test_why_somebody_is_kept_back_names_none_of_its_workflows(few: Market) -> None:
    customer = few.customers[0].id
    with few.sessions.begin() as session, as_tenant(session, customer):
        change_policy(session, customer, {"workflows": "two"}, by="Ann", now=NOON)
    rollout = begin(few, rings=[100])
    go(few)

    with few.sessions() as session, as_tenant(session, few.csp.id):
        lines = store.member_lines(session, admin_of(few.csp), rollout)
    told = [one.told for one in lines if one.told]
    assert told == [["a second person there has to say yes to what goes live"]]
