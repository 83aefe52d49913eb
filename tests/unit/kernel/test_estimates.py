"""What SQLite's planner is told, and that it plans by it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

QUESTIONS = {
    "some runs by their keys": (
        "SELECT 1 FROM run WHERE tenant_id = 't' AND id IN (1, 2, 3, 4, 5)",
        "sqlite_autoindex_run_1",
    ),
    "some alarms by their keys": (
        "SELECT 1 FROM alarm WHERE tenant_id = 't' AND id IN (1, 2, 3, 4, 5)",
        "sqlite_autoindex_alarm_1",
    ),
    "a run's steps": (
        "SELECT 1 FROM step_record WHERE tenant_id = 't' AND run_id IN (1, 2, 3)",
        "run_id=?",
    ),
    "runs under way": (
        "SELECT 1 FROM run WHERE tenant_id = 't' AND ended_at IS NULL AND parked IS 0",
        "COVERING INDEX ix_run_active",
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_fresh_database_is_asked_by_what_finds_least(name: str, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps statistics of its own")
    asked, index = QUESTIONS[name]

    with engine.connect() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()

    assert index in str(plan)
