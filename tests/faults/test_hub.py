"""A listener hears every event in order, though who sends them is killed again and again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby

import pytest
from sqlalchemy import func, select

from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.tmf642.dialect import DIALECTS
from runtime.alarms.tmf642.hub._tables import TmfDelivery, TmfHub
from runtime.alarms.tmf642.hub.sending import CLAIM_FOR
from tenancy.scope import as_tenant, system
from tests.factories.tenancy import NOON, make_customer
from tests.faults.test_rules import opened, run
from tests.support import killed_notifier
from tests.support.apart import survives
from tests.support.listener import running_listener

pytestmark = pytest.mark.fault

KILLS = 6
ALARMS = 12


def prepare(url: str, callback: str) -> None:
    """Make a tenant with a listener and alarms that wait to be correlated."""
    with opened(url) as sessions, sessions() as session, session.begin():
        tenant_id = make_customer(session).id
        with as_tenant(session, tenant_id):
            hub = TmfHub(
                tenant_id=tenant_id,
                dialect=next(iter(DIALECTS)),
                callback=callback,
                created_at=NOON,
            )
            session.add(hub)
            for number in range(ALARMS):
                event = {"managed_object": f"link-{number}", "perceived_severity": "major"}
                append(session, tenant_id, [parse_event(event)], now=NOON)


def waiting(url: str) -> list[str]:
    """Give the events that wait for the listener, in their order."""
    with opened(url) as sessions, sessions() as session, system(session):
        wanted = select(TmfDelivery.event_id).order_by(TmfDelivery.seq)
        return [str(one) for one in session.scalars(wanted)]


def delivered(url: str) -> int:
    """Count what is noted as taken."""
    with opened(url) as sessions, sessions() as session, system(session):
        return session.scalar(select(func.sum(TmfHub.delivered))) or 0


def send(url: str, now: datetime, dies_before: int) -> bool:
    """Send what is due; tell whether it ended well."""
    return survives(killed_notifier.main, url, now, dies_before)


def test_a_listener_hears_everything_in_order_and_a_repeat_before_the_next(
    new_database: Callable[[], str],
) -> None:
    url, chance, kills = new_database(), random.Random(5), 0  # noqa: S311  no secret
    with running_listener() as listener:
        prepare(url, listener.url)
        run(url, chance.randint(10, 60))  # the correlator dies too: an event is written with
        assert run(url, 0)  # what it tells of
        events = waiting(url)
        for number in range(KILLS):
            kills += not send(url, NOON + number * CLAIM_FOR, chance.randint(5, 14))

        assert send(url, NOON + KILLS * CLAIM_FOR + timedelta(seconds=1), 0)

    heard = [event["eventId"] for event in listener.events]
    assert kills > KILLS // 2
    assert len(events) == ALARMS
    assert [event for event, _ in groupby(heard)] == events
    assert len(heard) <= ALARMS + kills
    assert waiting(url) == []
    assert delivered(url) == ALARMS
