"""How much waits, and since when, by the database alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime import backlog
from runtime.alarms.intake.taking import take_from_api
from runtime.backlog import Backlog, Waiting
from runtime.leases import hold_lease
from runtime.runs._tables import RunState
from runtime.runs.leased import LEASE_S
from tenancy.scope import system
from tests.factories.flows import step
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench

CALL = step("http-request", config={"method": "GET", "url": "http://x.example"})
LIGHT = {"one": step("write-log", config={"message": "x"})}


@pytest.fixture
def bench(sessions: sessionmaker[Session]) -> Bench:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
    return Bench(sessions=sessions, tenant_id=tenant_id)


def look(bench: Bench, *, after_s: float = 0.0) -> Backlog:
    now = bench.now + timedelta(seconds=after_s)
    with bench.sessions() as session, system(session):
        return backlog.look(session, now=now, lease_s=LEASE_S)


def test_nothing_waits_in_an_empty_installation(bench: Bench) -> None:
    assert look(bench) == Backlog(
        journal=Waiting(),
        runs=Waiting(),
        steps={},
        under_way={RunState.QUEUED: 0, RunState.RUNNING: 0, RunState.WAITING: 0},
        waits=0,
        approvals=0,
        step_leases=0,
        lapsed_s=0.0,
        leads_s={},
    )


def test_tells_how_far_the_correlator_is_behind(bench: Bench) -> None:
    for _ in range(2):
        event = {"managed_object": "olt-7", "perceived_severity": "major"}
        with bench.writing() as session:
            take_from_api(session, bench.tenant_id, event, now=bench.now)

    assert look(bench, after_s=7).journal == Waiting(count=2, oldest_s=7.0)


def test_tells_which_runs_are_due_and_for_how_long(bench: Bench) -> None:
    flow = bench.publish(LIGHT, ["hand > one"])
    bench.start(flow)
    bench.start(flow)

    found = look(bench, after_s=5)

    assert found.runs == Waiting(count=2, oldest_s=5.0)
    assert found.under_way[RunState.QUEUED] == 2


def test_tells_by_group_which_steps_wait_for_a_worker(bench: Bench) -> None:
    flow = bench.publish(
        {"near": {**CALL, "worker_group": "site-a"}, "main": CALL}, ["hand > near", "hand > main"]
    )
    bench.start(flow)
    bench.drain.advance_batch(now=bench.now)

    found = look(bench, after_s=3)

    assert found.steps == {
        "": Waiting(count=1, oldest_s=3.0),
        "site-a": Waiting(count=1, oldest_s=3.0),
    }
    assert found.under_way[RunState.RUNNING] == 1


def test_a_step_that_is_performed_is_a_lease_and_not_due(bench: Bench) -> None:
    flow = bench.publish({"call": CALL}, ["hand > call"])
    bench.start(flow)
    bench.drain.advance_batch(now=bench.now)
    bench.pool.claim(now=bench.now)

    found = look(bench, after_s=3)

    assert (found.step_leases, found.lapsed_s, found.steps) == (1, 0.0, {})


def test_tells_for_how_long_a_lease_has_been_over(bench: Bench) -> None:
    flow = bench.publish({"call": CALL}, ["hand > call"])
    bench.start(flow)
    bench.drain.advance_batch(now=bench.now)
    bench.pool.claim(now=bench.now)

    found = look(bench, after_s=LEASE_S + 4)

    assert (found.step_leases, found.lapsed_s) == (0, 4.0)
    assert found.steps[""].count == 1, "another worker is to take it over"


def test_counts_steps_that_wait_and_runs_that_do(bench: Bench) -> None:
    waits = step("wait-for-event", config={"event": "message", "correlation": "T-1"})
    flow = bench.publish({"wait": waits}, ["hand > wait"])
    bench.run(flow)

    found = look(bench)

    assert (found.waits, found.under_way[RunState.WAITING]) == (1, 1)


def test_what_is_over_counts_no_more(bench: Bench) -> None:
    bench.run(bench.publish({"call": CALL}, ["hand > call"]))

    found = look(bench, after_s=600)

    assert sum(found.under_way.values()) == found.runs.count == found.step_leases == 0
    assert found.steps == {}


def test_tells_for_how_long_a_leader_leads(bench: Bench) -> None:
    with bench.sessions.begin() as session:
        hold_lease(session, "scheduler", "me", now=bench.now, for_s=10)

    assert look(bench, after_s=4).leads_s == {"scheduler": 6.0}
    assert look(bench, after_s=12).leads_s == {"scheduler": -2.0}
