"""A rule tried on given events says what live says of the same events, whatever lies round them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms._tables import JournalEntry
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.correlation import correlate_batch
from runtime.rules._tables import Firing
from runtime.rules.backtest.given import rows_of
from runtime.rules.backtest.simulating import Simulation, on_trial
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.simulations.trying import try_on
from tenancy.scope import as_tenant
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.runtime.rules.stories import (
    DAY,
    Customs,
    Deed,
    World,
    raised,
    told_rules,
)
from tests.support.size import examples
from tests.unit.runtime.rules.streams import Said, said

SECOND = timedelta(seconds=1)
policies = st.fixed_dictionaries(
    {}, optional={"reopen_within_s": st.sampled_from([0, 20]), "hold_clears_s": st.just(30)}
)
windows = st.builds(Deed, st.just(0.0), st.just("window"), st.integers(0, 1))
stands = raised.map(
    lambda one: Said(1.0, 0.0, {**one.document, "specific_problem": "there already"})
)
pasts = st.tuples(st.lists(windows, max_size=2), st.lists(stands, max_size=3))


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher() as made:
        yield made


def written(stream: Sequence[Said], began_at: datetime) -> list[dict[str, Any]]:
    """Write a stream as events, each so long after the one before."""
    at, found = began_at, list[dict[str, Any]]()
    for one in stream:
        at += timedelta(seconds=one.gap_s) + timedelta(microseconds=1)
        is_clear = one.document["perceived_severity"] == "cleared"
        when = {"cleared_at" if is_clear else "raised_at": format_instant(at)}
        found.append({**one.document, **when})
    return found


def live(world: World, document: dict[str, Any], events: list[dict[str, Any]]) -> set[Any]:
    """Let the correlator judge events; give the firings for them, by their place among them."""
    where = (world.session, world.tenant_id)
    rows = rows_of(events)
    with as_tenant(*where):
        made = create_rule(*where, document=document, by="Ann", now=NOON)
        publish_rule(*where, made.id, mode=Mode.OBSERVE, by="Ann", now=NOON)
        for event, row in zip(events, rows, strict=True):
            append(*where, [parse_event(event)], now=row.received_at)
        mine = select(JournalEntry.seq).order_by(JournalEntry.seq.desc()).limit(len(events))
        seqs = sorted(world.session.scalars(mine))
    for now in (rows[-1].received_at, rows[-1].received_at + DAY):
        for limit in (1, 3, 500, 500):
            correlate_batch(world.session, matcher=world.matcher, now=now, limit=limit)
    with as_tenant(*where):
        fired = world.session.execute(select(Firing.seq, Firing.at)).all()
    return {(seqs.index(seq), at) for seq, at in fired if seq in seqs}


def tried(world: World, document: dict[str, Any], events: list[dict[str, Any]]) -> Simulation:
    rows = rows_of(events)
    until = rows[-1].received_at + DAY
    with as_tenant(world.session, world.tenant_id):
        where = (world.session, world.tenant_id)
        return try_on(*where, on_trial(document), rows, until=until)


def places(done: Simulation) -> set[Any]:
    return {(one.index, one.at) for one in done.firings}


@given(
    rule=told_rules,
    policy=policies,
    past=pasts,
    stream=st.lists(said, min_size=5, max_size=20),
)
@settings(
    max_examples=examples(20),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_tried_is_what_live_says_of_it_before_it_came_and_after(
    session: Session,
    matcher: Matcher,
    rule: dict[str, Any],
    policy: dict[str, Any],
    past: tuple[list[Deed], list[Said]],
    stream: list[Said],
) -> None:
    world = World(session, make_customer(session).id, matcher)
    world.prepare(Customs(policy, None))
    world.tell([*past[0], *past[1]])
    document, events = make_rule_document(**rule), written(stream, NOON + 10 * SECOND)

    first = places(tried(world, document, events))

    assert first == live(world, document, events)
    assert first == places(tried(world, document, events))
