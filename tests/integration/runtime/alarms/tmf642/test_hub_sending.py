"""Sending to listeners over TMF642 v4: in order, again, and what becomes of a deaf one."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.tmf642.hub import sending, store
from runtime.alarms.tmf642.hub._tables import TmfDelivery
from runtime.alarms.tmf642.hub.sending import FAILURES_MAX, Notifier
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.tmf642.conftest import V4
from tests.integration.runtime.alarms.tmf642.hubs import created_id, hub_of, pass_time, register
from tests.support.listener import Listener

pytestmark = pytest.mark.usefixtures("private_allowed")


def test_an_event_that_was_not_taken_comes_again_before_the_next(
    client: FlaskClient,
    sessions: sessionmaker[Session],
    customer_id: UUID,
    listener: Listener,
    notifier: Notifier,
) -> None:
    made = register(client, listener.url)
    key = created_id(client)
    client.patch(f"{V4}/alarm/{key}", json={"ackState": "acknowledged"})
    listener.answers = [503]

    notifier.send_all()
    failing = hub_of(sessions, customer_id, made)
    pass_time(sessions, customer_id)
    notifier.send_all()

    assert (failing.state, failing.failures, failing.waiting) == ("failing", 1, 2)
    assert "503" in failing.last_problem
    ids = [event["eventId"] for event in listener.events]
    assert (ids[0], len(set(ids))) == (ids[1], 2)
    after = hub_of(sessions, customer_id, made)
    assert (after.state, after.delivered, after.waiting) == ("live", 2, 0)


def test_a_deaf_listener_is_paused_and_its_tenant_told_by_an_alarm(
    client: FlaskClient,
    sessions: sessionmaker[Session],
    customer_id: UUID,
    correlate: Callable[[], int],
    listener: Listener,
    notifier: Notifier,
) -> None:
    made = register(client, listener.url, "sourceSystemId=ems-1")
    created_id(client)
    listener.answers = [500] * FAILURES_MAX

    for _ in range(FAILURES_MAX):
        notifier.send_all()
        pass_time(sessions, customer_id)
    correlate()

    paused = hub_of(sessions, customer_id, made)
    assert (paused.state, paused.failures, paused.waiting) == ("paused", FAILURES_MAX, 1)
    told = client.get(f"{V4}/alarm?sourceSystemId=garland").get_json()
    assert [(one["specificProblem"], one["state"]) for one in told] == [
        ("Listener paused", "raised")
    ]
    with sessions.begin() as session, as_tenant(session, customer_id):
        store.resume_hub(session, customer_id, UUID(made), now=utc_now())
    correlate()
    notifier.send_all()
    assert hub_of(sessions, customer_id, made).delivered == 1
    assert client.get(f"{V4}/alarm?sourceSystemId=garland").get_json()[0]["state"] == "cleared"


def test_a_paused_listener_hears_later_what_happened_meanwhile(
    client: FlaskClient,
    sessions: sessionmaker[Session],
    customer_id: UUID,
    listener: Listener,
    notifier: Notifier,
) -> None:
    made = UUID(register(client, listener.url))
    with sessions.begin() as session, as_tenant(session, customer_id):
        store.pause_hub(session, customer_id, made, by="Ada", now=utc_now())
    created_id(client)
    notifier.send_all()
    heard_while_paused = list(listener.types)

    with sessions.begin() as session, as_tenant(session, customer_id):
        store.resume_hub(session, customer_id, made, now=utc_now())
    notifier.send_all()

    assert heard_while_paused == []
    assert listener.types == ["AlarmCreateEvent"]


def test_what_waits_for_a_deaf_listener_is_bounded_and_what_was_dropped_counted(
    client: FlaskClient,
    sessions: sessionmaker[Session],
    customer_id: UUID,
    notifier: Notifier,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "WAITING_MAX", 2)
    made = register(client, "https://noc.example.net/in")
    with sessions.begin() as session, as_tenant(session, customer_id):
        store.pause_hub(session, customer_id, UUID(made), by="Ada", now=utc_now())
    keys = [created_id(client, alarmedObject={"id": name}) for name in "ABCDE"]

    notifier.trim()

    hub = hub_of(sessions, customer_id, made)
    assert (hub.waiting, hub.dropped) == (2, 3)
    with sessions() as session, as_tenant(session, customer_id):
        bodies = session.scalars(
            select(TmfDelivery.body)
            .where(TmfDelivery.tenant_id == customer_id)
            .order_by(TmfDelivery.seq)
        )
        assert [one["event"]["alarm"]["id"] for one in bodies] == keys[3:]


def test_a_round_whose_claim_was_taken_over_writes_nothing(
    client: FlaskClient, sessions: sessionmaker[Session], customer_id: UUID
) -> None:
    made = register(client, "https://noc.example.net/in")
    created_id(client)
    now = utc_now()
    with sessions.begin() as session, as_tenant(session, customer_id):
        first = sending.claim_due(session, now=now, most=1)[0]
        again = sending.claim_due(session, now=now, most=1)
        later = now + sending.CLAIM_FOR
        second = sending.claim_due(session, now=later, most=1)[0]
        seq = sending.next_events(session, second)[0][0]

        late = sending.note_sent(session, first, seq, problem="", retry_s=0, now=later)

    assert (again, late) == ([], False)
    assert hub_of(sessions, customer_id, made).waiting == 1
