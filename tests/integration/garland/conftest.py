"""A world with a fake clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from garland.services import Services
from garland.settings import Settings
from kernel.secrets import new_key
from tests.factories.schedules import ClockedWorld
from tests.factories.tenancy import make_customer


@pytest.fixture
def world(
    database_url: str, sessions: sessionmaker[Session], tmp_path: Path
) -> Iterator[ClockedWorld]:
    services = Services(
        Settings(
            data_dir=tmp_path,
            database_url=database_url,
            redis_url="redis://127.0.0.1:1/0",  # nobody answers there: wake-ups are lost
            secret_key="a secret of tests",
            encryption_keys=new_key(),
            public_url="http://localhost",
        )
    )
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
    yield ClockedWorld(services=services, sessions=sessions, tenant_id=tenant_id)
    services.engine.dispose()
