"""Rules that wait speak once when their time has come, whoever was away meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.store import clear_by_person
from runtime.due import Due, due_sleepers
from runtime.rules._tables import Firing, RuleRow, RuleTimer
from runtime.rules.store import list_rules, switch_off
from tenancy.scope import as_tenant, system
from tests.factories.rules import make_leaf
from tests.factories.tenancy import NOON
from tests.integration.runtime.rules.conftest import Bench

STANDS = {"kind": "persists", "after_s": 60}
ALONE = {
    "kind": "absence",
    "a": make_leaf("managed_object", "is", "a"),
    "b": make_leaf("managed_object", "is", "b"),
    "within_s": 60,
}
LATER, MUCH_LATER = NOON + timedelta(seconds=62), NOON + timedelta(days=1)


def timers(session: Session) -> int:
    with system(session):
        return len(session.scalars(select(RuleTimer.seq)).all())


@pytest.mark.parametrize("pattern", [STANDS, ALONE], ids=lambda one: one["kind"])
def test_a_rule_that_waits_fires_once_its_time_has_come(
    bench: Bench, pattern: dict[str, Any]
) -> None:
    bench.rule(pattern=pattern)
    bench.send("a")

    assert bench.fired() == []
    assert timers(bench.session) == 1
    assert bench.fired(now=LATER) == [("Critical link alarms", [{"do": "acknowledge"}])]
    assert len(bench.fired(now=MUCH_LATER)) == 1
    assert timers(bench.session) == 0


def test_what_was_received_while_the_correlator_was_down_is_judged_before_the_timer(
    bench: Bench,
) -> None:
    bench.rule(pattern=ALONE)
    bench.send("a")
    bench.fired()
    bench.send("b")

    assert bench.fired(now=MUCH_LATER, batch=1) == []
    assert timers(bench.session) == 0


def test_the_firing_says_when_it_was_due_however_late_it_is_judged(bench: Bench) -> None:
    bench.rule(pattern=STANDS)
    bench.send("a")
    bench.fired(now=MUCH_LATER)

    with as_tenant(bench.session, bench.tenant_id):
        at, why = bench.session.execute(select(Firing.at, Firing.why)).one()

    assert at == NOON + timedelta(seconds=60)
    assert why["pattern"]["kind"] == "persists"


def test_an_alarm_that_a_person_clears_does_not_stand_any_more(bench: Bench) -> None:
    bench.rule(pattern=STANDS)
    bench.send("a")
    bench.fired()
    with as_tenant(bench.session, bench.tenant_id):
        (alarm_id,) = bench.session.scalars(select(AlarmRow.id))
        clear_by_person(bench.session, bench.tenant_id, alarm_id, by="Anna", now=NOON)

    assert bench.fired(now=MUCH_LATER) == []


def test_the_sweep_wakes_the_correlator_when_a_timer_is_due(bench: Bench) -> None:
    bench.rule(pattern=STANDS)
    bench.send("a")
    bench.fired()

    with system(bench.session):
        early = due_sleepers(bench.session, now=NOON + timedelta(seconds=60))
        late = due_sleepers(bench.session, now=LATER)

    assert (early, late) == ([], [Due("correlator")])


def test_a_rule_that_was_switched_off_is_silent_and_its_timers_go(bench: Bench) -> None:
    bench.rule(pattern=STANDS)
    bench.send("a")
    bench.fired()
    with as_tenant(bench.session, bench.tenant_id):
        rule = bench.session.scalars(select(RuleRow.id)).one()
        switch_off(bench.session, bench.tenant_id, rule, now=NOON)

    assert bench.fired(now=LATER) == []
    assert timers(bench.session) == 0


def test_a_rule_tells_how_many_events_it_left_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.rules.judging.memory.GROUPS_MAX", 2)
    bench.rule(pattern={"kind": "each", "group_by": ["managed_object"]}, cooldown_s=60)
    for number in range(5):
        bench.send(f"link-{number}")

    bench.fired(batch=2)

    with as_tenant(bench.session, bench.tenant_id):
        assert [one.left_out for one in list_rules(bench.session, bench.tenant_id)] == [3]
