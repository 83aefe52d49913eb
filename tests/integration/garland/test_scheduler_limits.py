"""The scheduler's part in limits and retention."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from garland.scheduler import Scheduler
from kernel.clock import utc_now
from runtime.runs._tables import Run
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.limits.conftest import make_bench, set_limits_of

LOG = {"note": step("write-log", config={"message": "x"})}


@pytest.fixture
def bench(sessions: sessionmaker[Session]) -> Bench:
    bench = make_bench(sessions)
    bench.now = utc_now()
    return bench


@pytest.fixture
def scheduler(app: Flask) -> Scheduler:
    return Scheduler(app.extensions["garland.services"])


def test_the_sweep_lets_runs_go_on_that_nobody_else_did(bench: Bench, scheduler: Scheduler) -> None:
    set_limits_of(bench, runs_at_once=1)
    flow = bench.publish(LOG, ["hand > note"])
    _, parked = bench.start(flow), bench.start(flow)
    set_limits_of(bench, runs_at_once=2)

    scheduler.sweep()

    assert bench.view(parked).due_at is not None


def test_only_the_scheduler_that_leads_lets_go_of_what_is_old(
    bench: Bench, scheduler: Scheduler, app: Flask
) -> None:
    run = bench.run(bench.publish(LOG, ["hand > note"]))
    with bench.writing() as session:
        for row in session.scalars(select(Run)):
            row.started_at = row.ended_at = bench.now - timedelta(days=100)
    other = Scheduler(app.extensions["garland.services"])
    assert scheduler.leads()

    other.clear()
    with bench.writing() as session:
        before = set(session.scalars(select(Run.id)))
    scheduler.clear()
    with bench.writing() as session:
        after = set(session.scalars(select(Run.id)))

    assert (before, after) == ({run}, set())
