"""Alarms over TMF642 v4: creating, reading and deleting, held against the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms._tables import AlarmHistory
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.tmf642.conftest import RAISED, V4, Contract, alarm, create

FULL = {
    "ackState": "unacknowledged",
    "affectedService": [{"id": "vpn-1", "href": "/service/vpn-1"}],
    "alarmDetails": "voltage=204",
    "alarmEscalation": True,
    "alarmReportingTime": RAISED,
    "alarmedObject": {"id": "ne-1", "href": "/resource/ne-1"},
    "alarmedObjectType": "Rectifier",
    "comment": [{"comment": "seen", "systemId": "ems-1", "userId": "bob", "time": RAISED}],
    "crossedThresholdInformation": {
        "direction": "up",
        "indicatorName": "voltage",
        "threshold": {"id": "t-1", "name": "too high"},
    },
    "externalAlarmId": "5551212",
    "isRootCause": True,
    "place": [{"id": "zrh", "role": "site", "name": "Zurich"}],
    "plannedOutageIndicator": "inService",
    "proposedRepairedActions": "change the fuse",
    "reportingSystemId": "oss-1",
    "serviceAffecting": False,
    "specificProblem": "ps=3",
}


def test_gives_every_attribute_back_as_it_was_sent(client: FlaskClient, contract: Contract) -> None:
    made = create(client, **FULL)

    read = client.get(f"{V4}/alarm/{made['id']}").get_json()

    contract.check("Alarm", read)
    assert read == made
    ours = {"comment", "alarmReportingTime", "affectedService", "alarmedObject"}
    expected = {name: value for name, value in alarm(**FULL).items() if name not in ours}
    assert {name: read[name] for name in expected} == expected
    assert read["affectedService"] == [
        {"@type": "ServiceRef", "id": "vpn-1", "href": "/service/vpn-1"}
    ]
    assert read["alarmedObject"]["href"] == "/resource/ne-1"
    said = read["comment"][0]
    assert (said["comment"], said["userId"], said["systemId"]) == ("seen", "bob", "ems-1")


def test_answers_where_the_created_alarm_is(client: FlaskClient) -> None:
    answer = client.post(f"{V4}/alarm", json=alarm())

    made = answer.get_json()
    assert isinstance(made["id"], str)
    assert answer.headers["Location"] == made["href"] == f"{V4}/alarm/{made['id']}"


def test_the_same_identity_again_is_the_same_alarm_counted(client: FlaskClient) -> None:
    first, second = create(client), create(client)

    assert second["id"] == first["id"]
    assert (first["count"], second["count"]) == (1, 2)


def test_a_created_alarm_is_judged_by_the_correlator_once(
    client: FlaskClient, correlate: Callable[[], int]
) -> None:
    create(client)

    assert correlate() == 1
    assert client.get(f"{V4}/alarm").get_json()[0]["count"] == 1


def test_a_cleared_one_ends_the_active_alarm(client: FlaskClient) -> None:
    made = create(client)

    over = create(client, state="cleared", perceivedSeverity="cleared")

    assert over["id"] == made["id"]
    assert (over["state"], over["perceivedSeverity"]) == ("cleared", "cleared")
    assert over["clearSystemId"] == "ems-1"


def test_clearing_what_is_not_active_is_a_conflict(client: FlaskClient) -> None:
    answer = client.post(f"{V4}/alarm", json=alarm(state="cleared", perceivedSeverity="cleared"))

    assert answer.status_code == 409
    assert client.get(f"{V4}/alarm").get_json() == []


@pytest.mark.parametrize(
    "name",
    [
        "alarmType",
        "perceivedSeverity",
        "probableCause",
        "alarmedObject",
        "sourceSystemId",
        "state",
        "alarmRaisedTime",
    ],
)
def test_names_what_is_missing(client: FlaskClient, contract: Contract, name: str) -> None:
    said = alarm()
    del said[name]

    answer = client.post(f"{V4}/alarm", json=said)

    assert answer.status_code == 400
    contract.check("Error", answer.get_json())
    assert name in answer.get_json()["message"]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        pytest.param({"colour": "red"}, "colour", id="unknown attribute"),
        pytest.param({"perceivedSeverity": "awful"}, "perceivedSeverity", id="severity"),
        pytest.param({"alarmRaisedTime": "yesterday"}, "alarmRaisedTime", id="instant"),
        pytest.param({"alarmRaisedTime": "1999-01-01T00:00:00Z"}, "2000", id="too old"),
        pytest.param({"alarmedObject": {"href": "/x"}}, "id", id="object without id"),
        pytest.param({"state": "cleared"}, "contradict", id="cleared and major"),
        pytest.param({"state": "open"}, "state", id="state"),
        pytest.param({"isRootCause": "yes"}, "isRootCause", id="flag"),
        pytest.param({"place": [{"id": "x"}]}, "role", id="place without role"),
        pytest.param({"alarmDetails": "a\x00b"}, "NUL", id="NUL"),
        pytest.param({"id": "7"}, "id", id="an id of its own"),
    ],
)
def test_says_why_it_does_not_take_an_alarm(
    client: FlaskClient, contract: Contract, said: dict[str, Any], named: str
) -> None:
    answer = client.post(f"{V4}/alarm", json=alarm(**said))

    assert answer.status_code == 400
    contract.check("Error", answer.get_json())
    assert named in str(answer.get_json())
    assert client.get(f"{V4}/alarm").headers["X-Total-Count"] == "0"


def test_gives_exactly_the_chosen_attributes(client: FlaskClient) -> None:
    made = create(client, **FULL)

    one = client.get(f"{V4}/alarm/{made['id']}?fields=alarmType,alarmedObject.id").get_json()
    none = client.get(f"{V4}/alarm?fields=none").get_json()

    assert one == {
        "id": made["id"],
        "href": made["href"],
        "alarmType": "equipmentAlarm",
        "alarmedObject": {"id": "ne-1"},
    }
    assert none == [{"id": made["id"], "href": made["href"]}]


def test_the_raw_body_is_one_field_away(client: FlaskClient) -> None:
    made = create(client, alarmDetails="as it came")

    read = client.get(f"{V4}/alarm/{made['id']}?fields=raw,count").get_json()

    assert read["count"] == 1
    assert read["raw"] == alarm(alarmDetails="as it came")


def test_a_deleted_alarm_is_gone_and_its_identity_begins_anew(
    client: FlaskClient, sessions: sessionmaker[Session], customer_id: UUID
) -> None:
    made = create(client)

    answer = client.delete(f"{V4}/alarm/{made['id']}")

    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get(f"{V4}/alarm/{made['id']}").status_code == 404
    with sessions() as session, as_tenant(session, customer_id):
        lines = select(func.count(AlarmHistory.seq)).where(AlarmHistory.tenant_id == customer_id)
        assert session.scalar(lines) == 0
    again = create(client)
    assert (again["id"] != made["id"], again["count"]) == (True, 1)


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_another_tenants_alarm_is_not_there(
    client: FlaskClient,
    program: Callable[..., FlaskClient],
    other_id: UUID,
    contract: Contract,
    method: str,
) -> None:
    made = create(client)
    stranger = program(tenant_id=other_id)

    body = {"json": {"alarmDetails": "mine"}} if method == "patch" else {}
    theirs = getattr(stranger, method)(f"{V4}/alarm/{made['id']}", **body)
    nobodys = getattr(stranger, method)(f"{V4}/alarm/{uuid4()}", **body)

    assert theirs.status_code == nobodys.status_code == 404
    contract.check("Error", theirs.get_json())
    assert theirs.get_json() == nobodys.get_json()
    assert client.get(f"{V4}/alarm/{made['id']}").get_json() == made
