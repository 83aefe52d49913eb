"""What an alarm did to a service stays in the record when the alarm is purged."""

from __future__ import annotations

import pytest

from runtime.alarms.policy.store import policy_of
from runtime.retention.alarms import remove_alarms
from runtime.retention.purging.purge import purge
from runtime.retention.purging.wish import parse_wish
from runtime.services._tables import ServiceRow
from runtime.services.deriving import Asked, derive_services, write_derived
from runtime.services.following import Follower
from runtime.services.store import ServiceView
from tenancy.scope import as_tenant
from tests.integration.runtime.services.bench import LINE_A, Bench

DAY = 86_400
BEGAN, ENDED = 3 * DAY, 3 * DAY + 600
OUTAGE = ("down", BEGAN, ENDED)


@pytest.fixture
def one(bench: Bench) -> ServiceView:
    """A service with an outage on day three; it is day five."""
    one = bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", BEGAN)
    bench.hear("line-a", "cleared", ENDED)
    bench.at(5 * DAY)
    bench.follow()
    return one


def test_it_stays_when_the_lines_are_read_again(bench: Bench, one: ServiceView) -> None:
    stood_about(bench)
    purge_all(bench)

    bench.follower = Follower(bench.sessions, bench.sessions)
    bench.follow()

    assert bench.troubles(one) == [OUTAGE]


def test_it_stays_when_something_earlier_is_heard_of_late(bench: Bench, one: ServiceView) -> None:
    purge_all(bench)
    bench.follow()

    bench.hear("line-a", "critical", 2 * DAY, specific_problem="late")
    bench.hear("line-a", "cleared", 2 * DAY + 60, specific_problem="late")

    assert bench.troubles(one) == [OUTAGE]


def test_what_came_after_it_is_still_put_right(bench: Bench, one: ServiceView) -> None:
    purge_all(bench)
    bench.follow()

    bench.hear("line-a", "critical", 4 * DAY, specific_problem="late")
    bench.hear("line-a", "cleared", 4 * DAY + 60, specific_problem="late")

    assert bench.troubles(one) == [OUTAGE, ("down", 4 * DAY, 4 * DAY + 60)]


def test_it_stays_when_the_alarm_is_old(bench: Bench, one: ServiceView) -> None:
    bench.at(800 * DAY)
    with bench.sessions.begin() as session, as_tenant(session, bench.tenant.id):
        policy = policy_of(session, bench.tenant.id)
        assert remove_alarms(session, bench.tenant.id, policy, now=bench.now)
    bench.at(5 * DAY)

    bench.hear("line-a", "critical", 2 * DAY, specific_problem="late")

    assert bench.troubles(one)[0][:2] == OUTAGE[:2]


def test_who_read_the_alarms_before_a_purge_writes_nothing_after_it(
    bench: Bench, one: ServiceView
) -> None:
    with bench.sessions() as session, as_tenant(session, bench.tenant.id):
        row = session.get_one(ServiceRow, one.id)
        asked = [Asked(row=row, since=row.watched_from)]
        derived = derive_services(session, bench.tenant.id, asked, now=bench.now)
    purge_all(bench)

    with bench.sessions.begin() as session, as_tenant(session, bench.tenant.id):
        assert not write_derived(session, bench.tenant.id, derived, now=bench.now)


def test_a_service_whose_end_was_not_followed_yet_works_from_it_on(bench: Bench) -> None:
    one = bench.serve(rests_on=LINE_A)
    bench.hear("line-a", "critical", 60)
    bench.at(100)
    bench.say("line-a", "cleared", 90)
    bench.correlate()
    bench.at(2 * DAY)
    purge_all(bench)

    bench.follow()

    assert bench.troubles(one) == [("down", 60, 90)]


def stood_about(bench: Bench) -> None:
    """Let another alarm stand since before the outage, and not matter."""
    bench.hear("line-a", "minor", 2 * DAY, specific_problem="slow")


def purge_all(bench: Bench) -> None:
    wish = parse_wish({"status": "any", "older_than_days": 1})
    with bench.sessions.begin() as session, as_tenant(session, bench.tenant.id):
        assert purge(session, bench.tenant.id, wish, by="Ann", now=bench.now) == 1
