"""Groups over TMF642: the two tasks, and the attributes that show and change them."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from runtime.alarms.tmf642.hub.sending import Notifier
from tests.integration.runtime.alarms.tmf642.conftest import RAISED, V4, Contract, Program, alarm
from tests.support.listener import Listener

SIGNED = {"sourceSystemId": "oss-1", "alarmChangedTime": RAISED}


@pytest.fixture
def ids(client: FlaskClient) -> list[str]:
    """A parent and two that it causes."""
    return [
        client.post(f"{V4}/alarm", json=alarm(alarmedObject={"id": name})).get_json()["id"]
        for name in "ABC"
    ]


def ask(client: FlaskClient, task: str, parent: str, *children: str) -> Any:
    body = {
        **SIGNED,
        "parentAlarm": {"id": parent},
        "correlatedAlarm": [{"id": one} for one in children],
    }
    answer = client.post(f"{V4}/{task}", json=body)
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()


def refs(client: FlaskClient, key: str, name: str) -> list[str]:
    document = client.get(f"{V4}/alarm/{key}").get_json()
    return sorted(one["id"] for one in document.get(name, ()))


def test_alarms_are_grouped_under_their_parent(
    client: FlaskClient, contract: Contract, ids: list[str]
) -> None:
    made = ask(client, "groupAlarms", *ids)

    contract.check("GroupAlarms", made)
    assert made["state"] == "done"
    assert sorted(one["id"] for one in made["groupedAlarm"]) == sorted(ids[1:])
    assert refs(client, ids[0], "correlatedAlarm") == sorted(ids[1:])
    assert refs(client, ids[1], "parentAlarm") == [ids[0]]
    assert client.get(f"{V4}/alarm/{ids[0]}").get_json()["isRootCause"] is True
    found = client.get(f"{V4}/alarm?parentAlarm.id={ids[0]}").get_json()
    assert sorted(one["id"] for one in found) == sorted(ids[1:])


def test_alarms_are_taken_out_of_the_group(
    client: FlaskClient, contract: Contract, ids: list[str]
) -> None:
    ask(client, "groupAlarms", *ids)

    made = ask(client, "unGroupAlarms", ids[0], ids[1])

    contract.check("UnGroupAlarms", made)
    assert (made["state"], made["unGroupedAlarm"][0]["id"]) == ("done", ids[1])
    assert refs(client, ids[0], "correlatedAlarm") == [ids[2]]


@pytest.mark.parametrize(
    ("task", "parent", "children", "why"),
    [
        pytest.param("groupAlarms", "8675309", [1], "parentAlarm", id="no such parent"),
        pytest.param("groupAlarms", 0, ["8675309"], "correlatedAlarm", id="no such child"),
        pytest.param("groupAlarms", 0, [0], "under itself", id="under itself"),
        pytest.param("unGroupAlarms", 0, [1], "not under this parent", id="not in the group"),
    ],
)
def test_what_cannot_be_grouped_ends_the_task_with_an_error(
    client: FlaskClient, ids: list[str], task: str, parent: Any, children: list[Any], why: str
) -> None:
    named = [ids[one] if isinstance(one, int) else one for one in (parent, *children)]

    made = ask(client, task, *named)

    assert made["state"] == "terminatedWithError"
    assert made["failedAlarm"] == [{"id": one} for one in named[1:]]
    assert why in made["errorMessage"]


def test_another_tenants_alarms_are_not_grouped(
    client: FlaskClient, program: Program, other_id: Any, ids: list[str]
) -> None:
    made = ask(program(tenant_id=other_id), "groupAlarms", *ids)

    assert made["state"] == "terminatedWithError"
    assert refs(client, ids[0], "correlatedAlarm") == []


def test_patches_of_the_references_group_and_take_out(client: FlaskClient, ids: list[str]) -> None:
    def patch(key: str, **attributes: Any) -> None:
        answer = client.patch(f"{V4}/alarm/{key}", json=attributes)
        assert answer.status_code == 200, answer.get_json()

    patch(ids[1], parentAlarm=[{"id": ids[0]}])
    patch(ids[0], correlatedAlarm=[{"id": ids[2]}])
    assert refs(client, ids[0], "correlatedAlarm") == [ids[2]]
    patch(ids[2], parentAlarm=[])
    assert refs(client, ids[0], "correlatedAlarm") == []


def test_an_alarm_may_be_created_under_its_parent(client: FlaskClient, ids: list[str]) -> None:
    said = alarm(alarmedObject={"id": "D"}, parentAlarm=[{"id": ids[0]}])

    made = client.post(f"{V4}/alarm", json=said).get_json()
    lost = client.post(f"{V4}/alarm", json={**said, "parentAlarm": [{"id": "8675309"}]})

    assert refs(client, ids[0], "correlatedAlarm") == [made["id"]]
    assert (lost.status_code, "parentAlarm" in lost.get_json()["reason"]) == (400, True)


def test_what_is_under_a_deleted_parent_stays_and_stands_alone(
    client: FlaskClient, ids: list[str]
) -> None:
    ask(client, "groupAlarms", *ids)

    client.delete(f"{V4}/alarm/{ids[0]}")

    assert refs(client, ids[1], "parentAlarm") == []


@pytest.mark.usefixtures("private_allowed")
def test_grouping_is_told(
    client: FlaskClient,
    contract: Contract,
    ids: list[str],
    listener: Listener,
    notifier: Notifier,
) -> None:
    client.post(f"{V4}/hub", json={"callback": listener.url})
    ask(client, "groupAlarms", *ids)

    notifier.send_all()

    assert listener.types == [
        "GroupAlarmsCreateEvent",
        *["AlarmAttributeValueChangeEvent"] * 3,
        "GroupAlarmsStateChangeEvent",
    ]
    for event in listener.events:
        contract.check(event["eventType"], event)
