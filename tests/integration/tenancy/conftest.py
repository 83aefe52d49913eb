"""Two tenants with a box each, and a session that is bound to the first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from tenancy.scope import bind
from tests.support.guard_tables import Two, make_two


@pytest.fixture
def two(engine: Engine, sessions: sessionmaker[Session]) -> Two:
    return make_two(engine, sessions)


@pytest.fixture
def bound(sessions: sessionmaker[Session], two: Two) -> Iterator[Session]:
    with sessions() as session:
        bind(session, two.a)
        yield session
