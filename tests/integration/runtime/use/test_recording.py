"""Use is recorded once per fact, whatever is told again, and added up the same however often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms.intake.taking import take_from_api
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from runtime.runs.start import Start, start_run, start_trial
from runtime.use import rounds
from runtime.use._tables import UsageDay, UsageFact
from runtime.use.adding_up import FACTS_KEPT, add_up, days_to_add_up, look_at_peaks, seal_old
from runtime.use.calls import record_minute
from runtime.use.reading import used_on
from runtime.use.recording import API_CALLS, EVENTS, RUNS, day_of, record_use
from runtime.use.rounds import UseRounds
from runtime.use.warnings import warn_near_end
from tenancy.scope import as_tenant, system
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import NOON, make_customer
from tests.factories.use import nowhere
from tests.support.size import examples

Sessions = sessionmaker[Session]
TODAY = day_of(NOON)
EVENT = {"managed_object": "r1", "perceived_severity": "major"}


@pytest.fixture
def acme(sessions: Sessions) -> UUID:
    with sessions.begin() as session:
        return make_customer(session, "Acme").id


def used(sessions: Sessions, tenant_id: UUID, metric: str) -> int:
    with sessions() as session, as_tenant(session, tenant_id):
        return used_on(session, tenant_id, metric, TODAY)


def days(sessions: Sessions, tenant_id: UUID) -> dict[tuple[date, str], int]:
    with sessions() as session, as_tenant(session, tenant_id):
        rows = session.execute(select(UsageDay.day, UsageDay.metric, UsageDay.number))
        return {(row.day, row.metric): row.number for row in rows}


def test_a_fact_told_again_counts_once(sessions: Sessions, acme: UUID) -> None:
    told = []
    for _ in range(3):
        with sessions.begin() as session, as_tenant(session, acme):
            told.append(record_use(session, acme, RUNS, "run-1", 1, now=NOON))

    assert told == [True, False, False]
    assert used(sessions, acme, RUNS) == 1


def test_a_fact_told_by_several_at_once_counts_once(sessions: Sessions, acme: UUID) -> None:
    ready = Barrier(4)

    def tell() -> None:
        ready.wait()
        with sessions.begin() as session, as_tenant(session, acme):
            record_use(session, acme, RUNS, "run-1", 1, now=NOON)

    threads = [Thread(target=tell) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert used(sessions, acme, RUNS) == 1


def test_what_is_rolled_back_was_not_used(sessions: Sessions, acme: UUID) -> None:
    with sessions() as session, as_tenant(session, acme):
        record_use(session, acme, RUNS, "run-1", 1, now=NOON)
        session.rollback()

    assert used(sessions, acme, RUNS) == 0


def test_a_run_counts_once_however_often_its_start_is_tried(sessions: Sessions, acme: UUID) -> None:
    with sessions.begin() as session, as_tenant(session, acme):
        flow_id = make_flow(session, acme, chain_document(1)).id
    start = Start(trigger={"kind": "manual"}, dedup_key="once")
    for _ in range(2):
        with sessions.begin() as session, as_tenant(session, acme):
            start_run(session, acme, flow_id, start, now=NOON)
            start_trial(session, acme, flow_id, start, allow_effects=False, now=NOON)

    assert used(sessions, acme, RUNS) == 1


def test_events_count_when_they_are_dealt_with_and_once(sessions: Sessions, acme: UUID) -> None:
    with sessions.begin() as session, as_tenant(session, acme):
        take_from_api(session, acme, {"events": [EVENT] * 3}, now=NOON)
    with sessions() as session, system(session):
        correlate_batch(session, matcher=Matcher(), now=NOON)
        session.rollback()  # as if the correlator died before its commit
    for _ in range(2):
        with sessions.begin() as session, system(session):
            correlate_batch(session, matcher=Matcher(), now=NOON)

    assert used(sessions, acme, EVENTS) == 3


def test_a_minute_of_calls_told_again_counts_once(sessions: Sessions, acme: UUID) -> None:
    for _ in range(2):
        with sessions.begin() as session, system(session):
            record_minute(session, NOON, {acme: 7, UUID(int=1): 9})

    assert used(sessions, acme, API_CALLS) == 7


FACTS = st.lists(
    st.tuples(
        st.sampled_from([RUNS, EVENTS]),
        st.integers(0, 2),
        st.integers(0, 5),
        st.integers(1, 100),
    ),
    max_size=12,
)


@given(facts=FACTS, again=st.integers(1, 3))
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_adding_up_again_changes_nothing(
    sessions: Sessions, acme: UUID, facts: list[tuple[str, int, int, int]], again: int
) -> None:
    first: dict[tuple[date, str, str], int] = {}
    with sessions.begin() as session, as_tenant(session, acme):
        session.execute(delete(UsageDay))
        session.execute(delete(UsageFact))
        for metric, back, key, number in facts:
            at = NOON - timedelta(days=back)
            record_use(session, acme, metric, str(key), number, now=at)
            first.setdefault((day_of(at), metric, str(key)), number)
    wanted: dict[tuple[date, str], int] = {}
    for (day, metric, _key), number in first.items():
        wanted[day, metric] = wanted.get((day, metric), 0) + number

    for _ in range(again):
        with sessions.begin() as session, as_tenant(session, acme):
            for day in days_to_add_up(session, acme, since=TODAY - timedelta(days=9)):
                add_up(session, acme, day, now=NOON)
        assert days(sessions, acme) == wanted


def test_a_fact_that_comes_late_is_in_the_day_when_it_is_added_up_again(
    sessions: Sessions, acme: UUID
) -> None:
    for key in ("a", "b"):
        with sessions.begin() as session, as_tenant(session, acme):
            record_use(session, acme, RUNS, key, 1, now=NOON)
            add_up(session, acme, TODAY, now=NOON)

    assert days(sessions, acme) == {(TODAY, RUNS): 2}


def test_a_day_whose_facts_are_gone_stays_as_it_is(sessions: Sessions, acme: UUID) -> None:
    later = NOON + FACTS_KEPT + timedelta(days=2)
    with sessions.begin() as session, as_tenant(session, acme):
        record_use(session, acme, RUNS, "a", 5, now=NOON)
    with sessions.begin() as session, as_tenant(session, acme):
        assert seal_old(session, acme, now=later) == 1
        assert seal_old(session, acme, now=later) == 0
    with sessions.begin() as session, as_tenant(session, acme):
        record_use(session, acme, RUNS, "b", 1, now=NOON)
        add_up(session, acme, TODAY, now=later)

    assert days(sessions, acme) == {(TODAY, RUNS): 5}


def test_of_what_is_there_the_most_of_a_day_counts(sessions: Sessions, acme: UUID) -> None:
    for _ in range(2):
        with sessions.begin() as session, as_tenant(session, acme):
            look_at_peaks(session, acme, now=NOON)

    assert days(sessions, acme) == {(TODAY, "storage_bytes"): 0, (TODAY, "members"): 0}


def test_days_on_which_no_scheduler_was_there_are_added_up_by_the_next(
    sessions: Sessions, acme: UUID
) -> None:
    calls = nowhere()
    UseRounds(sessions, sessions, calls).round(now=NOON)
    with sessions.begin() as session, as_tenant(session, acme):
        record_use(session, acme, RUNS, "late", 3, now=NOON + timedelta(hours=1))

    UseRounds(sessions, sessions, calls).round(now=NOON + timedelta(days=5))

    assert days(sessions, acme)[TODAY, RUNS] == 3


def breaking_for(
    tenant_id: UUID, does: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> dict[str, bool]:
    """Let a part of the rounds break for one tenant, while `is_so`."""
    broken = {"is_so": True}

    def breaks(session: Session, whose: UUID, *told: Any, **facts: Any) -> Any:
        if broken["is_so"] and whose == tenant_id:
            raise RuntimeError("broken")
        return does(session, whose, *told, **facts)

    monkeypatch.setattr(rounds, does.__name__, breaks)
    return broken


@pytest.mark.parametrize("does", [add_up, look_at_peaks, seal_old, warn_near_end])
def test_a_tenant_that_breaks_keeps_no_other_from_being_added_up_and_looked_at(
    sessions: Sessions, acme: UUID, does: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session:
        two = [acme, make_customer(session, "Other").id]
    for one in two:
        with sessions.begin() as session, as_tenant(session, one):
            record_use(session, one, RUNS, "first", 3, now=NOON)
    first, second = sorted(two)
    breaking_for(first, does, monkeypatch)

    UseRounds(sessions, sessions, nowhere()).round(now=NOON)

    assert days(sessions, second)[TODAY, RUNS] == 3
    assert (TODAY, "members") in days(sessions, second)
    assert ((TODAY, RUNS) in days(sessions, first)) is (does is not add_up)


@pytest.mark.parametrize("does", [add_up, look_at_peaks])
def test_what_broke_is_done_once_it_can_be(
    sessions: Sessions, acme: UUID, does: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session, as_tenant(session, acme):
        record_use(session, acme, RUNS, "first", 3, now=NOON)
    broken, use_rounds = (
        breaking_for(acme, does, monkeypatch),
        UseRounds(sessions, sessions, nowhere()),
    )
    for later in range(4):
        use_rounds.round(now=NOON + timedelta(days=later))

    broken["is_so"] = False
    use_rounds.round(now=NOON + timedelta(days=3))

    assert days(sessions, acme)[TODAY, RUNS] == 3
    assert (TODAY + timedelta(days=3), "members") in days(sessions, acme)
