"""What changes without an alarm of its own: planned work, and beginnings that are heard of late."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Engine, event

from runtime.alarms.tmf642.changing import delete_alarm
from runtime.services.store import ServiceView
from runtime.services.timeline import State
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON
from tests.integration.runtime.services.bench import LINE_A, Bench, plan


def test_a_repeat_that_comes_late_puts_the_beginning_right(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 60)
    bench.at(100)
    bench.hear("line-a", "critical", 20)

    assert bench.troubles(one) == [("down", 20, None)]


def test_a_repeat_that_comes_late_and_says_nothing_new_writes_nothing(bench: Bench) -> None:
    bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 60)
    before = bench.rows()
    bench.hear("line-a", "critical", 70)

    assert bench.rows() == before


def test_work_on_the_service_begins_and_ends_without_an_alarm(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    plan(bench, {"kind": "services", "keys": ["internet-1"]}, begins_s=600, suppresses=False)
    bench.hear("line-a", "critical", 60)
    bench.at(10_000)
    bench.follow()

    assert [
        ((moment.at - NOON).total_seconds(), moment.state) for moment in bench.moments(one)[1:]
    ] == [(60, State.DOWN), (600, State.PLANNED), (7_800, State.DOWN)]


def test_work_shorter_than_the_time_between_two_looks_is_recorded(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 60)
    plan(bench, {"kind": "services", "keys": ["internet-1"]}, begins_s=600, lasts_s=120)
    bench.at(599)
    bench.follow()
    bench.at(800)
    bench.follow()

    assert [moment.state for moment in bench.moments(one)[1:]] == [
        State.DOWN,
        State.PLANNED,
        State.DOWN,
    ]


def test_a_look_round_derives_nothing_where_no_plan_and_no_network_changed(
    bench: Bench, engine: Engine
) -> None:
    bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 60)
    bench.at(100)
    bench.follow()
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    bench.at(200)
    bench.follow()

    assert any("maintenance_window" in one for one in asked)
    assert not any("alarm_history.facts" in one or "service_moment" in one for one in asked)


def test_a_service_works_again_once_the_alarm_that_took_it_down_is_removed(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    alarm_id = went_down(bench, one)
    bench.at(100)
    bench.follow()

    remove(bench, alarm_id)
    bench.at(200)
    bench.follow()

    assert bench.seen(one).state is State.WORKING


def test_so_does_one_whose_alarm_came_and_was_removed_between_two_looks(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.follow()
    bench.at(10)
    remove(bench, went_down(bench, one, second=5))

    bench.at(30)
    bench.follow()

    assert bench.seen(one).state is State.WORKING


def test_one_that_another_alarm_took_down_at_once_stays_down(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    alarm_id = went_down(bench, one)
    bench.at(100)
    bench.follow()

    remove(bench, alarm_id)
    bench.follow()
    bench.hear("line-a", "critical", 105, specific_problem="another")
    bench.at(200)
    bench.follow()

    assert bench.seen(one).state is State.DOWN


def went_down(bench: Bench, one: ServiceView, *, second: float = 60) -> UUID:
    bench.hear("line-a", "critical", second)
    cause = bench.seen(one).cause
    assert cause is not None
    return cause.alarm_id


def remove(bench: Bench, alarm_id: UUID) -> None:
    with bench.sessions.begin() as session, as_tenant(session, bench.tenant.id):
        delete_alarm(session, bench.tenant.id, alarm_id, by="Ann", now=bench.now)
