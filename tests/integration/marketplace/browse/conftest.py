"""A CSP, its customer, and the customer's admin, who find one block: `acme.lamp`."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tests.factories.listed_releases import make_listed_release
from tests.factories.organisations import make_below
from tests.factories.tenancy import make_csp
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
LAMP: dict[str, Any] = {"id": "acme.lamp", "title": "Lamp", "summary": "Switches a lamp."}


@pytest.fixture
def csp(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        make_listed_release(session, **LAMP)
        return make_csp(session)


@pytest.fixture
def customer(sessions: Sessions, csp: OrganisationView) -> OrganisationView:
    with sessions.begin() as session:
        return make_below(session, csp)


@pytest.fixture
def here(customer: OrganisationView) -> str:
    return f"/t/{customer.slug}/marketplace"


@pytest.fixture
def ann(signed_in: SignedIn, customer: OrganisationView) -> FlaskClient:
    return signed_in("admin", customer)
