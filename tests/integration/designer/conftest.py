"""A decision table to work on, and what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.rules.store import RuleView, create_rule, list_rules
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.tables import make_table_document


def make_table_of(
    sessions: sessionmaker[Session], acme: OrganisationView, **changes: Any
) -> RuleView:
    document = make_table_document(**changes)
    with sessions.begin() as session, as_tenant(session, acme.id):
        return create_rule(session, acme.id, document=document, by="Berta", now=utc_now())


def only_one(sessions: sessionmaker[Session], tenant_id: UUID) -> RuleView:
    with sessions() as session, as_tenant(session, tenant_id):
        [found] = list_rules(session, tenant_id)
        return found


@pytest.fixture
def table(sessions: sessionmaker[Session], acme: OrganisationView) -> RuleView:
    return make_table_of(sessions, acme)
