"""How fast runs are: throughput, CPU a step, waiting to start, and with a million behind them.

Prints a table each, every figure beside the ceiling of the same database: what its bare driver
commits. `--quick` measures less of everything. Run by `make bench`.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import httpx
from _setup import (
    database,
    execute,
    know_sizes,
    log_to_nowhere,
    make_drain,
    new_tenant,
    open_sessions,
    row,
    start_runs,
    title,
)
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.db import Base
from runtime.runs._tables import Run, StepRecord
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.support.running import running_garland, wait_for
from tests.support.tickets import as_acme

QUICK = "--quick" in sys.argv
RUNS = {5: 1_000 if QUICK else 4_000, 50: 150 if QUICK else 600}
SUSTAINED = 1_000 if QUICK else 12_000
REPEATS = 1 if QUICK else 3
COMMITS = 300 if QUICK else 1_500
STARTED_ONE_BY_ONE = 30 if QUICK else 200
FINISHED = 50_000 if QUICK else 1_000_000
LOOKS = 3
KINDS = ("sqlite", "postgresql")


def main() -> int:
    """Measure and print."""
    log_to_nowhere()
    for kind in KINDS:
        _throughput(kind)
    _latency()
    for kind in KINDS:
        _behind_a_million(kind)
    return 0


# throughput


def _throughput(kind: str) -> None:
    """Runs that stand ready, advanced by one worker and by two."""
    title(f"advance runs of light steps, {kind}", "runs/s", "least", "us CPU/step")
    for steps, runs in RUNS.items():
        found = {
            workers: [_advance(kind, steps, runs, workers) for _ in range(REPEATS)]
            for workers in (1, 2)
        }
        for workers, figures in found.items():
            rates, costs = zip(*figures, strict=True)
            row(f"{steps} steps, {workers} worker(s)", rates, min(rates), costs)
        one, two = (statistics.median(rate for rate, _ in found[workers]) for workers in (1, 2))
        row(f"{steps} steps, two workers to one", two / one)
    title(f"ceiling of the bare driver, {kind}", "commits/s")
    row("one row changed, a commit each", [_ceiling(kind) for _ in range(REPEATS)])
    title(f"started and advanced at the same time, {kind}", "runs/s", "least")
    rates = [_sustained(kind, 5, SUSTAINED) for _ in range(REPEATS)]
    row("5 steps, one process starts, one advances", rates, min(rates))


def _advance(kind: str, steps: int, runs: int, workers: int) -> tuple[float, float]:
    """Give runs a second, and microseconds of CPU for each step."""
    with database(kind) as url:
        _chain(url, steps, runs)
        began, cpu_s = _work(url, workers)
        return runs / (time.perf_counter() - began), cpu_s / runs / steps * 1e6


def _sustained(kind: str, steps: int, runs: int) -> float:
    with database(kind) as url:
        sessions, tenant_id, flow_id = _chain(url, steps, 0)
        context = multiprocessing.get_context("spawn")
        ready = context.Barrier(2)
        worker = context.Process(target=_advance_until, args=(url, ready, runs))
        worker.start()
        ready.wait()
        began = time.perf_counter()
        start_runs(sessions, tenant_id, flow_id, runs)
        worker.join()
        return runs / (time.perf_counter() - began)


def _chain(url: str, steps: int, runs: int) -> tuple[sessionmaker[Session], UUID, UUID]:
    sessions = open_sessions(url)
    tenant_id = new_tenant(sessions)
    with sessions() as session, session.begin(), as_tenant(session, tenant_id):
        flow_id = make_flow(session, tenant_id, chain_document(steps)).id
    start_runs(sessions, tenant_id, flow_id, runs)
    return sessions, tenant_id, flow_id


def _work(url: str, workers: int) -> tuple[float, float]:
    """Let worker processes finish everything; give when they began and their CPU seconds."""
    context = multiprocessing.get_context("spawn")
    ready, spent = context.Barrier(workers + 1), context.Queue()
    arguments = (url, ready, spent)
    processes = [context.Process(target=_advance_all, args=arguments) for _ in range(workers)]
    for process in processes:
        process.start()
    ready.wait()
    began = time.perf_counter()
    for process in processes:
        process.join()
    return began, sum(spent.get() for _ in processes)


def _advance_all(url: str, ready: object, spent: object) -> None:
    """Advance until nothing is due: the body of a worker process."""
    log_to_nowhere()
    drain = make_drain(open_sessions(url, is_patient=True))
    ready.wait()  # type: ignore[attr-defined]
    began = time.process_time()
    idle = 0
    while idle < LOOKS:  # the other worker may hold the last rows for a moment
        idle = 0 if drain.advance_batch(now=utc_now()) else idle + 1
    spent.put(time.process_time() - began)  # type: ignore[attr-defined]


def _advance_until(url: str, ready: object, runs: int) -> None:
    """Advance so many runs, however slowly they come."""
    log_to_nowhere()
    drain = make_drain(open_sessions(url, is_patient=True))
    ready.wait()  # type: ignore[attr-defined]
    done = 0
    while done < runs:
        found = drain.advance_batch(now=utc_now())
        done += found
        if not found:
            time.sleep(0.001)


def _ceiling(kind: str) -> float:
    """Give how often a second the bare driver changes a row and commits, as Garland's are kept."""
    with database(kind) as url:
        sessions, _, _ = _chain(url, 1, 1)
        engine = sessions.kw["bind"]
        changed = text("UPDATE run SET subject = :subject")
        with engine.connect() as connection:
            began = time.perf_counter()
            for number in range(COMMITS):
                connection.execute(changed, {"subject": f"n{number}"})
                connection.commit()
            return COMMITS / (time.perf_counter() - began)


# waiting


def _latency() -> None:
    """From asking for a run to its first step and its end, in a whole Garland at rest."""
    with tempfile.TemporaryDirectory() as folder, running_garland(Path(folder)) as garland:
        with as_acme(Path(folder)) as (session, tenant_id):
            flow_id = make_flow(session, tenant_id, chain_document(5)).id
        firsts, ends = [], []
        address = f"{garland.url}/api/v1/flows/{flow_id}/runs"
        token = {"Authorization": f"Bearer {garland.demo['tokens']['acme']}"}
        with httpx.Client(headers=token, timeout=30) as client:  # one connection, as clients keep
            for _ in range(STARTED_ONE_BY_ONE):
                asked = utc_now()
                run_id = UUID(client.post(address, json={}).json()["id"])
                begun, ended = _times(Path(folder), run_id)
                firsts.append((begun - asked).total_seconds() * 1000)
                ends.append((ended - asked).total_seconds() * 1000)
                time.sleep(0.05)
    title("from asking over REST, whole Garland on SQLite, ms", "p50", "p95", "p99")
    for name, found in (("to the first step", firsts), ("to the end, 5 light steps", ends)):
        row(name, *(statistics.quantiles(found, n=100)[at - 1] for at in (50, 95, 99)))


def _times(data_dir: Path, run_id: UUID) -> tuple[object, object]:
    """Give when a run's first step began and when the run ended."""

    def ended() -> object:
        with as_acme(data_dir) as (session, _):
            return session.scalar(select(Run.ended_at).where(Run.id == run_id))

    end = wait_for(ended, within_s=20, what="the end of a run")
    with as_acme(data_dir) as (session, _):
        begun = session.scalars(select(StepRecord.started_at).where(StepRecord.run_id == run_id))
        return min(begun), end


# a million


def _behind_a_million(kind: str) -> None:
    """The same work with an empty table and with so many finished runs in it."""
    with database(kind) as url:
        sessions, tenant_id, flow_id = _chain(url, 5, 0)
        start_runs(sessions, tenant_id, flow_id, 200)  # warm
        _costs(sessions, tenant_id, flow_id, 200)
        empty = [_costs(sessions, tenant_id, flow_id, 1_000) for _ in range(REPEATS)]
        began = time.perf_counter()
        _fill(url, kind)
        took = time.perf_counter() - began
        _costs(sessions, tenant_id, flow_id, 200)
        full = [_costs(sessions, tenant_id, flow_id, 1_000) for _ in range(REPEATS)]
    title(f"ms a run, 5 light steps, {kind}", "empty", f"{FINISHED:,}", "ratio")
    for at, name in enumerate(("start", "claim and advance")):
        before, after = ([one[at] for one in found] for found in (empty, full))
        ratio = statistics.median(after) / statistics.median(before)
        row(name, before, after, f"{ratio:.2f}")
    row("(seconds to fill the table)", took)


def _costs(
    sessions: sessionmaker[Session], tenant_id: UUID, flow_id: UUID, runs: int
) -> tuple[float, float]:
    """Give milliseconds for starting a run, and for advancing it to its end."""

    def timed(work: Callable[[], None]) -> float:
        began = time.perf_counter()
        work()
        return (time.perf_counter() - began) / runs * 1000

    drain = make_drain(sessions)

    def advance() -> None:
        while drain.advance_batch(now=utc_now()):
            pass

    started = timed(lambda: start_runs(sessions, tenant_id, flow_id, runs))
    return started, timed(advance)


def _fill(url: str, kind: str) -> None:
    """Copy a finished run, each with a record of one step, until a million are there."""
    key, numbers = _SERIES[kind]
    run = _copied(Run, id=key, subject="'copy'")
    record = _copied(StepRecord, id=key, run_id="r.id")
    one_run = "(SELECT * FROM run WHERE ended_at IS NOT NULL LIMIT 1) t"
    one_record = "(SELECT * FROM step_record LIMIT 1) t"
    execute(
        url,
        f"INSERT INTO run {run} FROM {numbers.format(FINISHED)}, {one_run}",
        f"INSERT INTO step_record {record} FROM run r, {one_record} WHERE r.subject = 'copy'",
    )
    know_sizes(url)


_SERIES = {
    "sqlite": (
        "lower(hex(randomblob(16)))",
        """(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {})
        SELECT n FROM c) AS n""",
    ),
    "postgresql": ("gen_random_uuid()", "generate_series(1, {}) AS n"),
}
"""By database, how to make a key and count to a number."""


def _copied(table: type[Base], **changed: str) -> str:
    """Give the columns of a copy and what is chosen for them from `t`."""
    names = table.__table__.columns.keys()
    chosen = ", ".join(changed.get(name, f"t.{name}") for name in names)
    return f"({', '.join(names)}) SELECT {chosen}"


if __name__ == "__main__":
    sys.exit(main())
