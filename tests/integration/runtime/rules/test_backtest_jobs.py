"""Backtests that people ask for are done once, whatever process dies of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.db import make_sessions
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.backtests.performing import do_next_backtest
from runtime.correlation import correlate_batch
from runtime.rules.backtest._tables import BacktestState, RuleBacktest
from runtime.rules.backtest.jobs import (
    LEASE_S,
    TRIES_MAX,
    BacktestView,
    ask_backtest,
    cancel_backtests,
    claim_backtest,
    end_backtest,
    latest_backtest,
    note_progress,
)
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule, save_draft
from tenancy.scope import as_tenant, guarded, system
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import make_customer

Latest = Callable[[], BacktestView]


@pytest.fixture
def reading(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read, as the process has them: on SQLite they hold up nobody."""
    return guarded(make_sessions(engine.execution_options(garland_read_only=True)))


@pytest.fixture
def tenant_id(sessions: sessionmaker[Session]) -> UUID:
    with sessions.begin() as session:
        return make_customer(session).id


@pytest.fixture
def rule_id(sessions: sessionmaker[Session], tenant_id: UUID) -> UUID:
    """A live rule for fans, whose draft looks for rain too and starts a workflow less."""
    now = utc_now()
    with sessions.begin() as session, as_tenant(session, tenant_id):
        document = make_rule_document(when=make_leaf("text", "contains", "fan"))
        rule = create_rule(session, tenant_id, document=document, by="Ann", now=now)
        publish_rule(session, tenant_id, rule.id, mode=Mode.LIVE, by="Ann", now=now)
        either = {"any": [make_leaf("text", "contains", word) for word in ("fan", "rain")]}
        draft = make_rule_document(when=either, then=[{"do": "suppress"}])
        save_draft(
            session,
            tenant_id,
            rule.id,
            document=draft,
            expected_revision=1,
            by="Ann",
            now=now,
        )
        return rule.id


@pytest.fixture
def latest(sessions: sessionmaker[Session], tenant_id: UUID, rule_id: UUID) -> Latest:
    def latest() -> BacktestView:
        with sessions() as session, as_tenant(session, tenant_id):
            found = latest_backtest(session, tenant_id, rule_id)
        assert found is not None
        return found

    return latest


@pytest.fixture
def asked(sessions: sessionmaker[Session], tenant_id: UUID, rule_id: UUID) -> UUID:
    """Three alarms that came, and a backtest that somebody asked for."""
    now = utc_now()
    with sessions.begin() as session, as_tenant(session, tenant_id):
        events = [event(name, text) for name, text in (("a", "fan"), ("b", "rain"), ("c", "snow"))]
        append(session, tenant_id, [parse_event(one) for one in events], now=now)
    with Matcher() as matcher, sessions.begin() as session:
        correlate_batch(session, matcher=matcher, now=now)
    return ask(sessions, tenant_id, rule_id)


def event(name: str, text: str) -> dict[str, Any]:
    return {"managed_object": name, "perceived_severity": "major", "text": text}


def ask(sessions: sessionmaker[Session], tenant_id: UUID, rule_id: UUID) -> UUID:
    since, now = utc_now() - timedelta(days=1), utc_now()
    with sessions.begin() as session, as_tenant(session, tenant_id):
        return ask_backtest(session, tenant_id, rule_id, since=since, by="Ann", now=now)


@pytest.mark.usefixtures("asked")
def test_tells_what_the_draft_had_done_beside_the_live_version(
    sessions: sessionmaker[Session], reading: sessionmaker[Session], latest: Latest
) -> None:
    done = do_next_backtest(sessions, reading)

    found = latest()
    report = found.report
    assert done
    assert report is not None
    assert found.state is BacktestState.DONE
    assert (report["events"], report["draft"]["fired"], report["live"]["fired"]) == (3, 2, 1)
    assert report["draft"]["hidden"] == 2
    assert (report["only_draft"], report["only_live"]) == (1, 0)
    assert sum(one["draft"] for one in report["bars"]) == 2
    assert {one["managed_object"]: one["is_new"] for one in report["firings"]} == {
        "a": False,
        "b": True,
    }


def test_nothing_is_done_where_nobody_asked(
    sessions: sessionmaker[Session], reading: sessionmaker[Session]
) -> None:
    assert not do_next_backtest(sessions, reading)


@pytest.mark.usefixtures("asked")
def test_of_one_rule_the_latest_alone_goes_on(
    sessions: sessionmaker[Session],
    reading: sessionmaker[Session],
    tenant_id: UUID,
    rule_id: UUID,
    latest: Latest,
) -> None:
    second = ask(sessions, tenant_id, rule_id)

    do_next_backtest(sessions, reading)

    assert (latest().id, latest().state) == (second, BacktestState.DONE)
    assert not do_next_backtest(sessions, reading)


@pytest.mark.usefixtures("asked")
def test_one_that_is_cancelled_stops_and_stays_so(
    sessions: sessionmaker[Session], tenant_id: UUID, rule_id: UUID, latest: Latest
) -> None:
    with sessions.begin() as session, system(session):
        claim = claim_backtest(session, now=utc_now())
    assert claim is not None
    with sessions.begin() as session, as_tenant(session, tenant_id):
        cancel_backtests(session, tenant_id, rule_id, now=utc_now())

    with sessions.begin() as session, as_tenant(session, tenant_id):
        goes_on = note_progress(session, claim, events=1, total=3, now=utc_now())
        end_backtest(session, claim, report={}, now=utc_now())

    assert not goes_on
    assert latest().state is BacktestState.CANCELLED


@pytest.mark.usefixtures("asked")
def test_one_whose_process_died_is_begun_again_after_its_lease_and_given_up_in_the_end(
    sessions: sessionmaker[Session], latest: Latest
) -> None:
    now, claims = utc_now(), []
    for _ in range(TRIES_MAX + 1):
        for after_s in (LEASE_S - 1, 1):
            with sessions.begin() as session, system(session):
                claims.append(claim_backtest(session, now=now) is not None)
            now += timedelta(seconds=after_s)

    assert claims == [True, False] * TRIES_MAX + [False, False]
    assert latest().state is BacktestState.FAILED
    assert "died 3 times" in latest().error


@pytest.mark.usefixtures("asked")
def test_a_process_that_has_to_go_leaves_it_to_the_next(
    sessions: sessionmaker[Session], reading: sessionmaker[Session], latest: Latest
) -> None:
    do_next_backtest(sessions, reading, goes_on=lambda: False)

    assert latest().state is BacktestState.RUNNING


@pytest.mark.usefixtures("asked")
def test_the_five_latest_of_a_rule_are_kept(
    sessions: sessionmaker[Session], tenant_id: UUID, rule_id: UUID
) -> None:
    for _ in range(7):
        ask(sessions, tenant_id, rule_id)

    with sessions() as session, as_tenant(session, tenant_id):
        assert session.scalar(select(func.count(RuleBacktest.id))) == 5
