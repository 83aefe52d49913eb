"""Processes that meet at the same moment, on a database where they really can: PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from runtime.runs import drain as drain_module
from runtime.runs._tables import StepRecord
from runtime.runs.ending import after_end
from runtime.runs.start import Start, start_run
from tenancy.scope import system
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

NAP: dict[str, Any] = {"nap": step("wait", config={"for_s": 60})}
CALL: dict[str, Any] = {
    "call": step("http-request", config={"method": "POST", "url": "https://api.test/x"})
}


@pytest.fixture(autouse=True)
def on_postgresql(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--database") == "sqlite":
        pytest.skip("SQLite lets one write at a time")


def begin(action: Callable[[], Any]) -> Callable[[], Any]:
    """Begin something in another thread; give a function that waits for what it gives."""
    given: list[Any] = []
    thread = Thread(target=lambda: given.append(action()))
    thread.start()
    time.sleep(0.3)  # long enough to be held up by what the caller holds

    def end() -> Any:
        thread.join(10)
        return given[0] if given else None

    return end


@contextmanager
def held_before_its_commit(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Advance a batch in another thread, which waits to commit until the event is set."""
    ended, commit = Event(), Event()

    def slowly(session: Session, *given: Any, **named: Any) -> None:
        after_end(session, *given, **named)
        ended.set()
        commit.wait(10)

    monkeypatch.setattr(drain_module, "after_end", slowly)
    thread = Thread(target=lambda: bench.drain.advance_batch(now=bench.now))
    thread.start()
    assert ended.wait(10)
    yield commit
    commit.set()
    thread.join(10)


def start_keyed(bench: Bench, flow: Any, session: Session) -> None:
    start = Start(trigger={"kind": "manual", "input": {}}, dedup_key="one")
    start_run(session, bench.tenant_id, flow, start, now=bench.now)


def test_a_result_is_written_though_its_lease_is_renewed_at_that_moment(bench: Bench) -> None:
    bench.start(bench.publish(CALL, ["hand > call"]))
    bench.drain.advance_batch(now=bench.now)
    claim = bench.pool.claim(now=bench.now)
    assert claim is not None

    with bench.sessions.begin() as session, system(session):
        mine = update(StepRecord).where(StepRecord.id == claim.record.id)
        session.execute(mine.values(due_at=bench.now + timedelta(seconds=15)))
        perform = begin(lambda: bench.pool.perform(claim))

    assert perform() is True


def test_a_start_at_the_moment_the_run_before_it_ends_gets_its_turn(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = bench.publish(NAP, ["hand > nap"], settings={"concurrency": {"policy": "queue"}})
    bench.run(flow)
    bench.now += timedelta(seconds=61)

    with held_before_its_commit(bench, monkeypatch) as commit:
        started = begin(lambda: bench.start(flow))
        commit.set()
    second = started()
    bench.go(after_s=1)
    bench.go(after_s=61)

    assert bench.view(second).state.value == "succeeded"


def test_a_start_that_replaces_a_run_which_is_just_ending_waits_for_it_without_a_deadlock(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = bench.publish(NAP, ["hand > nap"], settings={"concurrency": {"policy": "replace"}})
    first = bench.run(flow)
    bench.now += timedelta(seconds=61)

    with held_before_its_commit(bench, monkeypatch) as commit:
        started = begin(lambda: bench.start(flow))
        commit.set()
    second = started()
    bench.go()

    assert bench.view(first).state.value == "succeeded"
    assert bench.view(second).state.value == "waiting"


def test_a_second_start_with_the_same_key_does_not_replace_the_first(bench: Bench) -> None:
    flow = bench.publish(NAP, ["hand > nap"], settings={"concurrency": {"policy": "replace"}})

    def again() -> None:
        with bench.writing() as session:
            start_keyed(bench, flow, session)

    with bench.writing() as session:
        start_keyed(bench, flow, session)
        done = begin(again)
    done()
    bench.go()

    assert [one.state.value for one in bench.runs_of(flow)] == ["waiting"]
