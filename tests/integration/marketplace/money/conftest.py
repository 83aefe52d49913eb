"""A small market whose lamp workflows use."""

from __future__ import annotations

import pytest

from blocks.registry import Standing
from tests.factories.money import (
    Market,
    by_use,
    make_market,
    price_it,
    share_it,
)
from tests.integration.marketplace.money.lamps import (
    Sessions,
    put_lamp_on_shelf,
)


@pytest.fixture
def market(sessions: Sessions) -> Market:
    put_lamp_on_shelf(sessions, Standing.INSTALLED)
    with sessions.begin() as session:
        market = make_market(session)
        price_it(session, market.publisher, by_use(7))
        price_it(session, market.csp, by_use(12))
        share_it(session, market, 2_500)
    return market
