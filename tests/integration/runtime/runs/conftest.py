"""Acme's workbench, and programs and people of Acme and of somebody else who look at its runs."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.organisations import OrganisationView
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn
from tests.integration.runtime.engine.bench import Bench


@pytest.fixture
def bench(sessions: sessionmaker[Session], acme: OrganisationView) -> Bench:
    """Its clock is the real one: what people do over HTTP is done now."""
    return Bench(sessions=sessions, tenant_id=acme.id, now=utc_now())


@pytest.fixture
def rest(app: Flask, bench: Bench) -> FlaskClient:
    """A program with a token of Acme."""
    return program_of(app, bench)


@pytest.fixture
def stranger(app: Flask, sessions: sessionmaker[Session]) -> FlaskClient:
    """A program with a token of another tenant."""
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    return program_of(app, Bench(sessions=sessions, tenant_id=other.id))


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    """An operator of Acme."""
    return signed_in("operator")


@pytest.fixture
def at(acme: OrganisationView) -> str:
    """The address of Acme's list of runs."""
    return f"/t/{acme.slug}/runs"


def program_of(app: Flask, bench: Bench) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = bench.token()["Authorization"]
    return client
