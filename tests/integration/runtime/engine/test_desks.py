"""What steps keep from run to run, and what is shown of them while they work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from blocks.manifest import parse_manifest
from blocks.registry import Block, Registry, standard_registry
from blocks.sdk import BlockError, Context, Outcome
from kernel.errors import NotFoundError
from runtime.flow_control.removing import delete_flow
from runtime.runs.control import cancel_run
from runtime.step_state._tables import KeptValue
from runtime.step_state.owners import Owner
from runtime.step_state.store import StateFullError, clear_kept, keep_value, list_kept
from tenancy.scope import system
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench
from tests.support.shelves import put_on_shelf
from tests.unit.blocks.test_desk import MANIFEST

STAND_IN = {
    **MANIFEST,
    "id": "garland.http-request",
    "publisher": "garland",
    "config": {"type": "object"},
}
STEPS = {"count": step("http-request", config={"method": "GET", "url": "https://a.example"})}
WIRES = ["hand > count"]


@pytest.fixture
def with_block(bench: Bench) -> Iterator[Callable[[Callable[[Context], Outcome]], None]]:
    """Let steps that call an address run this code instead."""

    def put(run: Callable[[Context], Outcome]) -> None:
        block = Block(manifest=parse_manifest(STAND_IN), run=run, folder=Path())
        others = [one for one in standard_registry().all() if one.manifest.id != STAND_IN["id"]]
        put_on_shelf(bench.sessions, Registry([*others, block]))

    yield put
    bench.pool.close()


def counting(ctx: Context) -> Outcome:
    ctx.state.set("seen", ctx.state.get("seen", 0) + 1)
    return ctx.emit("done", {"seen": ctx.state.get("seen")})


def kept(bench: Bench, flow_id: Any) -> dict[tuple[str, str], Any]:
    with bench.writing() as session:
        found = list_kept(session, bench.tenant_id, flow_id, limit=500)
    return {(one.step, one.key): one.value for one in found}


def test_a_value_is_kept_from_run_to_run(bench: Bench, with_block: Any) -> None:
    with_block(counting)
    flow_id = bench.publish(STEPS, WIRES)

    bench.run(flow_id)
    bench.run(flow_id)

    assert kept(bench, flow_id) == {("count", "seen"): 2}


def test_a_step_that_fails_keeps_nothing(bench: Bench, with_block: Any) -> None:
    def run(ctx: Context) -> Outcome:
        ctx.state.set("seen", 1)
        raise BlockError("probe.silent", "No answer.")

    with_block(run)
    flow_id = bench.publish(STEPS, WIRES)
    bench.run(flow_id)

    assert kept(bench, flow_id) == {}


def test_what_is_kept_goes_with_the_workflow(bench: Bench, with_block: Any) -> None:
    with_block(counting)
    flow_id = bench.publish(STEPS, WIRES)
    bench.run(flow_id)

    with bench.writing() as session:
        delete_flow(session, bench.tenant_id, flow_id, by="Ann", now=bench.now)

    with bench.writing() as session, system(session):
        assert session.scalar(select(func.count()).select_from(KeptValue)) == 0


def test_what_is_kept_can_be_cleared_by_key(bench: Bench, with_block: Any) -> None:
    with_block(counting)
    flow_id = bench.publish(STEPS, WIRES)
    bench.run(flow_id)

    with bench.writing() as session:
        where = (session, bench.tenant_id, flow_id)
        assert clear_kept(*where, step="count", key="other", by="Ann") == 0
        assert clear_kept(*where, step="count", key="seen", by="Ann") == 1

    assert kept(bench, flow_id) == {}


def test_another_tenants_workflow_keeps_nothing_to_see(bench: Bench) -> None:
    with bench.writing() as session, pytest.raises(NotFoundError):
        list_kept(session, bench.tenant_id, bench.tenant_id, limit=5)


def test_progress_is_shown_while_the_step_works(bench: Bench, with_block: Any) -> None:
    said, go_on = threading.Event(), threading.Event()

    def run(ctx: Context) -> Outcome:
        ctx.progress(0.4, "4 of 10")
        said.set()
        go_on.wait(10)
        return ctx.emit("done")

    with_block(run)
    run_id = bench.start(bench.publish(STEPS, WIRES))
    bench.drain.advance_batch(now=bench.now)
    worker = threading.Thread(target=bench.perform_one, daemon=True)
    worker.start()
    assert said.wait(10)

    (found,) = [one for one in bench.steps(run_id) if one.step == "count"]
    go_on.set()
    worker.join(10)
    assert found.progress == {"fraction": 0.4, "text": "4 of 10"}


def test_a_step_hears_that_its_run_was_cancelled(bench: Bench, with_block: Any) -> None:
    begun, heard = threading.Event(), threading.Event()

    def run(ctx: Context) -> Outcome:
        begun.set()
        ends = time.monotonic() + 10
        while not ctx.cancelled and time.monotonic() < ends:
            time.sleep(0.05)
        heard.set()
        return ctx.emit("early")

    with_block(run)
    run_id = bench.start(bench.publish(STEPS, WIRES))
    bench.drain.advance_batch(now=bench.now)
    worker = threading.Thread(target=bench.perform_one, daemon=True)
    worker.start()
    assert begun.wait(10)
    with bench.writing() as session:
        cancel_run(session, bench.tenant_id, run_id, by="Ann", now=bench.now)

    assert heard.wait(5)
    worker.join(10)


def test_the_hundred_and_first_value_is_refused_even_when_another_run_was_quicker(
    bench: Bench,
) -> None:
    flow_id = bench.publish(STEPS, WIRES)
    owner = Owner(bench.tenant_id, flow_id, "count")
    with bench.writing() as session:
        for number in range(100):
            keep_value(session, owner, f"k{number}", number, now=bench.now)

        keep_value(session, owner, "k5", "again", now=bench.now)
        with pytest.raises(StateFullError):
            keep_value(session, owner, "new", 1, now=bench.now)


def test_two_runs_that_keep_the_first_value_at_the_same_moment_both_go_well(bench: Bench) -> None:
    flow_id = bench.publish(STEPS, WIRES)
    owner = Owner(bench.tenant_id, flow_id, "count")
    first_wrote, failed = threading.Event(), []

    def keep(value: int) -> None:
        try:
            with bench.writing() as session:
                keep_value(session, owner, "k", value, now=bench.now)
                first_wrote.set()
                time.sleep(0.3)
        except Exception as error:  # noqa: BLE001  whatever it is, it is told below
            failed.append(error)

    threads = [threading.Thread(target=keep, args=(value,)) for value in (1, 2)]
    threads[0].start()
    first_wrote.wait(10)
    threads[1].start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert kept(bench, flow_id) == {("count", "k"): 2}
