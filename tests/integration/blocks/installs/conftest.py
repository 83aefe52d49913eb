"""A tenant with a shelf: what it installs is there for what runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.registry import SHELF, Shelf
from blocks.installs.sandboxing import Sandboxes
from blocks.sandbox.runs import open_pool
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench


@pytest.fixture
def shelved(sessions: sessionmaker[Session], tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    pool = open_pool()
    sessions.configure(info={SHELF: Shelf(tmp_path / "blocks", Sandboxes(lambda: pool))})
    yield sessions
    pool.close()


@pytest.fixture
def bench(shelved: sessionmaker[Session]) -> Bench:
    with shelved.begin() as session:
        tenant_id = make_customer(session).id
    return Bench(sessions=shelved, tenant_id=tenant_id)
