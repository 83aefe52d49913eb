"""Live and backtest give the same verdicts, one by one, however the journal is cut into batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.correlation import correlate_batch
from runtime.rules._live import live_set
from runtime.rules._tables import Firing, RuleTimer
from runtime.rules.backtest.history import count_rows, read_rows
from runtime.rules.backtest.playing import play
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant, system
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON, make_customer
from tests.support.size import examples
from tests.unit.runtime.rules.streams import Said, rules, streams

Verdicts = set[tuple[UUID, int, datetime]]
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher(loads_max=2_000) as made:
        yield made


def publish(session: Session, tenant_id: UUID, documents: Sequence[dict[str, Any]]) -> None:
    with as_tenant(session, tenant_id):
        for number, document in enumerate(documents):
            written = make_rule_document(
                name=f"rule {number}", then=[{"do": "suppress"}], **document
            )
            rule = create_rule(session, tenant_id, document=written, by="test", now=NOON)
            publish_rule(session, tenant_id, rule.id, mode=Mode.LIVE, by="test", now=NOON)


def correlate(
    session: Session, tenant_id: UUID, said: Sequence[Said], sizes: list[int], matcher: Matcher
) -> datetime:
    """Receive events one after the other, with a batch now and then; give when it ended."""
    now, waiting = NOON, sizes[0]
    for number, one in enumerate(said):
        now += timedelta(seconds=one.gap_s)
        at = format_instant(now - timedelta(seconds=one.late_s))
        key = "cleared_at" if one.document["perceived_severity"] == "cleared" else "raised_at"
        with as_tenant(session, tenant_id):
            append(session, tenant_id, [parse_event({**one.document, key: at})], now=now)
        waiting -= 1
        if waiting <= 0:
            waiting = sizes[number % len(sizes)]
            correlate_batch(session, matcher=matcher, now=now, limit=waiting)
    while correlate_batch(session, matcher=matcher, now=now + DAY, limit=sizes[-1]):
        pass
    return now + DAY


def live_verdicts(session: Session, tenant_id: UUID) -> Verdicts:
    with as_tenant(session, tenant_id):
        rows = session.execute(
            select(Firing.rule_id, Firing.seq, Firing.at).where(Firing.tenant_id == tenant_id)
        )
        return {(row.rule_id, row.seq, row.at) for row in rows}


def backtested(session: Session, tenant_id: UUID, matcher: Matcher, until: datetime) -> Verdicts:
    found: Verdicts = set()
    with as_tenant(session, tenant_id):
        judged = list(live_set(session, tenant_id, matcher).rules.values())
        rows = list(read_rows(session, tenant_id, since=NOON))
    for rule in judged:
        report = play(tenant_id, rows, rule, others=judged, until=until)
        found |= {(rule.id, seq, at) for seq, at in report.draft.places}
    return found


@given(
    documents=st.lists(rules, min_size=1, max_size=5),
    said=streams,
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=6),
)
@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_live_and_backtest_agree_on_every_verdict(
    session: Session,
    matcher: Matcher,
    documents: list[dict[str, Any]],
    said: list[Said],
    sizes: list[int],
) -> None:
    tenant_id = make_customer(session).id
    publish(session, tenant_id, documents)

    until = correlate(session, tenant_id, said, sizes, matcher)

    live = live_verdicts(session, tenant_id)
    assert backtested(session, tenant_id, matcher, until) == live
    with system(session):
        assert session.scalars(select(RuleTimer.seq)).all() == []  # none is left to ring
        assert count_rows(session, tenant_id, since=NOON) >= len(said)
