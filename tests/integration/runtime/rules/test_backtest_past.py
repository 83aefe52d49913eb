"""What a backtest plays as it was, feature by feature, and what it counts where nobody knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.backtests.running import backtest_rule
from runtime.rules._tables import Firing, RuleRow
from runtime.rules.backtest.report import Recorded, Report
from runtime.rules.matcher import Matcher
from runtime.rules.store import save_draft
from tenancy.scope import as_tenant
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.runtime.rules.stories import Customs, Deed, World
from tests.integration.runtime.rules.test_backtest import publish
from tests.unit.runtime.rules.streams import Said

ANY = make_leaf("managed_object", "exists")
YES: Any = True
STORM = {"window_s": 10, "tenant": {"begin_per_s": 0.2, "end_per_s": 0.1}}


@pytest.fixture
def world(session: Session, matcher: Matcher) -> World:
    return World(session, make_customer(session).id, matcher, (1,))


def says(name: str, severity: str = "major", *, after_s: float = 1) -> Said:
    document = {"managed_object": name, "perceived_severity": severity}
    return Said(after_s, 0, {**document, "attributes": {"site": "bern"}})


def rule_of(world: World) -> UUID:
    with as_tenant(world.session, world.tenant_id):
        return world.session.scalars(select(RuleRow.id)).one()


def backtest(world: World, *, since_s: float = 0) -> Report:
    """Backtest the only rule."""
    with as_tenant(world.session, world.tenant_id):
        return backtest_rule(
            world.session,
            world.tenant_id,
            rule_of(world),
            since=NOON + timedelta(seconds=since_s),
            now=world.now,
            most=10_000,
        )


def firings(world: World) -> int:
    with as_tenant(world.session, world.tenant_id):
        return len(world.session.scalars(select(Firing.id)).all())


@pytest.mark.parametrize(
    ("rule", "customs", "story", "expected"),
    [
        pytest.param({}, {}, [says("a"), Deed(1, "clear", 0), says("a")], 2, id="cleared by hand"),
        pytest.param(
            {"when": make_leaf("ack_state", "is", "acknowledged"), "on": ["changed"]},
            {},
            [says("a"), Deed(1, "acknowledge", 0), says("a", "minor")],
            1,
            id="acknowledged by hand",
        ),
        pytest.param(
            {"on": ["changed"]},
            {},
            [says("a"), Deed(1, "shelve", 0), says("a", "minor"), says("a", after_s=30)],
            0,
            id="on the shelf, until the clock brings it back",
        ),
        pytest.param(
            {"when": make_leaf("attributes.team", "is", "core"), "on": ["changed"]},
            {},
            [says("a"), Deed(1, "team", 0), says("a", "minor")],
            1,
            id="set by hand",
        ),
        pytest.param(
            {"on": ["cleared"]},
            {"ttl_s": 60},
            [says("a"), says("b"), says("a", after_s=50), Deed(15, "clock", 0)],
            2,
            id="expired, unless raised again",
        ),
        pytest.param(
            {"on": ["escalated"], "when": make_leaf("escalation_level", "at_least", 1)},
            {"escalate_after_min": [1]},
            [says("a"), says("b"), Deed(1, "acknowledge", 1), Deed(61, "clock", 0)],
            1,
            id="escalated, unless acknowledged",
        ),
        pytest.param(
            {"on": ["cleared"]},
            {},
            [says("a"), says("b"), Deed(1, "missing", 1)],
            1,
            id="missing in its source's full list",
        ),
        pytest.param({}, {}, [Deed(1, "at once", 0)], 1, id="applied by a request itself"),
        pytest.param(
            {},
            {},
            [Deed(1, "window", 0), says("a", after_s=2), says("b", after_s=95)],
            2,
            id="held back by planned work, and let go",
        ),
        pytest.param(
            {"when": make_leaf("maintenance.active", "is", YES)},
            {},
            [Deed(1, "window", 1), says("a", after_s=2), says("b", after_s=95)],
            1,
            id="judged by planned work",
        ),
        pytest.param(
            {"when": make_leaf("topology.parent_down", "is", YES)},
            {},
            [says("link-1"), says("link-2"), Deed(1, "clear", 0), says("link-3", after_s=1000)],
            1,
            id="judged by what was down above it",
        ),
    ],
)
def test_a_backtest_finds_what_live_recorded(
    world: World,
    rule: dict[str, Any],
    customs: dict[str, Any],
    story: list[Said | Deed],
    expected: int,
) -> None:
    world.prepare(Customs(customs, None))
    publish(world.session, world.tenant_id, [{"when": ANY} | rule])

    world.tell(story)

    report = backtest(world)
    assert report.recorded == Recorded(firings=expected, found=expected, others=0)
    assert report.draft.fired == firings(world) == expected


def test_what_a_storm_held_back_is_not_judged_and_what_it_let_go_is(world: World) -> None:
    world.prepare(Customs({}, STORM))
    publish(world.session, world.tenant_id, [{"when": ANY}])

    world.tell([says(f"link-{number}", after_s=0.1) for number in range(8)])

    report = backtest(world)
    assert report.limits["held"] > 0
    assert report.draft.fired == firings(world) > 8


def test_an_alarm_that_began_before_is_not_taken_for_a_new_one(world: World) -> None:
    publish(world.session, world.tenant_id, [{"when": ANY}])
    world.tell([says("a"), says("a", after_s=100), says("a", "critical"), says("b")])

    report = backtest(world, since_s=60)

    assert report.draft.fired == 2
    assert report.limits["earlier"] == 1


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param({}, 1, id="so it is"),
        pytest.param({"worse_unacknowledges": False}, 0, id="not by this policy"),
    ],
)
def test_an_alarm_from_before_that_got_worse_lost_its_acknowledgement(
    world: World, policy: dict[str, Any], expected: int
) -> None:
    world.prepare(Customs(policy, None))
    is_open = make_leaf("ack_state", "is", "unacknowledged")
    tags = [{"do": "set", "fields": {"attributes.team": "core"}}]
    rule = {"when": is_open, "on": ["changed"], "then": tags}
    publish(world.session, world.tenant_id, [rule])
    before: list[Said | Deed] = [says("a"), Deed(1, "acknowledge", 0), says("a", "critical")]
    world.tell([*before, says("a", "minor", after_s=100)])

    assert backtest(world, since_s=60).draft.fired == expected


def test_what_rules_remember_from_before_counts_but_does_not_fire(world: World) -> None:
    count = {"kind": "count", "at_least": 2, "within_s": 100}
    publish(world.session, world.tenant_id, [{"when": ANY, "pattern": count, "cooldown_s": 1}])
    world.tell([says("a"), says("b"), says("c", after_s=60)])

    report = backtest(world, since_s=30)

    assert report.draft.fired == 1
    assert report.events == 1


def test_counts_the_events_of_alarms_that_were_deleted_since(world: World) -> None:
    publish(world.session, world.tenant_id, [{"when": ANY}])
    world.tell([says("a"), says("b")])
    with as_tenant(world.session, world.tenant_id):
        gone = select(AlarmRow.id).where(AlarmRow.managed_object == "a")
        world.session.execute(delete(AlarmRow).where(AlarmRow.id.in_(gone)))

    report = backtest(world)

    assert report.limits["deleted"] == 1
    assert report.recorded == Recorded(firings=1, found=1, others=1)


def test_counts_what_came_to_alarms_that_the_draft_would_have_changed(world: World) -> None:
    publish(world.session, world.tenant_id, [{"when": make_leaf("managed_object", "is", "b")}])
    world.tell([says("a"), says("b"), says("a", "critical"), says("b", "critical")])
    draft = make_rule_document(when=ANY, on=["raised"], then=[{"do": "clear"}])
    with as_tenant(world.session, world.tenant_id):
        save_draft(
            world.session,
            world.tenant_id,
            rule_of(world),
            document=draft,
            expected_revision=1,
            by="Ann",
            now=NOON,
        )

    report = backtest(world)

    assert report.judged_later == 1  # the second event of a; b was changed in life, too


def test_says_how_much_was_judged_by_what_is_known_now(world: World) -> None:
    world.prepare(Customs({}, None))
    when = {
        "any": [
            make_leaf("inventory.vendor", "is", "Acme"),
            make_leaf("maintenance.active", "is", YES),
        ]
    }
    publish(world.session, world.tenant_id, [{"when": when}])
    world.tell([says("link-1"), Deed(1, "window", 1), says("unknown")])

    limits = backtest(world).limits

    assert (limits["inventory"], limits["planned"], limits["windows_changed"]) == (1, 2, 1)


def test_a_rule_that_reads_what_itself_set_sees_it_as_it_was(world: World) -> None:
    tags = [{"do": "set", "fields": {"attributes.team": "core"}}]
    once = {"when": make_leaf("attributes.team", "missing"), "then": tags}
    publish(world.session, world.tenant_id, [once])
    world.tell([says("a"), says("a", "critical")])

    report = backtest(world)

    assert report.draft.fired == firings(world) == 1
