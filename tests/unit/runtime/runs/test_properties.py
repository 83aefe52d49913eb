"""What holds for every workflow, whatever its steps do and in whatever order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.runs.advance import Advance, advance
from runtime.runs.events import Abandon, Cancelled, Failed, Perform, Reopened
from runtime.runs.paths import split
from runtime.runs.plan import UNDO, Plan
from runtime.runs.state import UNDER_WAY, Outcome, RunState, Status
from tests.factories.tenancy import NOON
from tests.unit.runtime.runs.strategies import Worker, plans

SEEDS = st.integers(0, 2**32)
often = settings(max_examples=80)


@often
@given(plan=plans(), seed=SEEDS)
def test_every_run_ends_with_nothing_left_under_way(plan: Plan, seed: int) -> None:
    state = Worker(plan, seed).play()

    left = [one for steps in state.scopes.values() for one in steps.values()]
    assert not [one for one in left if one.status in UNDER_WAY]


@often
@given(plan=plans(), seed=SEEDS)
def test_no_attempt_is_made_twice_and_joins_fire_once(plan: Plan, seed: int) -> None:
    worker = Worker(plan, seed)
    worker.play()

    assert len(worker.made) == len(set(worker.made))


@often
@given(plan=plans(), seed=SEEDS)
def test_a_second_attempt_only_follows_a_failed_first(plan: Plan, seed: int) -> None:
    worker = Worker(plan, seed)
    worker.play()

    failed = {(one.step, one.attempt) for one in worker.journal if isinstance(one, Failed)}
    assert {(path, attempt - 1) for path, attempt in worker.made if attempt > 1} <= failed


@often
@given(plan=plans(), seed=SEEDS)
def test_a_result_that_comes_twice_changes_nothing(plan: Plan, seed: int) -> None:
    worker = Worker(plan, seed)
    while worker.now.state.outcome is None:
        event = worker.next_event()
        assert event is not None
        worker.take(event)

        again = advance(plan, worker.now.state, [event], now=NOON)

        assert again == Advance(worker.now.state, ())


@often
@given(plan=plans(), seed=SEEDS)
def test_replaying_the_journal_of_a_run_gives_the_same_state(plan: Plan, seed: int) -> None:
    worker = Worker(plan, seed)
    state = worker.play()

    assert advance(plan, RunState(), worker.journal, now=NOON).state == state


@often
@given(plan=plans(), seed=SEEDS, after=st.integers(0, 30))
def test_a_cancelled_run_is_taken_back_in_reverse_order(plan: Plan, seed: int, after: int) -> None:
    worker = Worker(plan, seed)
    while worker.now.state.outcome is None and len(worker.journal) <= after:
        worker.take(worker.next_event() or Cancelled("nothing left"))
    if worker.now.state.undo is None and worker.now.state.outcome is None:
        worker.take(Cancelled("by hand"))

    state = worker.play()

    undone = [path for path, attempt in worker.made if path.endswith(UNDO) and attempt == 1]
    expected = [path + UNDO for path in reversed(state.undoable)] if state.undo else []
    assert undone == expected
    assert state.undo is None or state.outcome is not Outcome.SUCCEEDED


@often
@given(plan=plans(), seed=SEEDS)
def test_what_a_failure_stops_is_abandoned_and_taken_up_again(plan: Plan, seed: int) -> None:
    worker = Worker(plan, seed)
    while worker.play().outcome is Outcome.FAILED and worker.now.state.undo is None:
        if len(worker.journal) > 500:
            break
        worker.take(Reopened())
        assert worker.now.state.outcome is not Outcome.FAILED

    assert len(worker.made) == len(set(worker.made))


@often
@given(plan=plans(), seed=SEEDS)
def test_a_loop_never_has_more_rounds_under_way_than_it_may(plan: Plan, seed: int) -> None:
    worker = Worker(plan, seed)
    while worker.now.state.outcome is None:
        event = worker.next_event()
        assert event is not None
        worker.take(event)
        for loop in worker.now.state.loops.values():
            assert loop.opened - loop.settled <= loop.at_once


@often
@given(plan=plans(), seed=SEEDS)
def test_only_attempts_under_way_are_abandoned(plan: Plan, seed: int) -> None:
    worker = Worker(plan, seed)
    given_up: set[tuple[str, int]] = set()
    while worker.now.state.outcome is None:
        event = worker.next_event()
        assert event is not None
        worker.take(event)
        given_up |= {
            (one.step, one.attempt) for one in worker.now.commands if isinstance(one, Abandon)
        }

    assert given_up <= set(worker.made)
    assert not given_up & {
        (one.step, one.attempt) for one in worker.now.commands if isinstance(one, Perform)
    }


@often
@given(plan=plans(), seed=SEEDS)
def test_a_step_that_is_off_is_never_performed_nor_taken_back(plan: Plan, seed: int) -> None:
    worker = Worker(plan, seed)
    state = worker.play()

    off = {id_ for id_, one in plan.steps.items() if one.passes_by}
    performed = {split(path)[1].removesuffix(UNDO) for path, _ in worker.made}
    assert not performed & off
    assert {
        split(path)[1] for path, one in state.every_step() if one.status is Status.PASSED
    } <= off
