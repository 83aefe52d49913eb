"""A tenant to hold workflows, and the REST interface as its programs see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from garland.app import create_app
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.secrets import new_key
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.tenancy import make_customer

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def tenant_id(session: Session) -> Iterator[UUID]:
    """A customer the session is bound to."""
    customer = make_customer(session)
    with as_tenant(session, customer.id):
        yield customer.id


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


@pytest.fixture
def client_of(app: Flask, sessions: sessionmaker[Session]) -> ClientOf:
    """Give a function that makes a client with a token of a role, all in one customer."""
    with sessions.begin() as session:
        customer = make_customer(session)

    def make(role: str) -> FlaskClient:
        with sessions.begin() as session, as_tenant(session, customer.id):
            secret = create_token(session, customer.id, name=role, role=role, now=utc_now())
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client

    return make
