"""Versions: what keeps one from being retired, what a retired one refuses, the way back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from kernel.errors import ConflictError
from runtime.flow_control.retiring import VersionInUseError, bring_back_version, retire_version
from runtime.flows.history import restore_version
from runtime.flows.lookup import RetiredError
from runtime.flows.versions import FlowVersionView, get_flow, list_versions, snapshot_draft
from runtime.runs.control import rerun, retry_run
from runtime.runs.glance import runs_by_version
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

NAP = {"nap": step("wait", config={"for_s": 60})}
LOG = {"log": step("write-log", config={"message": "hello"})}
FAIL = {"fail": step("fail", config={"message": "no"})}


def two_versions(bench: Bench, first: dict[str, Any], name: str = "Flow") -> tuple[UUID, UUID]:
    """Publish twice; give the workflow, and a run of the first version."""
    (step_id,) = first
    flow = bench.publish(first, [f"hand > {step_id}"], name=name)
    run = bench.run(flow)
    bench.republish(flow, {"second": LOG["log"]}, ["hand > second"])
    return flow, run


def retire(bench: Bench, flow: UUID, number: int = 1) -> FlowVersionView:
    with bench.writing() as session:
        return retire_version(session, bench.tenant_id, flow, number, by="Ann", now=bench.now)


def run_again(bench: Bench, run: UUID) -> UUID:
    with bench.writing() as session:
        return rerun(session, bench.tenant_id, run, by="Ann", now=bench.now)


def kinds(error: pytest.ExceptionInfo[VersionInUseError]) -> list[str]:
    return [problem.pointer for problem in error.value.problems]


def test_a_version_nothing_needs_is_retired_and_its_runs_stay_readable(bench: Bench) -> None:
    flow, run = two_versions(bench, LOG)

    retired = retire(bench, flow)

    assert retired.retired_at == bench.now
    assert bench.states(run) == {"log": "succeeded"}


def test_a_retired_version_takes_no_new_run_not_even_again(bench: Bench) -> None:
    flow, run = two_versions(bench, LOG)
    retire(bench, flow)

    with pytest.raises(RetiredError, match="version 1 is retired"):
        run_again(bench, run)


def test_a_failed_run_of_a_retired_version_is_not_taken_up_again(bench: Bench) -> None:
    flow, run = two_versions(bench, FAIL)
    retire(bench, flow)

    with pytest.raises(RetiredError), bench.writing() as session:
        retry_run(session, bench.tenant_id, run, by="Ann", now=bench.now)


def test_a_version_that_is_brought_back_can_be_run_again(bench: Bench) -> None:
    flow, run = two_versions(bench, LOG)
    retire(bench, flow)

    with bench.writing() as session:
        bring_back_version(session, bench.tenant_id, flow, 1, by="Ann", now=bench.now)

    assert bench.view(run_again(bench, run)).state.value == "queued"


def test_the_live_version_is_not_retired(bench: Bench) -> None:
    flow, _ = two_versions(bench, LOG)

    with pytest.raises(VersionInUseError, match="it is the live version") as refused:
        retire(bench, flow, 2)

    assert kinds(refused) == ["/live"]


def test_a_version_with_runs_that_wait_is_not_retired_before_they_end(bench: Bench) -> None:
    flow, _ = two_versions(bench, NAP)

    with pytest.raises(VersionInUseError, match=r"1 run .* under way or waiting") as refused:
        retire(bench, flow)
    bench.go(after_s=61)

    assert kinds(refused) == ["/runs"]
    assert retire(bench, flow).retired_at is not None


def test_a_version_that_another_workflow_is_fixed_to_is_not_retired(bench: Bench) -> None:
    flow = bench.publish(LOG, ["hand > log"], name="Callee")
    call = {"call": step("call-workflow", config={"flow": "callee"})}
    caller = bench.publish(call, ["hand > call"], name="Caller")
    bench.republish(flow, NAP, ["hand > nap"])

    with pytest.raises(VersionInUseError, match=r"Caller \(version 1, step call\)") as refused:
        retire(bench, flow)
    bench.republish(caller, call | LOG, ["hand > call", "call > log"])

    assert kinds(refused) == ["/call"]
    assert retire(bench, flow).retired_at is not None


def test_a_run_under_way_keeps_the_versions_that_it_may_call(bench: Bench) -> None:
    flow = bench.publish(LOG, ["hand > log"], name="Callee")
    later = {**NAP, "call": step("call-workflow", config={"flow": "callee"})}
    caller = bench.publish(later, ["hand > nap", "nap > call"], name="Caller")
    bench.run(caller)
    bench.republish(caller, LOG, ["hand > log"])
    bench.republish(flow, NAP, ["hand > nap"])

    with pytest.raises(VersionInUseError, match="let that one's runs end"):
        retire(bench, flow)


def test_a_trial_of_a_draft_like_a_retired_version_runs_a_snapshot_of_its_own(
    bench: Bench,
) -> None:
    flow, _ = two_versions(bench, LOG)
    with bench.writing() as session:
        restore(session, bench, flow)
    retired = retire(bench, flow)

    with bench.writing() as session:
        snapshot = snapshot_draft(session, bench.tenant_id, flow, now=bench.now)

    assert snapshot.digest == retired.digest
    assert snapshot.id != retired.id


def restore(session: Any, bench: Bench, flow: UUID, *, revision: int | None = None) -> None:
    before = get_flow(session, bench.tenant_id, flow)
    restore_version(
        session,
        bench.tenant_id,
        flow,
        1,
        expected_revision=before.draft_revision if revision is None else revision,
        by="Ann",
        now=bench.now,
    )


def test_an_old_version_is_taken_back_into_the_draft_and_published_as_a_new_one(
    bench: Bench,
) -> None:
    flow, _ = two_versions(bench, NAP)

    with bench.writing() as session:
        restore(session, bench, flow)
        draft = get_flow(session, bench.tenant_id, flow)
        first = list_versions(session, bench.tenant_id, flow)[-1]

    assert draft.draft == first.document
    assert draft.has_unpublished_changes


def test_restoring_overwrites_no_draft_that_somebody_saved_meanwhile(bench: Bench) -> None:
    flow, _ = two_versions(bench, NAP)

    with pytest.raises(ConflictError, match="saved meanwhile"):  # noqa: SIM117
        with bench.writing() as session:
            restore(session, bench, flow, revision=1)


def test_runs_are_counted_by_version_without_trials(bench: Bench) -> None:
    flow, _ = two_versions(bench, NAP)
    bench.run(flow)

    with bench.writing() as session:
        counted = runs_by_version(session, bench.tenant_id, flow)
        second, first = list_versions(session, bench.tenant_id, flow)

    assert (counted[first.id].under_way, str(counted[first.id].newest)) == (1, "1")
    assert (counted[second.id].under_way, str(counted[second.id].newest)) == (0, "1")


@pytest.fixture
def meanwhile() -> Any:
    """Give a function that does something in another thread and gives what comes of it."""
    with ThreadPoolExecutor() as pool:

        def begin(deed: Callable[[], Any]) -> Future[Any]:
            begun = threading.Event()

            def act() -> Any:
                begun.set()
                return deed()

            found = pool.submit(act)
            begun.wait(5)
            return found

        yield begin


def test_retiring_waits_for_a_start_under_way_and_gives_way_to_it(
    bench: Bench, meanwhile: Callable[[Callable[[], Any]], Future[Any]]
) -> None:
    flow, run = two_versions(bench, LOG)

    with bench.writing() as session:
        again = rerun(session, bench.tenant_id, run, by="Ann", now=bench.now)
        retiring = meanwhile(lambda: retire(bench, flow))
        with pytest.raises(TimeoutError):
            retiring.result(timeout=0.3)

    with pytest.raises(VersionInUseError, match="under way"):
        retiring.result(timeout=20)
    bench.go()
    assert bench.view(again).state.value == "succeeded"


def test_a_start_waits_for_the_retiring_under_way_and_gives_way_to_it(
    bench: Bench, meanwhile: Callable[[Callable[[], Any]], Future[Any]]
) -> None:
    flow, run = two_versions(bench, LOG)

    with bench.writing() as session:
        retire_version(session, bench.tenant_id, flow, 1, by="Ann", now=bench.now)
        starting = meanwhile(lambda: run_again(bench, run))
        with pytest.raises(TimeoutError):
            starting.result(timeout=0.3)

    with pytest.raises(RetiredError):
        starting.result(timeout=20)
    assert len(bench.runs_of(flow)) == 1
