"""What tests of services share."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.rules.matcher import Matcher
from runtime.services.following import Follower
from tests.factories.tenancy import make_customer
from tests.integration.runtime.services.bench import Bench


@pytest.fixture
def bench(sessions: sessionmaker[Session], matcher: Matcher) -> Bench:
    with sessions.begin() as session:
        tenant = make_customer(session)
    return Bench(sessions, matcher, tenant, Follower(sessions, sessions))
