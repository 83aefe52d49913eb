"""A provider's system, and the provider that it is of."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView, get_organisation
from tests.integration.conftest import client_of

Sessions = sessionmaker[Session]


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    with sessions() as session:
        return get_organisation(session, acme.parent_id or acme.id)


@pytest.fixture
def program(app: Flask, sessions: Sessions, csp: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, csp, "curator")
