"""A backtest whose process is killed is done by the next one, and given up with a clear word."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from kernel.clock import utc_now
from runtime.rules._tables import RuleRow
from runtime.rules.backtest._tables import BacktestState, RuleBacktest
from runtime.rules.backtest.jobs import TRIES_MAX, BacktestView, ask_backtest, latest_backtest
from tenancy.scope import as_tenant, system
from tests.factories.tenancy import NOON
from tests.faults.test_rules import opened, prepare
from tests.faults.test_rules import run as run_correlator
from tests.support import killed_backtest
from tests.support.apart import survives

pytestmark = pytest.mark.fault

RULE = "count"


@pytest.fixture
def url(new_database: Callable[[], str]) -> str:
    """A history that rules of every pattern have judged."""
    url = new_database()
    prepare(url)
    assert run_correlator(url, 0)
    return url


def rule_of(url: str) -> tuple[UUID, UUID]:
    with opened(url) as sessions, sessions() as session, system(session):
        row = session.scalars(select(RuleRow).where(RuleRow.name == RULE)).one()
        return row.tenant_id, row.id


def ask(url: str) -> None:
    tenant_id, rule_id = rule_of(url)
    with opened(url) as sessions, sessions.begin() as session, as_tenant(session, tenant_id):
        ask_backtest(session, tenant_id, rule_id, since=NOON, by="Ann", now=utc_now())


def run(url: str, dies_before: int) -> bool:
    """Let a process do what waits, after the lease of the one before it; tell whether it lived."""
    ended = utc_now() - timedelta(seconds=1)
    with opened(url) as sessions, sessions.begin() as session, system(session):
        session.execute(update(RuleBacktest).values(claimed_until=ended))
    return survives(killed_backtest.main, url, dies_before)


def found(url: str) -> BacktestView:
    tenant_id, rule_id = rule_of(url)
    with opened(url) as sessions, sessions() as session, as_tenant(session, tenant_id):
        view = latest_backtest(session, tenant_id, rule_id)
    assert view is not None
    return view


def report(url: str) -> Mapping[str, Any]:
    view = found(url)
    assert view.state is BacktestState.DONE
    assert view.report is not None
    return {name: value for name, value in view.report.items() if name != "until"}


def test_a_backtest_killed_at_random_points_ends_as_one_left_alone(url: str) -> None:
    ask(url)
    assert run(url, 0)
    expected = report(url)
    chance = random.Random(5)  # noqa: S311  no secret

    ask(url)
    kills = [not run(url, chance.randint(4, 20)) for _ in range(TRIES_MAX - 1)]
    assert run(url, 0)

    assert all(kills)
    assert expected["draft"]["fired"] > 0
    assert report(url) == expected


def test_one_that_kills_every_process_is_given_up_with_a_clear_word(url: str) -> None:
    ask(url)
    kills = [not run(url, 12) for _ in range(TRIES_MAX)]

    run(url, 0)

    view = found(url)
    assert all(kills)
    assert view.state is BacktestState.FAILED
    assert view.error == "the process that did it died 3 times: choose a shorter time"
