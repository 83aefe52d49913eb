"""Which rules fire for which events, and what they do, through the correlator's batch."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.journal import ESCALATED, note
from runtime.alarms.lifecycle import AckState
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.factories.rules import make_count_pattern
from tests.factories.tenancy import NOON
from tests.integration.runtime.rules.conftest import Bench


def test_each_fires_for_every_alarm(bench: Bench) -> None:
    bench.rule()
    bench.send("a")
    bench.send("b")

    assert [did for _, did in bench.fired()] == [[{"do": "acknowledge"}]] * 2


def test_a_repeat_does_not_fire(bench: Bench) -> None:
    bench.rule()
    bench.send(ago_s=2)
    bench.fired()
    bench.send(ago_s=1)

    assert len(bench.fired()) == 1


@pytest.mark.parametrize(
    ("ago_s", "firings"),
    [
        pytest.param((60, 0), 0, id="window start is exclusive"),
        pytest.param((59, 0), 1, id="inside the window"),
        pytest.param((90, 50, 0), 1, id="the window slides"),
        pytest.param((50, 40, 30, 0), 1, id="cools down for a window by default"),
    ],
)
def test_count_looks_back_one_window(bench: Bench, ago_s: tuple[int, ...], firings: int) -> None:
    bench.rule(pattern=make_count_pattern(2, 60))
    for number, ago in enumerate(ago_s):
        bench.send(f"link-{number}", ago_s=ago)

    assert len(bench.fired()) == firings


def test_count_keeps_groups_apart_and_leaves_out_alarms_without_one(bench: Bench) -> None:
    bench.rule(pattern=make_count_pattern(2, 60, "attributes.site"))
    for number, site in enumerate(["bern", "basel", None, None, "bern"]):
        bench.send(f"link-{number}", attributes={"site": site} if site else {})

    assert len(bench.fired()) == 1


@pytest.mark.parametrize("batch", [1, 2, 500])
@pytest.mark.parametrize(
    ("ago_s", "firings"),
    [
        pytest.param((10, 20, 59), 1, id="the first comes last"),
        pytest.param((0, 3000, 50), 1, id="a stray one between"),
        pytest.param((9000, 8960, 8950, 8900, 8890), 2, id="a backlog of hours"),
        pytest.param((0, 10, 20, 9000, 9010, 9020), 2, id="an older burst after a newer one"),
    ],
)
def test_late_events_count_where_they_belong_however_they_are_batched(
    bench: Bench, ago_s: tuple[int, ...], firings: int, batch: int
) -> None:
    bench.rule(pattern=make_count_pattern(2, 60))
    for number, ago in enumerate(ago_s):
        bench.send(f"link-{number}", ago_s=ago)

    assert len(bench.fired(batch=batch)) == firings


@pytest.mark.parametrize("batch", [1, 500])
def test_a_change_of_severity_is_not_one_more_alarm(bench: Bench, batch: int) -> None:
    bench.rule(pattern=make_count_pattern(2, 60))
    for ago, severity in ((30, "minor"), (20, "major"), (10, "critical")):
        bench.send("a", ago_s=ago, perceived_severity=severity)
    assert bench.fired(batch=batch) == []

    bench.send("b", ago_s=5)

    assert len(bench.fired(batch=batch)) == 1


def test_an_alarm_that_is_raised_again_counts_again(bench: Bench) -> None:
    bench.rule(pattern=make_count_pattern(2, 60))
    bench.send("a", ago_s=30)
    bench.send("a", ago_s=20, perceived_severity="cleared")
    bench.send("a", ago_s=10)

    assert len(bench.fired()) == 1


def test_a_batch_asks_the_database_the_same_few_questions_however_long_it_is(
    bench: Bench,
) -> None:
    bench.rule(pattern=make_count_pattern(50, 60), cooldown_s=60)

    def reads(events: int) -> int:
        asked: list[str] = []
        for number in range(events):
            bench.send(f"link-{events}-{number}", ago_s=number / 100)
        engine = bench.session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *facts: asked.append(facts[2]))
        bench.fired()
        return sum(one.startswith("SELECT") for one in asked)

    reads(1)  # compiles the rules

    assert reads(5) == reads(20)


def test_notices_that_the_lifecycle_dealt_with_cost_no_question_each(bench: Bench) -> None:
    bench.rule(on=["escalated"])
    for number in range(6):
        bench.send(f"link-{number}")
    bench.fired()
    with as_tenant(bench.session, bench.tenant_id):
        ids = list(bench.session.scalars(select(AlarmRow.id)))

    def reads(noticed: list[UUID]) -> int:
        asked: list[str] = []
        with as_tenant(bench.session, bench.tenant_id):
            note(bench.session, bench.tenant_id, ESCALATED, noticed, now=NOON)
        engine = bench.session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *facts: asked.append(facts[2]))
        bench.fired()
        return sum(one.startswith("SELECT") for one in asked)

    assert reads(ids[:1]) == reads(ids[1:])


def test_a_cooldown_holds_back_the_same_alarm_only(bench: Bench) -> None:
    bench.rule(cooldown_s=60)
    bench.send("a", ago_s=9)
    bench.send("b", ago_s=9)
    bench.send("a", ago_s=5, perceived_severity="critical")

    assert len(bench.fired()) == 2


def test_a_lower_priority_number_runs_first(bench: Bench) -> None:
    bench.rule(name="late", priority=20)
    bench.rule(name="early", priority=10)
    bench.send()

    assert [name for name, _ in bench.fired()] == ["early", "late"]


def test_observing_records_and_does_nothing(bench: Bench) -> None:
    bench.rule(mode=Mode.OBSERVE)
    bench.send()

    assert [did for _, did in bench.fired()] == [[]]
    with as_tenant(bench.session, bench.tenant_id):
        assert bench.session.scalars(select(AlarmRow.ack_state)).all() == [AckState.UNACKNOWLEDGED]


def test_a_missing_workflow_is_told_and_stops_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_tenant(bench.session, bench.tenant_id):
        make_flow(bench.session, bench.tenant_id, chain_document(1, name="Gone"))
    bench.rule(then=[{"do": "start", "flow": "gone"}, {"do": "acknowledge"}])
    monkeypatch.setattr("runtime.rules.actions.find_flow_id", lambda *_: None)
    bench.send("a")
    bench.send("b")

    for _, (start, acknowledge) in bench.fired():
        assert "gone" in start["failed"]
        assert acknowledge == {"do": "acknowledge"}


def test_a_suppressed_alarm_says_by_which_rule_and_why(bench: Bench) -> None:
    bench.rule(name="Planned", then=[{"do": "suppress", "reason": "work at {managed_object}"}])
    bench.send("a")

    assert bench.fired() == [("Planned", [{"do": "suppress", "reason": "work at a"}])]
    with as_tenant(bench.session, bench.tenant_id):
        suppressed_by = bench.session.scalar(select(AlarmRow.suppressed_by))
    assert suppressed_by == "rule Planned: work at a"


def test_derived_alarms_are_judged_too_and_stop_at_depth_three(bench: Bench) -> None:
    derive = {"do": "derive", "alarm": {"specific_problem": "{specific_problem}+"}}
    bench.rule(then=[derive])
    bench.send(specific_problem="p")

    found = [did[0] for _, did in bench.fired()]

    assert [one.get("specific_problem") for one in found] == ["p+", "p++", "p+++", None]
    assert "no deeper" in found[-1]["failed"]


def test_a_rule_never_sees_another_tenants_alarms(session: Session, matcher: Matcher) -> None:
    mine, other = Bench(session, matcher), Bench(session, matcher)
    mine.rule(pattern=make_count_pattern(2, 60))
    mine.send("a")
    other.send("b")
    other.send("c")

    assert mine.fired() == []
    assert other.fired() == []


def test_a_rule_can_wait_for_the_clear(bench: Bench) -> None:
    bench.rule(on=["cleared"])
    bench.send(ago_s=5)
    assert bench.fired() == []

    bench.send(perceived_severity="cleared")

    assert len(bench.fired()) == 1
