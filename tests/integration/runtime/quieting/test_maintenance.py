"""Alarms in planned work: held, followed, let go once, and judged then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms.holding.holds import release_due
from runtime.inventory.resources import put_relation, put_resource
from runtime.maintenance.windows import end_window, remove_window, save_window
from tenancy.scope import as_tenant, system
from tests.factories.maintenance import HOUR, QuietBench, window_document
from tests.factories.tenancy import NOON

SECOND = timedelta(seconds=1)


def network(bench: QuietBench) -> None:
    """A site with a node that carries a service, and a node elsewhere."""
    with as_tenant(bench.session, bench.tenant_id):
        where: tuple[Session, Any] = (bench.session, bench.tenant_id)
        site = put_resource(*where, "site", "zrh", "Zurich")
        node = put_resource(*where, "node", "r1", "Router", parent_id=site)
        put_resource(*where, "part", "r1/card", "Card", parent_id=node)
        put_resource(*where, "node", "r2", "Router")
        service = put_resource(*where, "service", "vpn", "VPN")
        put_relation(*where, node, service, kind="carries")


@pytest.mark.parametrize(
    ("after", "held"),
    [
        pytest.param(-SECOND, False, id="one second before"),
        pytest.param(timedelta(0), True, id="at its start"),
        pytest.param(2 * HOUR - SECOND, True, id="one second before its end"),
        pytest.param(2 * HOUR, False, id="at its end"),
    ],
)
def test_an_alarm_is_held_that_is_raised_in_the_window(
    bench: QuietBench, after: timedelta, held: bool
) -> None:
    bench.rule()
    bench.plan()
    bench.now = NOON + after
    bench.send()
    bench.correlate()

    assert bench.is_held() is held
    assert bench.alarm().planned_outage is held
    assert bench.fired() == (0 if held else 1)


@pytest.mark.parametrize(
    ("scope", "event", "held"),
    [
        pytest.param({"kind": "resources", "keys": ["r1"]}, {"name": "r1"}, True, id="itself"),
        pytest.param(
            {"kind": "resources", "keys": ["r1"]}, {"name": "r1/card"}, True, id="what it contains"
        ),
        pytest.param({"kind": "resources", "keys": ["r1"]}, {"name": "zrh"}, False, id="its site"),
        pytest.param({"kind": "resources", "keys": ["r1"]}, {"name": "r2"}, False, id="another"),
        pytest.param({"kind": "sites", "keys": ["zrh"]}, {"name": "r1/card"}, True, id="at a site"),
        pytest.param(
            {"kind": "sites", "keys": ["zrh"]},
            {"name": "x", "attributes": {"site": "zrh"}},
            True,
            id="says its site",
        ),
        pytest.param(
            {"kind": "sites", "keys": ["zrh"]}, {"name": "x", "place": "zrh"}, True, id="its place"
        ),
        pytest.param({"kind": "sites", "keys": ["zrh"]}, {"name": "r2"}, False, id="elsewhere"),
        pytest.param({"kind": "services", "keys": ["vpn"]}, {"name": "vpn"}, True, id="a service"),
        pytest.param(
            {"kind": "services", "keys": ["vpn"]},
            {"name": "x", "affected_services": ["vpn"]},
            True,
            id="names the service",
        ),
        pytest.param(
            {"kind": "services", "keys": ["vpn"]}, {"name": "r1"}, False, id="what carries it"
        ),
        pytest.param(
            {
                "kind": "condition",
                "when": {"field": "perceived_severity", "op": "at_most", "value": "major"},
            },
            {"name": "x"},
            True,
            id="a condition that holds",
        ),
        pytest.param(
            {
                "kind": "condition",
                "when": {"field": "perceived_severity", "op": "at_most", "value": "minor"},
            },
            {"name": "x"},
            False,
            id="a condition that does not",
        ),
    ],
)
def test_a_window_is_about_what_its_scope_names(
    bench: QuietBench, scope: dict[str, Any], event: dict[str, Any], held: bool
) -> None:
    network(bench)
    bench.plan(scope=scope)
    bench.send(**event)
    bench.correlate()

    assert bench.is_held(event["name"]) is held


def test_what_still_stands_is_released_once_and_judged_then(bench: QuietBench) -> None:
    bench.rule()
    bench.plan()
    bench.send()
    bench.correlate()
    bench.now = NOON + 2 * HOUR - SECOND
    bench.settle()
    assert (bench.is_held(), bench.fired()) == (True, 0)

    bench.now = NOON + 2 * HOUR
    bench.settle()
    bench.settle()

    assert (bench.is_held(), bench.fired()) == (False, 1)


def test_clears_pass_and_leave_nothing_to_release(bench: QuietBench) -> None:
    bench.rule(on=["cleared"])
    bench.plan()
    bench.send()
    bench.send(perceived_severity="cleared", at=NOON + SECOND)
    bench.correlate()
    assert bench.fired() == 1

    bench.now = NOON + 3 * HOUR
    bench.settle()

    assert bench.fired() == 1
    assert not bench.alarm().is_active


def test_what_gets_worse_while_it_is_held_is_not_judged(bench: QuietBench) -> None:
    bench.rule()
    bench.plan()
    bench.send()
    bench.correlate()
    bench.send(perceived_severity="critical", at=NOON + SECOND)
    bench.correlate()
    assert bench.fired() == 0

    bench.now = NOON + 2 * HOUR
    bench.settle()

    assert bench.fired() == 1
    assert bench.alarm().perceived_severity.value == "critical"


def test_an_alarm_from_before_the_window_stays_where_it_is(bench: QuietBench) -> None:
    bench.rule()
    bench.plan()
    bench.send(at=NOON - SECOND)
    bench.correlate()
    bench.send(perceived_severity="critical", at=NOON + SECOND)
    bench.correlate()

    assert not bench.is_held()
    assert bench.fired() == 2


def test_one_that_comes_again_after_the_window_is_shown(bench: QuietBench) -> None:
    bench.plan()
    late = NOON + 2 * HOUR
    bench.now = late + SECOND
    bench.send(at=late - 9 * SECOND)
    bench.send(perceived_severity="cleared", at=late - 5 * SECOND)
    bench.send(at=late + SECOND)
    bench.correlate()

    assert bench.alarm().flap_count == 1
    assert not bench.is_held()


def test_a_late_event_of_a_past_window_is_released_at_once(bench: QuietBench) -> None:
    bench.rule()
    bench.plan()
    bench.now = NOON + 5 * HOUR
    bench.send(at=NOON + HOUR)
    bench.settle()

    assert (bench.is_held(), bench.fired()) == (False, 1)


def test_two_windows_hold_until_the_later_ends(bench: QuietBench) -> None:
    bench.rule()
    bench.plan()
    bench.plan(name="Longer", ends_at=format_instant(NOON + 4 * HOUR))
    bench.send()
    bench.correlate()
    bench.now = NOON + 2 * HOUR
    bench.settle()
    assert bench.is_held()

    bench.now = NOON + 4 * HOUR
    bench.settle()

    assert (bench.is_held(), bench.fired()) == (False, 1)


def test_what_a_rule_suppressed_before_stays_suppressed(bench: QuietBench) -> None:
    bench.rule(then=[{"do": "suppress"}])
    bench.send(at=NOON - SECOND)
    bench.correlate()
    bench.plan()
    bench.send(perceived_severity="cleared", at=NOON)
    bench.send(at=NOON + SECOND)
    bench.correlate()

    bench.now = NOON + 2 * HOUR
    bench.settle()

    assert bench.alarm().suppressed_by.startswith("rule ")


def test_ending_early_releases_now(bench: QuietBench) -> None:
    made = bench.plan()
    bench.send()
    bench.correlate()
    bench.now = NOON + HOUR
    with as_tenant(bench.session, bench.tenant_id):
        end_window(bench.session, bench.tenant_id, made.id, by="Ann", now=bench.now)
    bench.settle()
    bench.send("other", at=bench.now)
    bench.correlate()

    assert not bench.is_held()
    assert not bench.is_held("other")


def test_removing_a_window_releases_now(bench: QuietBench) -> None:
    made = bench.plan()
    bench.send()
    bench.correlate()
    with as_tenant(bench.session, bench.tenant_id):
        remove_window(bench.session, bench.tenant_id, made.id, now=bench.now)
    bench.settle()

    assert not bench.is_held()


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        pytest.param({"ends_at": format_instant(NOON + 6 * HOUR)}, True, id="longer"),
        pytest.param({"starts_at": format_instant(NOON + SECOND)}, False, id="begins later"),
        pytest.param({"scope": {"kind": "resources", "keys": ["x"]}}, False, id="about others"),
        pytest.param({"suppresses": False}, False, id="only marks"),
    ],
)
def test_a_changed_window_holds_what_it_still_covers(
    bench: QuietBench, changes: dict[str, Any], held: bool
) -> None:
    made = bench.plan()
    bench.send()
    bench.correlate()
    with as_tenant(bench.session, bench.tenant_id):
        save_window(
            bench.session,
            bench.tenant_id,
            made.id,
            document=window_document(**changes),
            expected_revision=made.revision,
            by="Ann",
            now=bench.now,
        )
    bench.now = NOON + HOUR
    bench.settle()

    assert bench.is_held() is held
    bench.now = NOON + 6 * HOUR
    bench.settle()
    assert not bench.is_held()


def test_a_release_that_is_rolled_back_is_made_by_the_next(bench: QuietBench) -> None:
    bench.rule()
    bench.plan()
    bench.send()
    bench.correlate()
    bench.now = NOON + 2 * HOUR
    with system(bench.session):
        nested = bench.session.begin_nested()
        assert release_due(bench.session, now=bench.now) == 1
        nested.rollback()
    assert bench.is_held()

    bench.settle()

    assert (bench.is_held(), bench.fired()) == (False, 1)


def test_another_tenants_window_holds_nothing_here(bench: QuietBench) -> None:
    QuietBench(bench.session, bench.matcher).plan()
    bench.send()
    bench.correlate()

    assert not bench.is_held()
