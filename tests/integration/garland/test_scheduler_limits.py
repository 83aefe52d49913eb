"""The scheduler's part in limits and retention."""

from __future__ import annotations

import operator
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from garland.scheduler import LEASE, LEASE_S, Scheduler
from kernel.clock import utc_now
from runtime._tables import Lease
from runtime.runs._tables import Run
from tests.factories.flows import step
from tests.factories.tenancy import NOON
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


def test_the_scheduler_lets_runs_go_on_that_nobody_else_did(
    bench: Bench, scheduler: Scheduler
) -> None:
    set_limits_of(bench, runs_at_once=1)
    flow = bench.publish(LOG, ["hand > note"])
    _, parked = bench.start(flow), bench.start(flow)
    set_limits_of(bench, runs_at_once=2)

    scheduler.let_parked_go_on()

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


@pytest.mark.parametrize("breaks", ["_clearing.round", "_forget_links", "_notifier.trim"])
def test_a_part_of_clearing_that_breaks_keeps_no_other_from_being_done(
    scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    done: list[str] = []

    def break_it(**_: object) -> None:
        raise RuntimeError("broken")

    for later in ("_archives.clear", breaks):
        where = (
            operator.attrgetter(*later.split(".")[:-1])(scheduler) if "." in later else scheduler
        )
        does = break_it if later == breaks else partial(done.append, later)
        monkeypatch.setattr(where, later.split(".")[-1], does)
    monkeypatch.setattr("garland.scheduler.finish", lambda *_, **__: done.append("finish"))

    scheduler.clear()

    assert done == ["_archives.clear", "finish"]


def test_the_lease_is_renewed_when_a_third_of_it_is_over(app: Flask) -> None:
    now = NOON
    services = app.extensions["garland.services"]
    scheduler = Scheduler(services, clock=lambda: now)

    def fence() -> int:
        with services.sessions() as session:
            found: int = session.scalars(select(Lease.fence).where(Lease.name == LEASE)).one()
            return found

    fences = []
    for passed_s in (0, 1, 3, 4, 5, 8):
        now = NOON + timedelta(seconds=passed_s)
        assert scheduler.leads()
        fences.append(fence())

    first = fences[0]
    assert [one - first for one in fences] == [0, 0, 0, 1, 1, 2]


def test_a_scheduler_that_slept_past_its_lease_asks_again(app: Flask) -> None:
    now = NOON
    services = app.extensions["garland.services"]
    scheduler, other = (Scheduler(services, clock=lambda: now) for _ in range(2))
    assert scheduler.leads()

    now = NOON + timedelta(seconds=LEASE_S + 1)

    assert (other.leads(), scheduler.leads()) == (True, False)
