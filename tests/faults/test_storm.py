"""A thousand runs of mixed workflows while everything is killed at random: nothing lost or doubled.

The seed is printed; `GARLAND_STORM_SEED` repeats one, `GARLAND_STORM_RUNS` makes it longer.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmHistory
from runtime.alarms.journal import count_undone
from runtime.flows._tables import FlowRow
from runtime.runs._tables import Run, RunState, StepRecord, StepState
from tests.factories.flows import flow_document, make_flow, step
from tests.faults.conftest import Installation
from tests.support.receiver import Receiver, running_receiver
from tests.support.running import Running, running_garland, wait_for
from tests.support.tickets import add_ticket_workflow, as_acme

pytestmark = pytest.mark.fault

RUNS = int(os.environ.get("GARLAND_STORM_RUNS", "1000"))
SEED = int(os.environ.get("GARLAND_STORM_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
VICTIMS = ("worker", "worker", "correlator", "scheduler", "redis", "web")
PAUSE_S = (1.5, 4.0)


def _post(url: str, **parts: Any) -> dict[str, Any]:
    config = {"method": "POST", "url": url}
    return step("http-request", config=config, input={"body": {}}, **parts)


def _loop(inner: dict[str, Any], block: str, **config: Any) -> dict[str, Any]:
    return step(block, config=config, body={"steps": inner, "wires": []})


def _documents(receiver: Receiver) -> dict[str, dict[str, Any]]:
    """Make the workflows that are started by hand; by name, all different in what they wait for."""
    retry = {"max": 20, "base_s": 1}
    call = _post(receiver.url, retry=retry)
    child = step("call-workflow", config={"flow": "child"})
    until = "item.round >= 2"
    return {
        "Child": flow_document({"call": call}, ["hand > call"], name="Child"),
        "Parent": flow_document({"child": child}, ["hand > child"], name="Parent"),
        "Flaky": flow_document(
            {"call": _post(receiver.at("/flaky"), retry=retry)}, ["hand > call"], name="Flaky"
        ),
        "Each": flow_document(
            {"all": _loop({"call": call}, "for-each", items=[1, 2, 3], at_once=2)},
            ["hand > all"],
            name="Each",
        ),
        "Repeat": flow_document(
            {"again": _loop({"call": call}, "repeat", until=until, pause_s=1)},
            ["hand > again"],
            name="Repeat",
        ),
        "Nap": flow_document(
            {"nap": step("wait", config={"for_s": 2}), "call": call},
            ["hand > nap", "nap > call"],
            name="Nap",
        ),
    }


CALLS = {"Child": 1, "Parent": 1, "Flaky": 1, "Each": 3, "Repeat": 2, "Nap": 1}


def test_a_thousand_mixed_runs_survive_whatever_is_killed(
    tmp_path: Path, installation: Installation
) -> None:
    sys.stdout.write(f"seed {SEED}\n")
    dice = random.Random(SEED)  # noqa: S311  a test
    database_url = installation.database_url
    with (
        running_receiver() as receiver,
        running_garland(tmp_path, **installation.settings) as garland,
    ):
        add_ticket_workflow(tmp_path, receiver.url, database_url=database_url)
        with as_acme(tmp_path, database_url) as (session, tenant_id):
            documents = _documents(receiver)
            flows = {name: make_flow(session, tenant_id, documents[name]).id for name in documents}

        def left() -> int:
            with as_acme(tmp_path, database_url) as (session, _):
                runs = session.scalar(select(func.count(Run.id)).where(Run.ended_at.is_(None)))
                return (runs or 0) + count_undone(session)

        before = left()  # the demo's run that waits for people
        with _killing(garland, database_url, dice):
            started = _start_all(garland, flows, random.Random(SEED + 1))  # noqa: S311
        wait_for(lambda: left() <= before, within_s=180, what="the end of all events and runs")
        with as_acme(tmp_path, database_url) as (session, _):
            _check(session, started, receiver)


def _start_all(garland: Running, flows: dict[str, Any], dice: random.Random) -> Counter[str]:
    """Start the runs, four at a time; a start that got no answer is sent again as it was."""
    chosen = [dice.choice([*CALLS, "alarm"]) for _ in range(RUNS)]

    def start(number: int, name: str) -> None:
        if name == "alarm":
            event = {
                "managed_object": f"storm-{number}",
                "perceived_severity": "critical",
                "attributes": {"site": "test"},
            }
            _insist(partial(garland.send, event))
        else:
            path, key = f"/flows/{flows[name]}/runs", f"storm-{number}"
            _insist(partial(garland.post, path, {}, key=key))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(start, range(RUNS), chosen))
    return Counter(chosen)


def _insist(send: Callable[[], httpx.Response]) -> None:
    def answered() -> bool:
        with suppress(httpx.TransportError):
            return send().status_code in (httpx.codes.OK, httpx.codes.ACCEPTED)
        return False

    wait_for(answered, within_s=180, what="an answer")  # web pauses up to 30 s


@contextmanager
def _killing(garland: Running, database_url: str, dice: random.Random) -> Iterator[None]:
    stopped = threading.Event()

    def kill() -> None:
        while not stopped.wait(dice.uniform(*PAUSE_S)):
            victim = dice.choice([*VICTIMS, "database"] if database_url else VICTIMS)
            with suppress(LookupError, ProcessLookupError, IndexError):
                if victim == "database":
                    _cut_connections(database_url)
                else:
                    os.kill(dice.choice(garland.children(victim)), signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _cut_connections(database_url: str) -> None:
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    engine.dispose()


def _check(session: Session, started: Counter[str], receiver: Receiver) -> None:
    names = {"alarm": "Open a ticket"}
    assert _errors(session, {names.get(name, name) for name in started}) == []
    runs = _runs_by_flow(session)
    for name, number in started.items():
        extra = started["Parent"] if name == "Child" else 0
        assert runs[names.get(name, name)] == {RunState.SUCCEEDED: number + extra}, name
    doubled = session.execute(
        select(StepRecord.run_id, StepRecord.step)
        .where(StepRecord.state == StepState.SUCCEEDED)
        .group_by(StepRecord.run_id, StepRecord.step)
        .having(func.count(StepRecord.id) > 1)
    ).all()
    assert doubled == []
    calls = sum(CALLS.get(name, 1) * number for name, number in started.items())
    assert len(set(receiver.keys)) == calls
    assert _changed_twice(session) == []


def _errors(session: Session, names: set[str]) -> list[Any]:
    """List why runs failed: none should."""
    of_run = select(Run.error).join(FlowRow, FlowRow.id == Run.flow_id)
    return list(session.scalars(of_run.where(Run.error.is_not(None), FlowRow.name.in_(names))))


def _runs_by_flow(session: Session) -> dict[str, dict[RunState, int]]:
    found: dict[str, dict[RunState, int]] = {}
    counted = (
        select(FlowRow.name, Run.state, func.count(Run.id))
        .join(FlowRow, FlowRow.id == Run.flow_id)
        .group_by(FlowRow.name, Run.state)
    )
    for name, state, number in session.execute(counted):
        found.setdefault(name, {})[state] = number
    return found


def _changed_twice(session: Session) -> list[Any]:
    """List alarms in whose history something that the workflow does once stands twice."""
    by_workflow = (AlarmHistory.by == "workflow Open a ticket",)
    return list(
        session.execute(
            select(AlarmHistory.alarm_id, AlarmHistory.kind)
            .where(*by_workflow)
            .group_by(AlarmHistory.alarm_id, AlarmHistory.kind)
            .having(func.count(AlarmHistory.seq) > 1)
        )
    )
