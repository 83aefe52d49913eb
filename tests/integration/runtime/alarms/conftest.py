"""A tenant that has alarms, and the application that takes them in."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

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
