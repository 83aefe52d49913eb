"""What a new version would break, in whose workflows, is found exactly, and told with measure."""

from __future__ import annotations

import pytest

from kernel.errors import NotFoundError
from marketplace.impact.finding import impacts_on, own_impact, report_for
from marketplace.impact.model import Breaks
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant
from tests.factories.installs import REACHES_OUT
from tests.factories.market import breaking, bring, install
from tests.factories.organisations import admin_of
from tests.factories.tenancy import make_csp
from tests.integration.marketplace.conftest import Market


def test_of_fifty_tenants_each_breakage_is_found_and_nothing_else(market: Market) -> None:
    digest = market.digests["2.0.0"]
    with market.sessions.begin() as session, as_tenant(session, market.csp.id):
        new = report_for(session, admin_of(market.csp), digest).manifest
        impacts = impacts_on(session, new, digest, [one.id for one in market.customers])

    found = {
        (one.tenant_id, flow.name, wrong.step, wrong.kind.value)
        for one in impacts
        for flow in one.flows
        for wrong in flow.breakages
    }
    right = found & market.seeded
    assert len(market.seeded) == 40
    assert (len(right) / len(found), len(right) / len(market.seeded)) == (1.0, 1.0)
    assert {(one.tenant_id, flow.name) for one in impacts for flow in one.flows} == market.touched


def test_a_csp_reads_numbers_of_each_customer_and_a_vendor_of_each_csp(ten: Market) -> None:
    with ten.sessions.begin() as session:
        vendor = get_organisation(session, ten.csp.parent_id)  # type: ignore[arg-type]
        with as_tenant(session, ten.csp.id):
            mine = report_for(session, admin_of(ten.csp), ten.digests["2.0.0"])
        with as_tenant(session, vendor.id):
            theirs = report_for(session, admin_of(vendor), ten.digests["2.0.0"])

    assert len(mine.lines) == 10
    assert [one.name for one in theirs.lines] == ["CSP"]
    assert theirs.lines[0].counted == mine.total == theirs.total
    assert (mine.total.workflows, mine.total.broken) == (9, 6)
    assert mine.total.breakages[Breaks.PORT] == 2


def test_what_others_have_is_told_to_no_other_csp_and_to_no_customer(ten: Market) -> None:
    digest = ten.digests["2.0.0"]
    with ten.sessions.begin() as session:
        other = make_csp(session)
        with as_tenant(session, other.id):
            assert report_for(session, admin_of(other), digest).total.organisations == 0
        customer = ten.customers[0]
        with as_tenant(session, customer.id), pytest.raises(NotFoundError):
            report_for(session, admin_of(customer), digest)


def test_wider_permissions_are_named_but_to_those_who_agreed_to_them(ten: Market) -> None:
    wide = [{"name": "http", "reason": "To ask", "hosts": ["*.example"]}]
    with ten.sessions.begin() as session:
        first, second = ten.customers[0], ten.customers[1]
        early = bring(session, ten.csp.id, breaking("1.9.0", permissions=wide))
        install(session, second.id, early)
        digest = bring(session, ten.csp.id, breaking("3.0.0", permissions=wide))
        found = []
        for one in (first, second):
            with as_tenant(session, one.id):
                found.append(own_impact(session, one.id, digest))

    assert [one.asks for one in found if one] == [("http to *.example",), ()]


def test_a_required_secret_that_is_new_breaks_each_step(ten: Market) -> None:
    slot = {"slot": "key", "title": "Key", "reason": "To sign in", "accepts": ["bearer"]}
    with ten.sessions.begin() as session:
        customer = ten.customers[0]
        digest = bring(
            session, ten.csp.id, breaking("3.0.0", secrets=[slot], permissions=REACHES_OUT)
        )
        with as_tenant(session, customer.id):
            found = own_impact(session, customer.id, digest)

    assert found is not None
    [flow] = found.flows
    assert [(one.kind, one.step) for one in flow.breakages] == [(Breaks.SECRET, "say")]
