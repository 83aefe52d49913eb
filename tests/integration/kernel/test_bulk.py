"""Rows written in bulk are stored as the mapper stores them, and only what changed is written."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.orm import Session, sessionmaker

from kernel.bulk import insert_rows, update_rows
from kernel.ids import new_id
from runtime.alarms._tables import ConditionRow, JournalEntry
from tenancy.scope import system
from tests.factories.tenancy import make_customer
from tests.support.databases import as_owner

AT = datetime(2026, 11, 27, 12, 30, 15, 123456, tzinfo=timezone(timedelta(hours=2)))


def make_tenant(sessions: sessionmaker[Session]) -> UUID:
    with sessions() as session, session.begin():
        return make_customer(session).id


def make_condition(tenant_id: UUID, **given: Any) -> dict[str, Any]:
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "dedup_key": str(new_id()),
        "current_alarm_id": None,
        "raise_count": 1,
        "flap_count": 0,
        "ignored_clear_count": 0,
        "last_clear_at": None,
        "clear_held_until": None,
        "first_seen_at": AT,
        "last_seen_at": AT,
        **given,
    }


def stored(engine: Engine, table: str) -> list[tuple[Any, ...]]:
    """Read rows as the driver gives them, past all column kinds."""
    with as_owner(engine) as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608


def test_every_kind_of_column_is_stored_as_the_mapper_stores_it(
    engine: Engine, sessions: sessionmaker[Session]
) -> None:
    tenant_id = make_tenant(sessions)
    entry = {
        "tenant_id": tenant_id,
        "source_id": None,
        "received_at": AT,
        "kind": "alarm",
        "event": {"text": "Käse %s ? :x", "n": 1.5, "list": [True, None], "big": 2**70},
        "raw": None,
    }
    with sessions() as session, session.begin(), system(session):
        session.execute(insert(JournalEntry), [entry])
        insert_rows(session.connection(), JournalEntry, [entry])

    by_mapper, in_bulk = stored(engine, "journal")

    assert in_bulk[1:] == by_mapper[1:]


def test_changes_reach_the_rows_they_name_and_leave_the_rest(
    sessions: sessionmaker[Session],
) -> None:
    tenant_id = make_tenant(sessions)
    rows = [make_condition(tenant_id) for _ in range(3)]
    later = AT + timedelta(hours=1)
    with sessions() as session, session.begin(), system(session):
        connection = session.connection()
        insert_rows(connection, ConditionRow, rows)

        changes: list[dict[str, Any]] = [
            {"id": rows[0]["id"], "raise_count": 7},
            {"id": rows[1]["id"], "raise_count": 8, "last_clear_at": later},
        ]
        update_rows(connection, ConditionRow, changes)

        found = session.execute(
            select(ConditionRow.raise_count, ConditionRow.last_clear_at).order_by(ConditionRow.id)
        ).all()
    assert [tuple(row) for row in found] == [(7, None), (8, later), (1, None)]


def test_a_second_name_keeps_a_change_from_rows_of_others(
    sessions: sessionmaker[Session],
) -> None:
    mine, theirs = make_tenant(sessions), make_tenant(sessions)
    row = make_condition(theirs)
    with sessions() as session, session.begin(), system(session):
        connection = session.connection()
        insert_rows(connection, ConditionRow, [row])

        change = {"id": row["id"], "tenant_id": mine, "raise_count": 7}
        update_rows(connection, ConditionRow, [change], also="tenant_id")

        assert session.scalar(select(ConditionRow.raise_count)) == 1


def test_a_column_that_only_python_has_a_default_of_must_be_given(
    sessions: sessionmaker[Session],
) -> None:
    row = make_condition(make_tenant(sessions))
    del row["raise_count"]
    with sessions() as session, system(session), pytest.raises(ValueError, match="raise_count"):
        insert_rows(session.connection(), ConditionRow, [row])


def test_nothing_to_write_asks_nothing(sessions: sessionmaker[Session]) -> None:
    with sessions() as session, system(session):
        insert_rows(session.connection(), ConditionRow, [])
        update_rows(session.connection(), ConditionRow, [])

        assert session.scalar(select(func.count()).select_from(ConditionRow)) == 0
