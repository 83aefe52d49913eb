"""What a new version would break, in whose workflows, is found exactly, and told with measure."""

from __future__ import annotations

import pytest

from kernel.errors import NotFoundError
from marketplace.impact.finding import impacts_on, own_impact, report_for
from marketplace.impact.model import Breaks
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant
from tests.factories.market import breaking, bring, install, publish, say
from tests.factories.organisations import admin_of
from tests.factories.tenancy import make_csp
from tests.integration.marketplace.conftest import Market, make_market


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
