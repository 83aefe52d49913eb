"""A CSP with a customer, rows of it in every table, and what deletes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Mapper, Session, sessionmaker

from runtime.deleting.listing import get_deletion
from runtime.deleting.model import DeletionView
from runtime.deleting.rounds import Deleting
from tenancy._tables import Organisation
from tenancy.audit.trail import note
from tenancy.organisations import OrganisationView
from tenancy.scope import system
from tests.factories.deletions import LATER
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON, make_csp
from tests.support.owned_rows import OWNED, Maker

Sessions = sessionmaker[Session]
CHAINED = {"audit_entry", "audit_chain", "deletion"}


def name_of(mapper: Mapper[Any]) -> str:
    table: Any = mapper.local_table
    return str(table.name)


def fill(session: Session, organisation: OrganisationView) -> None:
    """Give an organisation a row in every table of tenants, and three entries of its audit."""
    maker = Maker(session, organisation.id)
    maker.made["organisation"] = session.get_one(Organisation, organisation.id)
    with system(session):
        for mapper in OWNED:
            if name_of(mapper) not in CHAINED:
                maker.make(mapper)
    for _ in range(3):
        note(session, organisation.id, "member.added", now=NOON)


@pytest.fixture
def csp(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        return make_csp(session)


@pytest.fixture
def acme(sessions: Sessions, csp: OrganisationView) -> OrganisationView:
    with sessions.begin() as session:
        return make_below(session, csp, name="Acme")


def deleting(sessions: Sessions, **wish: Any) -> Deleting:
    facts = {"pause": lambda _: None, "clock": lambda: LATER, **wish}
    return Deleting(sessions=sessions, reading=sessions, **facts)


def seen(sessions: Sessions, csp: OrganisationView, deletion_id: UUID) -> DeletionView:
    with sessions() as session:
        return get_deletion(session, admin_of(csp), deletion_id)
