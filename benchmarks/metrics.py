"""What counting costs, and how long a look at the database takes beside a million finished runs.

The first table is what one observation costs, counted in memory and in files that processes share
(`garland up`); the second how long `/metrics` looks at the database, empty, with finished runs and
with a backlog on top. `benchmarks/metrics.py [postgresql+psycopg://…]` takes another database.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from timeit import timeit
from typing import Any
from uuid import UUID

from _setup import know_sizes
from sqlalchemy import Engine, insert

import garland.tables  # noqa: F401  completes the metadata
from garland.database import upgrade
from kernel.clock import utc_now
from kernel.db import make_engine, make_sessions
from kernel.ids import new_id
from runtime import backlog
from runtime.alarms._tables import JournalEntry
from runtime.flows.lookup import startable
from runtime.metrics import STEP_ATTEMPTS, STEP_SECONDS
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs._tables import Run, RunState, StepRecord, StepState
from runtime.runs.measures import Advanced, tell_batch
from tenancy.scope import as_tenant, guarded, system
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import make_customer

FINISHED = 1_000_000
WAITING = 100_000
DUE = 20_000
STEPS = 5
CALLS = 1_000
OBSERVE = "observe"
CHUNK = 20_000
LOOKS = 9
LEASE_S = 15.0


def main() -> None:
    """Print both tables; or, in the process that measures it, what counting costs."""
    if OBSERVE in sys.argv:
        print(*(best_us(do) for do in (observe_one, count_one, tell_one_batch)))
        return
    print(f"what counting costs, µs (best of 5); a step in a batch of {len(BATCH)} runs of {STEPS}")
    with tempfile.TemporaryDirectory() as folder:
        for name, more in (
            ("in memory", {}),
            (
                "in shared files",
                {"PROMETHEUS_MULTIPROC_DIR": folder, "GARLAND_PROCESS": "worker-1"},
            ),
        ):
            observe, count, batch = observed(more)
            step = batch / len(BATCH) / STEPS
            print(
                f"  {name:<18} histogram {observe:5.2f}   counter {count:5.2f}   step {step:5.2f}"
            )
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/garland.db"
        upgrade(url)
        engine = make_engine(url)
        print("\none look at the database, ms (median and worst of 9)")
        tell("empty", engine)
        place = place_in(engine)
        fill(engine, place, state=RunState.SUCCEEDED, count=FINISHED)
        tell(f"{FINISHED:,} finished runs", engine)
        fill(engine, place, state=RunState.WAITING, count=WAITING)
        fill(engine, place, state=RunState.QUEUED, count=DUE)
        tell(f"and {WAITING:,} waiting, {DUE:,} due of each kind", engine)
        engine.dispose()


def observed(more: dict[str, str]) -> list[float]:
    """Measure in a process of its own: where counts go is decided once."""
    command = [sys.executable, __file__, OBSERVE]
    found = subprocess.check_output(command, env=more, text=True)  # noqa: S603  our own
    return [float(one) for one in found.split()]


def observe_one() -> None:
    """Observe a duration."""
    SECONDS.observe(0.0003)


def count_one() -> None:
    """Count an attempt."""
    ATTEMPTS.inc()


def tell_one_batch() -> None:
    """Count what a batch of runs came to."""
    tell_batch(BATCH, began=0.0)


def best_us(do: Callable[[], None]) -> float:
    """Give how many microseconds something takes."""
    times = [timeit(do, number=CALLS) / CALLS for _ in range(5)]
    return round(min(times) * 1e6, 2)


def tell(name: str, engine: Engine) -> None:
    """Look several times and print how long it took."""
    know_sizes(engine.url.render_as_string(hide_password=False))
    sessions = guarded(make_sessions(engine))

    def look() -> None:
        with sessions() as session, system(session):
            backlog.look(session, now=utc_now(), lease_s=LEASE_S)

    look()
    times = [timed(look) for _ in range(LOOKS)]
    print(f"  {name:<55} {median(times):7.1f} {max(times):7.1f}", flush=True)


def timed(do: Callable[[], None]) -> float:
    """Give how many milliseconds something took."""
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1_000


def fill(engine: Engine, place: Place, *, state: RunState, count: int) -> None:
    """Write runs in one state, each with one attempt, and undone events where they are due."""
    now = utc_now()
    ended = now if state.is_over else None
    due = {RunState.QUEUED: now, RunState.WAITING: now + timedelta(days=1)}.get(state)
    with engine.begin() as connection:
        for first in range(0, count, CHUNK):
            runs = [place.run(state, now, ended, due) for _ in range(min(CHUNK, count - first))]
            connection.execute(insert(Run), runs)
            connection.execute(insert(StepRecord), [attempt_of(run, now) for run in runs])
            if state is RunState.QUEUED:
                connection.execute(insert(JournalEntry), [event_of(run, now) for run in runs])


def attempt_of(run: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Make the one attempt of a run."""
    return {
        "id": new_id(),
        "tenant_id": run["tenant_id"],
        "run_id": run["id"],
        "step": "only",
        "attempt": 1,
        "block": "garland.branch@1.0.0",
        "state": StepState(run["state"].value),
        "config": {},
        "input": {},
        "queued_at": now,
        "ended_at": run["ended_at"],
        "due_at": run["due_at"],
        "worker_group": "",
        "fence": 0,
        "is_unread": False,
    }


def event_of(run: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Make an event that nobody took yet."""
    return {"tenant_id": run["tenant_id"], "received_at": now, "kind": "alarm", "event": {}}


@dataclass(frozen=True)
class Place:
    """Where runs are made: one workflow of one tenant."""

    tenant_id: UUID
    flow_id: UUID
    version_id: UUID

    def run(
        self, state: RunState, now: datetime, ended: datetime | None, due: datetime | None
    ) -> dict[str, Any]:
        """Make a run."""
        return {
            "id": new_id(),
            "tenant_id": self.tenant_id,
            "flow_id": self.flow_id,
            "version_id": self.version_id,
            "state": state,
            "trigger_id": "hand",
            "trigger_kind": "manual",
            "trigger": {"kind": "manual"},
            "subject": "",
            "started_by": "",
            "is_trial": False,
            "allows_effects": True,
            "depth": 0,
            "concurrency_key": "",
            "held": False,
            "started_at": now,
            "ended_at": ended,
            "due_at": due,
        }


def place_in(engine: Engine) -> Place:
    """Make a tenant with a workflow."""
    with guarded(make_sessions(engine)).begin() as session:
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            flow_id = make_flow(session, tenant_id, chain_document(5)).id
            found = startable(session, tenant_id, flow_id)
    if found.version_id is None:
        raise LookupError("it was published a line ago")
    return Place(tenant_id, flow_id, found.version_id)


def advanced() -> Advanced:
    """Make a run as a batch leaves it."""
    now = utc_now()
    columns = Place(new_id(), new_id(), new_id()).run(RunState.SUCCEEDED, now, now, None)
    absent = dict.fromkeys(
        (
            "progress",
            "output",
            "error",
            "parent_run_id",
            "parent_step",
            "parent_attempt",
            "wish",
            "pins",
        )
    )
    run = RunRow(**{name: one for name, one in columns.items() if name != "held"}, **absent)
    step = {**attempt_of(columns, now), "started_at": now}
    return run, [RecordRow(**step) for _ in range(STEPS)], "Flow"


BATCH = [advanced() for _ in range(50)]
SECONDS = STEP_SECONDS.labels("garland.branch")
ATTEMPTS = STEP_ATTEMPTS.labels("garland.branch", "succeeded")

if __name__ == "__main__":
    main()
