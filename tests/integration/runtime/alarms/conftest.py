"""A tenant that has alarms, and the application that takes them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from garland.app import create_app
from garland.settings import Settings
from kernel.secrets import new_key
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_customer


@pytest.fixture
def tenant_id(session: Session) -> Iterator[UUID]:
    """A customer the session is bound to."""
    customer = make_customer(session)
    with as_tenant(session, customer.id):
        yield customer.id


@pytest.fixture
def customer_id(sessions: sessionmaker[Session]) -> UUID:
    """A committed customer, for the application to find."""
    with sessions.begin() as session:
        return make_customer(session).id


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application, with a Redis that does not answer."""
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",
        secret_key="a secret of tests",
        encryption_keys=new_key(),
        public_url="http://localhost",
    )
    app = create_app(settings)
    yield app
    app.extensions["garland.services"].engine.dispose()
