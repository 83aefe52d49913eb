"""The record of services follows alarms: exactly, once, whatever comes late or dies."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kernel.clock import format_instant
from runtime.alarms.store import clear_by_person
from runtime.inventory.resources import put_relation, put_resource
from runtime.services._tables import ServiceAlarm
from runtime.services.following import Follower
from runtime.services.store import save_service
from runtime.services.timeline import State
from tenancy.scope import as_tenant
from tests.factories.services import service_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.runtime.services.bench import LINE_A, Bench, plan


def test_a_service_goes_down_and_comes_back_with_its_alarm(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)

    bench.hear("line-a", "critical", 60)
    while_down = bench.seen(one)
    bench.hear("line-a", "cleared", 90)

    assert (while_down.state, while_down.is_down) == (State.DOWN, True)
    assert while_down.cause is not None
    assert while_down.cause.what == "The equipment line-a is disturbed"
    assert bench.troubles(one) == [("down", 60, 90)]
    assert bench.seen(one).state is State.WORKING


def test_a_disturbance_between_two_looks_is_recorded_to_the_second(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.at(600)
    for severity, second in (("critical", 10), ("cleared", 11), ("critical", 20), ("cleared", 23)):
        bench.say("line-a", severity, second)
    bench.correlate()
    bench.follow()

    assert bench.troubles(one) == [("down", 10, 11), ("down", 20, 23)]


def test_an_alarm_that_is_heard_of_late_counts_from_its_own_instant(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 900)
    bench.at(1_000)

    bench.hear("line-a", "critical", 300, specific_problem="earlier")
    bench.hear("line-a", "cleared", 1_000, specific_problem="earlier")
    bench.hear("line-a", "cleared", 1_200)

    assert bench.troubles(one) == [("down", 300, 1_200)]


def test_a_clear_of_the_past_ends_the_disturbance_in_the_past(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 60)
    bench.at(5_000)
    bench.follow()

    bench.hear("line-a", "cleared", 100)

    assert bench.troubles(one) == [("down", 60, 100)]


def test_following_again_changes_nothing(bench: Bench) -> None:
    bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 60)
    bench.hear("line-a", "cleared", 90)
    before = bench.rows()

    bench.follower = Follower(bench.sessions, bench.sessions)  # reads the last lines again
    bench.follow()

    assert bench.rows() == before


def test_two_that_follow_at_once_record_once(bench: Bench) -> None:
    bench.serve(rests_on=LINE_A)
    other = Follower(bench.sessions, bench.sessions)
    other.round(now=bench.now)

    bench.hear("line-a", "critical", 60)
    before = bench.rows()
    other.round(now=bench.now)

    assert bench.rows() == before


def test_a_plan_that_died_before_its_commit_is_made_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.say("line-a", "critical", 0)
    bench.correlate()
    with monkeypatch.context() as dies:
        dies.setattr("runtime.services.deriving._remember_alarms", _die)
        with pytest.raises(KeyboardInterrupt):
            bench.follow()
    assert bench.rows() == 1

    bench.follower = Follower(bench.sessions, bench.sessions)
    bench.follow()

    assert bench.troubles(one) == [("down", 0, None)]


def test_a_follower_that_failed_looks_again_at_what_it_had_seen(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.follow()
    bench.say("line-a", "critical", 0)
    bench.correlate()
    with monkeypatch.context() as fails:
        fails.setattr("runtime.services.deriving._remember_alarms", _fail)
        with pytest.raises(TimeoutError):
            bench.follow()

    bench.hear("line-b", "minor", 1)

    assert bench.troubles(one) == [("down", 0, None)]


def _fail(*_: Any) -> None:
    raise TimeoutError


def _die(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_change_of_what_it_rests_on_leaves_the_past_as_it_was(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 60)
    bench.at(120)
    with bench.sessions.begin() as session, as_tenant(session, bench.tenant.id):
        save_service(
            session,
            bench.tenant.id,
            one.id,
            document=service_document(rests_on=[{"need": "any", "keys": ["line-a", "line-b"]}]),
            expected_revision=1,
            by="Ann",
            now=bench.now,
        )
    bench.hear("line-a", "cleared", 180)

    assert bench.troubles(one) == [("down", 60, 120)]


def test_a_new_service_knows_how_it_went_since_it_is_in_use(bench: Bench) -> None:
    bench.hear("line-a", "critical", 60)
    bench.hear("line-a", "cleared", 90)
    bench.at(600)

    one = bench.serve(rests_on=LINE_A, watched_from=format_instant(NOON))

    assert bench.troubles(one) == [("down", 60, 90)]


def test_what_stands_above_takes_it_down_only_within_its_hops(bench: Bench) -> None:
    with bench.sessions.begin() as session, as_tenant(session, bench.tenant.id):
        site, node, line = (
            put_resource(session, bench.tenant.id, kind, key, key.title())
            for kind, key in (("site", "hall"), ("node", "router"), ("link", "line-a"))
        )
        put_relation(session, bench.tenant.id, site, node, kind="contains")
        put_relation(session, bench.tenant.id, line, node, kind="depends_on")
    near = bench.serve(rests_on=LINE_A, hops=1)
    far = bench.serve(key="far", rests_on=LINE_A, hops=2)

    bench.hear("hall", "critical", 60)

    assert (bench.seen(near).state, bench.seen(far).state) == (State.WORKING, State.DOWN)


def test_the_inventory_that_grows_counts_from_when_it_is_seen(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.hear("router", "critical", 60)
    with bench.sessions.begin() as session, as_tenant(session, bench.tenant.id):
        node = put_resource(session, bench.tenant.id, "node", "router", "Router")
        line = put_resource(session, bench.tenant.id, "link", "line-a", "Line A")
        put_relation(session, bench.tenant.id, line, node, kind="depends_on")

    bench.at(120)
    bench.follow()

    assert bench.troubles(one) == [("down", 120, None)]


def test_what_planned_work_holds_back_is_planned_from_the_raise_to_its_end(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    plan(bench, {"kind": "resources", "keys": ["line-a"]})
    bench.at(30)

    bench.hear("line-a", "critical", 10)
    found = bench.seen(one)

    assert (found.state, found.is_down) == (State.PLANNED, True)
    assert bench.troubles(one) == [("planned", 10, None)]


def test_an_alarm_that_names_the_service_counts_wherever_it_is(bench: Bench) -> None:
    one = bench.serve(rests_on=[])

    bench.hear("somewhere", "minor", 60, affected_services=("internet-1",))

    assert bench.seen(one).state is State.DEGRADED


def test_a_clear_by_a_person_ends_it_too(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 60)
    with bench.sessions.begin() as session, as_tenant(session, bench.tenant.id):
        mine = ServiceAlarm.tenant_id == bench.tenant.id
        alarm_id = session.scalars(select(ServiceAlarm.alarm_id).where(mine)).one()
        clear_by_person(session, bench.tenant.id, alarm_id, by="Ann", now=bench.at(75))
    bench.follow()

    assert bench.troubles(one) == [("down", 60, 75)]


def test_another_tenants_alarms_change_nothing(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    mine = bench.tenant
    with bench.sessions.begin() as session:
        bench.tenant = make_customer(session)

    bench.hear("line-a", "critical", 60)

    bench.tenant = mine
    assert bench.troubles(one) == []
