"""Rows of the journal and the history are known by their numbers, so none comes a second time."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmHistory, JournalEntry
from tenancy.scope import as_tenant
from tests.factories.alarms import say
from tests.factories.tenancy import make_customer


@pytest.mark.parametrize("table", [JournalEntry, AlarmHistory])
def test_the_number_of_a_row_that_is_gone_is_not_given_again(session: Session, table: Any) -> None:
    tenant_id = make_customer(session).id
    with as_tenant(session, tenant_id):
        say(session, tenant_id, ("BER1", "major", 0))
        last = session.scalars(select(func.max(table.seq))).one()
        session.execute(delete(table).where(table.tenant_id == tenant_id))

        say(session, tenant_id, ("BER2", "major", 1))

        assert session.scalars(select(func.min(table.seq))).one() > last
