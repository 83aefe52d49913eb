"""The database finds by an index what is asked often, however long the tables are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms.intake.waiting import waiting_by_tenant, waiting_of_all
from runtime.limits.model import Limits
from runtime.retention.blobs import remove_unused
from runtime.retention.journal import remove_done
from runtime.retention.runs import count_old_runs
from runtime.runs._tables import Run
from runtime.runs.crowding import (
    count_under_way,
    count_waiting,
    let_all_parked_go_on,
    tenants_with_parked,
)
from runtime.runs.places import under_way_by_tenant
from runtime.runs.start import Start, start_run
from tenancy.scope import as_tenant, system
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import NOON, make_customer

Asked = Callable[[Session, UUID], object]
OF_A_TENANT = "ix_run_tenant_id_"
"""Of these PostgreSQL takes any while the table is empty: all cost the same then."""
TABLES = ("run", "journal", "step_record", "blob", "blob_use")

QUESTIONS: dict[str, tuple[Asked, str]] = {
    "under way": (lambda s, t: count_under_way(s, t, at_most=9), "ix_run_active"),
    "waiting": (lambda s, t: count_waiting(s, t, at_most=9), "ix_run_tenant_id_state_started_at"),
    "parked": (lambda s, _: tenants_with_parked(s), "ix_run_parked"),
    "let go on": (lambda s, _: let_all_parked_go_on(s, now=NOON), "ix_run_parked"),
    "steps": (lambda s, _: under_way_by_tenant(s), "ix_step_record_leased"),
    "first and last": (lambda s, _: waiting_of_all(s), "ix_journal_undone"),
    "by tenant": (lambda s, _: waiting_by_tenant(s), "ix_journal_undone"),
    "old runs": (
        lambda s, t: count_old_runs(s, t, Limits(), now=NOON),
        "ix_run_tenant_id_state_started_at",
    ),
    "old trials": (lambda s, t: count_old_runs(s, t, Limits(), now=NOON), "ix_run_trial"),
    "old events": (lambda s, _: remove_done(s, before=NOON), "ix_journal_received_at"),
    "values": (lambda s, _: remove_unused(s, None, now=NOON), "blob"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_asked_often_is_found_by_an_index(
    name: str, engine: Engine, sessions: sessionmaker[Session]
) -> None:
    ask, index = QUESTIONS[name]
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
        if engine.dialect.name == "postgresql":
            _fill(session, tenant_id)
    plans: list[str] = []
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "

    def note(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            own = connection.connection.driver_connection.cursor()
            own.execute(explain + statement, parameters)
            plans.extend(str(row) for row in own.fetchall())

    with sessions.begin() as session, system(session):
        if engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
            index = OF_A_TENANT if index.startswith(OF_A_TENANT) else index
        event.listen(engine, "before_cursor_execute", note)
        try:
            if name in ("under way", "waiting", "old runs", "old trials"):
                with as_tenant(session, tenant_id):
                    ask(session, tenant_id)
            else:
                ask(session, tenant_id)
        finally:
            event.remove(engine, "before_cursor_execute", note)

    assert any(index in plan for plan in plans), "\n".join(plans)
    scans = [plan for plan in plans for table in TABLES if f"SCAN {table}'" in plan]
    assert scans == []


def _fill(session: Session, tenant_id: UUID) -> None:
    """Add finished runs: PostgreSQL chooses by what a table holds, and by chance when empty."""
    with as_tenant(session, tenant_id):
        flow = make_flow(session, tenant_id, chain_document(1))
        start_run(session, tenant_id, flow.id, Start(trigger={"kind": "manual"}), now=NOON)
    changed = {"id": "gen_random_uuid()", "state": "'succeeded'", "ended_at": "started_at"}
    names = Run.__table__.columns.keys()
    chosen = ", ".join({**changed, "due_at": "NULL"}.get(name, name) for name in names)
    copies = f"SELECT {chosen} FROM run, generate_series(1, 3000)"  # noqa: S608  columns of ours
    with system(session):
        session.execute(text(f"INSERT INTO run ({', '.join(names)}) {copies}"))
        session.execute(text("ANALYZE run"))
