"""Listeners over TMF642 v4: registering, and what they are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from kernel.clock import utc_now
from runtime.alarms import journal
from runtime.alarms.model import parse_event
from runtime.alarms.tmf642.hub.sending import Notifier
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.tmf642.conftest import V4, Contract, Program
from tests.integration.runtime.alarms.tmf642.hubs import created_id, hub_of, register
from tests.support.listener import Listener

pytestmark = pytest.mark.usefixtures("private_allowed")
ACK = {"ackSystemId": "oss-1", "ackUserId": "bob"}


def test_a_listener_is_registered_and_removed(client: FlaskClient, contract: Contract) -> None:
    said = {"callback": "https://noc.example.net/in", "query": "eventType=AlarmCreateEvent"}

    made = client.post(f"{V4}/hub", json=said)

    contract.check("EventSubscription", made.get_json())
    assert made.status_code == 201
    assert {name: made.get_json()[name] for name in said} == said
    address = f"{V4}/hub/{made.get_json()['id']}"
    assert made.headers["Location"] == address
    assert client.get(address).get_json()["callback"] == said["callback"]
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404


@pytest.mark.parametrize(
    ("said", "named"),
    [
        pytest.param({}, "callback", id="no callback"),
        pytest.param({"callback": "ftp://x/y"}, "https://", id="another protocol"),
        pytest.param({"callback": "noc"}, "https://", id="no address"),
        pytest.param({"callback": "http://h:99999/"}, "https://", id="no port"),
        pytest.param({"callback": "http://a:b@h/"}, "password", id="credentials"),
        pytest.param({"callback": "http://h/", "query": "colour=red"}, "colour", id="query"),
        pytest.param({"callback": "http://h/", "query": "words"}, "query", id="no query"),
        pytest.param({"callback": "http://h/", "secret": "x"}, "secret", id="unknown"),
    ],
)
def test_says_why_it_does_not_register_a_listener(
    client: FlaskClient, contract: Contract, said: dict[str, str], named: str
) -> None:
    answer = client.post(f"{V4}/hub", json=said)

    assert answer.status_code == 400
    contract.check("Error", answer.get_json())
    assert named in str(answer.get_json())


def test_the_same_listener_twice_is_a_conflict(client: FlaskClient, contract: Contract) -> None:
    register(client, "https://noc.example.net/in")

    again = client.post(f"{V4}/hub", json={"callback": "https://noc.example.net/in"})

    assert again.status_code == 409
    contract.check("Error", again.get_json())


def test_another_tenants_listener_is_not_there(
    client: FlaskClient, program: Program, other_id: UUID
) -> None:
    made = register(client, "https://noc.example.net/in")

    assert program(tenant_id=other_id).delete(f"{V4}/hub/{made}").status_code == 404
    assert client.get(f"{V4}/hub/{made}").status_code == 200


def test_every_change_is_told_in_order_in_the_words_of_the_contract(
    client: FlaskClient, contract: Contract, listener: Listener, notifier: Notifier
) -> None:
    register(client, f"{listener.url}/listener")
    key = created_id(client)
    client.patch(f"{V4}/alarm/{key}", json={"ackState": "acknowledged"})
    client.patch(f"{V4}/alarm/{key}", json={"comment": [{"comment": "seen"}]})
    created_id(client, perceivedSeverity="critical", alarmRaisedTime="2026-11-24T12:01:00Z")
    created_id(client, perceivedSeverity="critical", alarmRaisedTime="2026-11-24T12:02:00Z")
    client.patch(f"{V4}/alarm/{key}", json={"state": "cleared"})
    client.delete(f"{V4}/alarm/{key}")

    notifier.send_all()

    assert listener.types == [
        "AlarmCreateEvent",
        "AlarmAttributeValueChangeEvent",
        "AlarmAttributeValueChangeEvent",
        "AlarmAttributeValueChangeEvent",
        "AlarmStateChangeEvent",
        "AlarmDeleteEvent",
    ]
    for path, event in listener.heard:
        contract.check(event["eventType"], event)
        assert path == f"/listener/{event['eventType'][0].lower()}{event['eventType'][1:]}"
        assert event["event"]["alarm"]["id"] == key
    paths = [event.get("fieldPath") for event in listener.events[1:4]]
    assert paths == ["alarm.ackState", "alarm.comment", "alarm.perceivedSeverity"]
    assert len({event["eventId"] for event in listener.events}) == 6
    states = [event["event"]["alarm"].get("state") for event in listener.events]
    assert states == ["raised", "raised", "raised", "updated", "cleared", None]


@pytest.mark.parametrize("task", ["ackAlarms", "unAckAlarms", "clearAlarms", "commentAlarms"])
def test_a_task_is_told_when_it_begins_and_when_it_is_done(
    client: FlaskClient, contract: Contract, listener: Listener, notifier: Notifier, task: str
) -> None:
    key = created_id(client)
    name = task[0].upper() + task[1:]
    register(client, listener.url, f"eventType={name}CreateEvent,{name}StateChangeEvent")
    at = "2026-11-24T12:00:00Z"
    others: dict[str, dict[str, Any]] = {
        "clearAlarms": {"clearSystemId": "o", "clearUserId": "b", "alarmClearedTime": at},
        "commentAlarms": {"comment": {"comment": "seen"}},
    }
    signed = others.get(task, ACK)
    client.post(f"{V4}/{task}", json={**signed, "alarmPattern": [{"id": key}]})

    notifier.send_all()

    assert listener.types == [f"{name}CreateEvent", f"{name}StateChangeEvent"]
    for event in listener.events:
        contract.check(event["eventType"], event)
    states = [event["event"][task]["state"] for event in listener.events]
    assert states == ["acknowledged", "done"]


def test_what_a_source_sends_is_told_too(
    client: FlaskClient,
    sessions: sessionmaker[Session],
    customer_id: UUID,
    correlate: Callable[[], int],
    listener: Listener,
    notifier: Notifier,
) -> None:
    register(client, listener.url)
    document = {"managed_object": "BER1", "perceived_severity": "major"}
    with sessions.begin() as session, as_tenant(session, customer_id):
        events = [parse_event(document)] * 3
        journal.append(session, customer_id, events, now=utc_now())

    correlate()
    notifier.send_all()

    assert listener.types == ["AlarmCreateEvent"]
    assert listener.events[0]["event"]["alarm"]["alarmedObject"]["id"] == "BER1"


def test_a_listener_hears_what_its_query_asks_for(
    client: FlaskClient, listener: Listener, notifier: Notifier
) -> None:
    query = "eventType=AlarmCreateEvent&event.alarm.perceivedSeverity.gte=major"
    register(client, listener.url, query)
    created_id(client, perceivedSeverity="minor", alarmedObject={"id": "A"})
    key = created_id(client, perceivedSeverity="critical", alarmedObject={"id": "B"})
    client.patch(f"{V4}/alarm/{key}", json={"ackState": "acknowledged"})

    notifier.send_all()

    assert [(one["eventType"], one["event"]["alarm"]["id"]) for one in listener.events] == [
        ("AlarmCreateEvent", key)
    ]


def test_a_listener_hears_nothing_of_other_tenants(
    client: FlaskClient, program: Program, other_id: UUID, listener: Listener, notifier: Notifier
) -> None:
    register(client, listener.url)
    created_id(program(tenant_id=other_id))

    notifier.send_all()

    assert listener.events == []


def test_what_was_rolled_back_is_not_told(
    client: FlaskClient, listener: Listener, notifier: Notifier
) -> None:
    key = created_id(client)
    register(client, listener.url)

    patch = {"alarmDetails": "x", "comment": [{"comment": " "}]}
    refused = client.patch(f"{V4}/alarm/{key}", json=patch)
    notifier.send_all()

    assert refused.status_code == 400
    assert listener.events == []


def test_a_private_address_is_refused_where_the_operator_does_not_allow_it(
    client: FlaskClient,
    sessions: sessionmaker[Session],
    customer_id: UUID,
    listener: Listener,
) -> None:
    """Also a name that resolves to one, at the moment of sending."""
    made = register(client, listener.url)
    created_id(client)
    http = HttpBroker(allow_private=False)
    notifier = Notifier(sessions=sessions, reading=sessions, http=http)

    notifier.send_all()
    notifier.close()

    assert listener.events == []
    assert "private network" in hub_of(sessions, customer_id, made).last_problem


def test_who_may_not_change_sources_registers_no_listener(program: Program) -> None:
    answer = program("operator").post(f"{V4}/hub", json={"callback": "https://noc.example.net/"})

    assert answer.status_code == 403


def test_an_unknown_listener_is_not_found(client: FlaskClient, contract: Contract) -> None:
    for key in (uuid4(), "17"):
        answer = client.delete(f"{V4}/hub/{key}")
        assert answer.status_code == 404
        contract.check("Error", answer.get_json())
