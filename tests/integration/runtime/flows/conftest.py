"""A tenant to hold workflows, and the REST interface as its programs see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
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
