"""The workbench of a fresh tenant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench


@pytest.fixture
def bench(sessions: sessionmaker[Session]) -> Iterator[Bench]:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
    bench = Bench(sessions=sessions, tenant_id=tenant_id)
    yield bench
    bench.pool.close(within_s=0)
