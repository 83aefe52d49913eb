"""What is let go of, and what never is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms._tables import JournalEntry
from runtime.alarms.journal import append, mark_done, take
from runtime.alarms.model import parse_event
from runtime.limits.book import LimitsBook
from runtime.limits.model import Limits
from runtime.packs.store import goes_back_to
from runtime.retention import clearing
from runtime.retention.blobs import remove_unused
from runtime.retention.clearing import Clearing
from runtime.retention.runs import count_old_runs, remove_runs
from runtime.runs._tables import Blob, BlobUse, Run, RunState, StepRecord
from runtime.runs.blobs import fetch, stow
from tenancy.scope import as_tenant, system
from tests.factories.flows import chain_document, make_flow, step
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.limits.conftest import make_bench, set_limits_of

LOG = {"note": step("write-log", config={"message": "x"})}
NAP = {"nap": step("wait", config={"for_s": 60 * 60 * 24 * 30})}
FAIL = {"bad": step("fail", config={"message": "no"})}
LARGE = "x" * 40_000


@pytest.fixture
def bench(sessions: sessionmaker[Session]) -> Bench:
    return make_bench(sessions)


def age(bench: Bench, days: float, *runs: UUID) -> None:
    """Let runs have happened so long ago."""
    ago = timedelta(days=days)
    with bench.writing() as session:
        for run in session.scalars(select(Run).where(Run.id.in_(runs))):
            run.started_at -= ago
            run.ended_at = run.started_at if run.ended_at is not None else None


def clear(bench: Bench, **more: Any) -> Any:
    book = LimitsBook(limits_kept_s=0.0)
    clearing = Clearing(
        sessions=bench.sessions, limits=book, goes_back=goes_back_to, pause=lambda _: None, **more
    )
    return clearing.round(now=bench.now)


def kept(bench: Bench) -> set[UUID]:
    with bench.writing() as session:
        return set(session.scalars(select(Run.id)))


def test_runs_go_with_their_steps_once_they_are_older_than_they_are_kept(bench: Bench) -> None:
    flow = bench.publish(LOG, ["hand > note"])
    old, young = bench.run(flow), bench.run(flow)
    age(bench, 91, old)
    age(bench, 89, young)

    removed = clear(bench)

    assert (removed.runs, removed.steps) == (1, 1)
    assert kept(bench) == {young}
    with bench.writing() as session:
        assert set(session.scalars(select(StepRecord.run_id))) == {young}


@pytest.mark.parametrize(
    ("days", "stays"), [pytest.param(100, True, id="young"), pytest.param(181, False, id="old")]
)
def test_failed_runs_are_kept_longer(bench: Bench, days: int, stays: bool) -> None:
    run = bench.run(bench.publish(FAIL, ["hand > bad"]))
    age(bench, days, run)

    clear(bench)

    assert (run in kept(bench)) is stays


def test_trials_are_kept_for_a_week(bench: Bench) -> None:
    flow = bench.publish(LOG, ["hand > note"])
    trial, run = bench.run(flow), bench.run(flow)
    with bench.writing() as session:
        session.execute(update(Run).where(Run.id == trial).values(is_trial=True))
    age(bench, 8, trial, run)

    clear(bench)

    assert kept(bench) == {run}


def test_a_run_that_is_under_way_is_never_removed(bench: Bench) -> None:
    run = bench.run(bench.publish(NAP, ["hand > nap"]))
    age(bench, 1_000, run)

    assert clear(bench).is_nothing
    assert kept(bench) == {run}


def test_neither_goes_while_the_caller_or_the_called_is_under_way(bench: Bench) -> None:
    bench.publish(LOG, ["hand > note"], name="Quick")
    bench.publish(NAP, ["hand > nap"], name="Slow")
    both = {
        "quick": step("call-workflow", config={"flow": "quick"}),
        "slow": step("call-workflow", config={"flow": "slow"}),
    }
    caller = bench.run(bench.publish(both, ["hand > quick", "hand > slow"], name="Both"))
    runs = kept(bench)
    age(bench, 1_000, *runs)

    clear(bench)
    assert kept(bench) == runs

    with bench.writing() as session:
        ended = {"state": RunState.CANCELLED, "ended_at": bench.now - timedelta(days=1_000)}
        session.execute(update(Run).where(Run.id == caller).values(**ended))
    clear(bench)
    assert caller in kept(bench), "what it called is still under way"


def test_each_tenant_keeps_runs_as_long_as_it_wants(
    bench: Bench, sessions: sessionmaker[Session]
) -> None:
    other = make_bench(sessions)
    set_limits_of(bench, runs_kept_days=10)
    runs = [one.run(one.publish(LOG, ["hand > note"])) for one in (bench, other)]
    for one, run in zip((bench, other), runs, strict=True):
        age(one, 20, run)

    clear(bench)

    assert kept(bench) == set()
    assert kept(other) == {runs[1]}


def test_a_run_of_many_steps_goes_in_several_bites(bench: Bench) -> None:
    with bench.writing() as session:
        flow = make_flow(session, bench.tenant_id, chain_document(9)).id
    run = bench.run(flow)
    age(bench, 91, run)

    bites = []
    for _ in range(4):
        with bench.writing() as session:
            bites.append(
                remove_runs(session, bench.tenant_id, Limits(), now=bench.now, steps_max=4)
            )

    assert bites == [(0, 4), (0, 4), (1, 1), (0, 0)]


def test_a_round_that_was_stopped_is_gone_on_with_by_the_next(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = bench.publish(LOG, ["hand > note"])
    runs = [bench.run(flow) for _ in range(5)]
    age(bench, 91, *runs)
    monkeypatch.setattr(
        clearing,
        "remove_runs",
        lambda *where, **known: remove_runs(*where, **known, most=2),
    )
    asked = iter([True, True, True, False])
    first = clear(bench, may_go_on=lambda: next(asked, False))

    second = clear(bench)

    assert not first.is_done
    assert 0 < first.runs < 5
    assert first.runs + second.runs == 5
    assert second.is_done


def test_those_that_would_go_are_counted_before(bench: Bench) -> None:
    flow = bench.publish(LOG, ["hand > note"])
    runs = [bench.run(flow) for _ in range(3)]
    age(bench, 50, *runs[:2])

    with bench.writing() as session:
        where = (session, bench.tenant_id)
        counts = [
            count_old_runs(*where, Limits(runs_kept_days=days), now=bench.now) for days in (60, 40)
        ]

    assert counts == [0, 2]


def test_a_value_stays_as_long_as_one_run_refers_to_it(bench: Bench) -> None:
    large = {"make": step("set-data", config={"values": {"text": "= trigger.input.text"}})}
    flow = bench.publish(large, ["hand > make"])
    old, young = (bench.run(flow, {"input": {"text": LARGE}}) for _ in range(2))
    age(bench, 91, old)
    forget_that_it_is_fresh(bench)

    first = clear(bench)
    output = bench.output(young, "make")
    with bench.writing() as session:
        still = fetch(session, bench.tenant_id, output)
    age(bench, 91, young)
    second = clear(bench)

    assert (first.runs, first.values) == (1, 0)
    assert still == {"text": LARGE}
    assert second.runs == 1
    assert second.values >= 1
    with bench.writing() as session:
        assert session.scalar(select(func.count()).select_from(Blob)) == 0


def test_a_value_that_was_stored_just_now_stays(bench: Bench) -> None:
    flow = bench.publish(LOG, ["hand > note"])
    run = bench.run(flow)
    with bench.writing() as session:
        stow(session, bench.tenant_id, LARGE, run_id=run, now=bench.now)
        for use in session.scalars(select(BlobUse)):
            session.delete(use)

    assert clear(bench).values == 0


def test_a_value_that_is_used_again_is_not_removed_meanwhile(bench: Bench) -> None:
    run = bench.run(bench.publish(LOG, ["hand > note"]))
    with bench.writing() as session:
        stow(session, bench.tenant_id, LARGE, run_id=run, now=bench.now - timedelta(days=9))
        stow(session, bench.tenant_id, LARGE, run_id=run, now=bench.now)
        stored_at = session.scalar(select(Blob.stored_at))

    assert stored_at == bench.now


def test_a_called_workflows_large_result_outlives_the_called_run(bench: Bench) -> None:
    end = {"end": step("end", config={"output": {"text": "= trigger.input.text"}})}
    bench.publish(end, ["hand > end"], name="Below")
    config = {"flow": "below", "input": {"text": "= trigger.input.text"}}
    call = {"call": step("call-workflow", config=config)}
    caller = bench.run(bench.publish(call, ["hand > call"]), {"input": {"text": LARGE}})
    (child,) = kept(bench) - {caller}
    age(bench, 91, child)
    forget_that_it_is_fresh(bench)

    clear(bench)

    assert kept(bench) == {caller}
    with bench.writing() as session:
        output = fetch(session, bench.tenant_id, bench.output(caller, "call"))
    assert output == {"text": LARGE}


def test_values_of_all_tenants_are_gone_through_page_by_page(
    bench: Bench, sessions: sessionmaker[Session]
) -> None:
    long_ago = bench.now - timedelta(days=9)
    for one in (bench, make_bench(sessions)):
        run = one.run(one.publish(LOG, ["hand > note"]))
        with one.writing() as session:
            for number in range(3):
                stow(session, one.tenant_id, f"{number}{LARGE}", run_id=run, now=long_ago)
            for use in session.scalars(select(BlobUse)):
                session.delete(use)

    place, pages = None, []
    while True:
        with sessions.begin() as session, system(session):
            gone, place = remove_unused(session, place, now=bench.now, most=2)
        pages.append(gone)
        if place is None:
            break

    assert sum(pages) == 6
    assert max(pages) == 2


def test_events_that_were_dealt_with_go_after_a_week_and_others_stay(bench: Bench) -> None:
    event = parse_event({"managed_object": "r1", "perceived_severity": "major", "source": "test"})
    with bench.writing() as session:
        for days in (8, 8, 6):
            append(session, bench.tenant_id, [event], now=bench.now - timedelta(days=days))
    with bench.sessions.begin() as session, system(session):
        first, _, third = take(session, 3)
        mark_done(session, [first.seq, third.seq], now=bench.now)

    removed = clear(bench)

    assert removed.events == 1
    with bench.sessions() as session, as_tenant(session, bench.tenant_id):
        assert session.scalar(select(func.count(JournalEntry.seq))) == 2


def forget_that_it_is_fresh(bench: Bench) -> None:
    with bench.writing() as session:
        session.execute(update(Blob).values(stored_at=bench.now - timedelta(days=2)))
