"""Live and backtest give the same verdicts, one by one, whatever happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms._tables import JournalEntry
from runtime.alarms.holding._tables import AlarmHold
from runtime.alarms.journal import RELEASED
from runtime.alarms.past import read_past
from runtime.alarms.past_lines import BETWEEN_MAX
from runtime.backtests.running import past_alarms, world_of
from runtime.rules._live import live_set
from runtime.rules._tables import Firing, RuleTimer
from runtime.rules.backtest.playing import Judging, play
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant, system
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.runtime.rules.stories import (
    Customs,
    Deed,
    World,
    customs,
    stories,
    told_rules,
)
from tests.support.size import examples
from tests.unit.runtime.rules.streams import Said, rules, streams

ROWS_MAX = 100_000


class Verdict(NamedTuple):
    """A firing: by which rule, for which event, alarm and group, and for which instant."""

    rule_id: UUID
    seq: int
    alarm_id: str
    group: str
    at: datetime


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher(loads_max=2_000) as made:
        yield made


def publish(session: Session, tenant_id: UUID, documents: Sequence[dict[str, Any]]) -> None:
    with as_tenant(session, tenant_id):
        for number, document in enumerate(documents):
            written = make_rule_document(
                name=f"rule {number}", **({"then": [{"do": "suppress"}]} | document)
            )
            rule = create_rule(session, tenant_id, document=written, by="test", now=NOON)
            publish_rule(session, tenant_id, rule.id, mode=Mode.LIVE, by="test", now=NOON)


def live_verdicts(world: World) -> set[Verdict]:
    session, tenant_id = world.session, world.tenant_id
    with as_tenant(session, tenant_id):
        rows = session.scalars(select(Firing).where(Firing.tenant_id == tenant_id)).all()
        found = [
            Verdict(row.rule_id, row.seq, str(row.alarm_id), row.group_key, row.at) for row in rows
        ]
    assert len(found) == len(set(found))
    return set(found)


def backtested(world: World) -> set[Verdict]:
    session, tenant_id = world.session, world.tenant_id
    found: set[Verdict] = set()
    with as_tenant(session, tenant_id):
        judged = list(live_set(session, tenant_id, world.matcher).rules.values())
        for rule in judged:
            past = read_past(session, tenant_id, since=NOON, most=ROWS_MAX)
            alarms = past_alarms(session, tenant_id, since=NOON)
            judging = Judging(draft=rule, others=judged)
            played = world_of(session, tenant_id, alarms, judging.rules)
            report = play(past, played, judging, until=world.now)
            assert alarms.unknown.differing == alarms.unknown.deleted == 0
            found |= {
                Verdict(rule.id, one.seq, one.alarm["id"], one.group, one.at)
                for one in report.draft.firings
            }
    return found


_settings = settings(
    max_examples=examples(15),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
batch_sizes = st.lists(st.integers(1, 12), min_size=1, max_size=6)


@given(documents=st.lists(rules, min_size=1, max_size=5), said=streams, sizes=batch_sizes)
@_settings
def test_live_and_backtest_agree_on_every_verdict(
    session: Session,
    matcher: Matcher,
    documents: list[dict[str, Any]],
    said: list[Said],
    sizes: list[int],
) -> None:
    world = World(session, make_customer(session).id, matcher, sizes)
    publish(session, world.tenant_id, documents)

    world.tell(said)

    assert backtested(world) == live_verdicts(world)
    with system(session):
        assert session.scalars(select(RuleTimer.seq)).all() == []  # none is left to ring


@given(
    documents=st.lists(told_rules, min_size=2, max_size=5),
    story=stories,
    sizes=batch_sizes,
    customs=customs,
)
@_settings
def test_they_agree_whatever_people_the_clock_planned_work_and_storms_did_meanwhile(
    session: Session,
    matcher: Matcher,
    documents: list[dict[str, Any]],
    story: list[Said | Deed],
    sizes: list[int],
    customs: Customs,
) -> None:
    world = World(session, make_customer(session).id, matcher, sizes)
    world.prepare(customs)
    publish(session, world.tenant_id, documents)

    world.tell(story)

    assert backtested(world) == live_verdicts(world)


def alarms_let_go(world: World) -> set[str]:
    with as_tenant(world.session, world.tenant_id):
        undone = JournalEntry.done_at.is_(None), JournalEntry.kind == RELEASED
        rows = world.session.scalars(select(JournalEntry).where(*undone))
        return {row.event["alarm_id"] for row in rows}


def alarms_held(world: World) -> set[str]:
    with as_tenant(world.session, world.tenant_id):
        return {str(one) for one in world.session.scalars(select(AlarmHold.alarm_id))}


def at_bern(name: str, severity: str) -> Said:
    there = {"site": "bern"}
    document = {"managed_object": name, "perceived_severity": severity, "attributes": there}
    return Said(1.0, 0.0, document)


def test_they_agree_on_an_alarm_that_a_storm_takes_back_in_the_batch_that_lets_it_go(
    session: Session, matcher: Matcher
) -> None:
    world = World(session, make_customer(session).id, matcher, [100])
    world.prepare(Customs({}, {"window_s": 30, "site": {"begin_per_s": 0.05, "end_per_s": 0.02}}))
    publish(session, world.tenant_id, [{"when": make_leaf("managed_object", "exists")}])
    for name in ("fan", "link-1", "link-2"):
        world.live(at_bern(name, "minor"))
    world.correlate_all()
    world.live(Deed(61.0, "clock", 0))
    let_go = alarms_let_go(world)
    for name in ("link-1", "link-2"):
        world.live(at_bern(name, "cleared"))
        world.live(at_bern(name, "minor"))
    world.correlate_all()

    assert let_go & alarms_held(world)
    assert backtested(world) == live_verdicts(world)


def test_they_agree_where_an_event_was_taken_at_once_while_earlier_ones_waited(
    session: Session, matcher: Matcher
) -> None:
    world = World(session, make_customer(session).id, matcher, [1])
    publish(session, world.tenant_id, [{"when": make_leaf("managed_object", "exists")}])
    for severity in ("minor", "minor", "major"):
        world.live(at_bern("fan", severity))
    world.live(Deed(1.0, "at once", 0))
    world.correlate_all()

    assert backtested(world) == live_verdicts(world)


def test_they_agree_on_a_batch_in_which_many_late_repeats_came_between_two_raises(
    session: Session, matcher: Matcher
) -> None:
    world = World(session, make_customer(session).id, matcher, [500])
    publish(session, world.tenant_id, [{"when": make_leaf("managed_object", "exists")}])
    world.live(at_bern("fan", "minor"))
    world.correlate_all()
    world.live(at_bern("link-1", "minor"))
    for late_s in range(BETWEEN_MAX + 6):
        world.live(Said(0.0, 10.0 + late_s, at_bern("fan", "minor").document))
    world.live(at_bern("link-2", "minor"))
    world.correlate_all()

    assert backtested(world) == live_verdicts(world)
