"""A tenant whose workflows ask people."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tests.factories.approvals import World


@pytest.fixture
def world(sessions: sessionmaker[Session], acme: OrganisationView) -> World:
    return World(sessions, acme)
