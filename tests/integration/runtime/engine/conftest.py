"""The workbench of a fresh tenant."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench


@pytest.fixture
def bench(sessions: sessionmaker[Session]) -> Bench:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
    return Bench(sessions=sessions, tenant_id=tenant_id)
