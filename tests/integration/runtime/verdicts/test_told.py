"""What is told of an alarm is what was recorded of it, and what did not fire has a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.rules._tables import Firing, RuleRow
from runtime.rules.explain import sentences
from runtime.rules.matcher import Matcher
from runtime.verdicts.asking import Outcome, Verdict, explain
from runtime.verdicts.notes import UNKNOWN
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_customer
from tests.integration.runtime.rules.stories import (
    Customs,
    Deed,
    World,
    customs,
    stories,
    told_rules,
)
from tests.integration.runtime.rules.test_backtest import publish
from tests.support.size import examples
from tests.unit.runtime.rules.streams import Said, rules, streams


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher(loads_max=2_000) as made:
        yield made


def last_firings(world: World, alarm_id: UUID) -> dict[UUID, Firing]:
    rows = world.session.scalars(
        select(Firing)
        .where(Firing.alarm_id == alarm_id)
        .order_by(Firing.at, Firing.recorded_at, Firing.id)
    )
    return {one.rule_id: one for one in rows}


def rules_of_kinds(world: World, *kinds: str) -> set[UUID]:
    """Give the rules whose patterns leave what they saw behind."""
    with as_tenant(world.session, world.tenant_id):
        found = world.session.scalars(select(RuleRow).where(RuleRow.tenant_id == world.tenant_id))
        return {one.id for one in found if one.draft["pattern"]["kind"] in kinds}


def explained(world: World) -> Iterator[tuple[dict[UUID, Firing], list[Verdict]]]:
    with as_tenant(world.session, world.tenant_id):
        mine = select(AlarmRow.id).where(AlarmRow.tenant_id == world.tenant_id)
        for alarm_id in world.session.scalars(mine).all():
            told = explain(world.session, world.tenant_id, alarm_id).verdicts
            yield last_firings(world, alarm_id), list(told)


_settings = settings(
    max_examples=examples(10),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(documents=st.lists(told_rules, min_size=2, max_size=4), story=stories, customs=customs)
@_settings
def test_what_is_told_of_a_firing_is_what_was_recorded_of_it(
    session: Session,
    matcher: Matcher,
    documents: list[dict[str, Any]],
    story: list[Said | Deed],
    customs: Customs,
) -> None:
    world = World(session, make_customer(session).id, matcher)
    world.prepare(customs)
    publish(session, world.tenant_id, documents)

    world.tell(story)

    for fired, verdicts in explained(world):
        told = {one.rule_id: one for one in verdicts if one.outcome is Outcome.FIRED}
        assert {key: one.at for key, one in fired.items()} == {
            key: one.fired_at for key, one in told.items()
        }
        assert all(told[key].decided == tuple(sentences(one.why)) for key, one in fired.items())


@given(documents=st.lists(rules, min_size=2, max_size=4), stream=streams)
@_settings
def test_a_rule_whose_conditions_hold_and_that_did_not_fire_says_why(
    session: Session, matcher: Matcher, documents: list[dict[str, Any]], stream: list[Said]
) -> None:
    world = World(session, make_customer(session).id, matcher)
    publish(session, world.tenant_id, documents)

    world.tell([replace(one, late_s=0.0) for one in stream])

    plain = rules_of_kinds(world, "each", "count", "sequence", "together", "persists")
    for _, verdicts in explained(world):
        assert not [one for one in verdicts if one.notes == (UNKNOWN,) and one.rule_id in plain]
