"""TMF642 v5.0.1 where it differs, and every payload of its examples: taken, or refused and why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from kernel.schema import Schema
from runtime.alarms.tmf642.hub.sending import Notifier
from tests.conftest import DATA
from tests.integration.runtime.alarms.tmf642.conftest import V4, V5, alarm
from tests.support.listener import Listener

EXAMPLES = DATA / "tmf" / "examples" / "TMF642-v5.0.1.json"
CONTRACT = DATA / "tmf" / "TMF642_Alarm_v5.0.1.oas.yaml"
MERGE, OPERATIONS = "application/merge-patch+json", "application/json-patch+json"
QUERIED, PLAIN = "application/json-patch-query+json", "application/json"
TAKEN = ""
GIVEN_BY_US = "id is not a field here"
A_LIST = "must be an object"
FOR_LISTENERS = "nothing at this address"
PATCHED = {
    "01": (OPERATIONS, 200, TAKEN),
    "11": (PLAIN, 200, TAKEN),
    "12": (MERGE, 200, TAKEN),
    "21": (OPERATIONS, 400, "ackTime is not an attribute of an alarm"),
    "31": (QUERIED, 501, "json-patch-query+json is not done here"),
}
LISTENED = {
    "Create_request": "unGroupAlarmCreateEvent",
    "AttributeValueChange_request": "alarmAttributeValueChangeEvent",
    "StateChange_request": "unGroupAlarmStateChangeEvent",
    "Delete_request": "alarmDeleteEvent",
}


def examples() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXAMPLES.read_text()) if EXAMPLES.is_file() else {}
    return found


def names() -> list[Any]:
    absent = pytest.param("", marks=pytest.mark.skip("the examples are not here"))
    return list(examples()) or [absent]


def fate_of(name: str) -> tuple[str, str, str, int, str]:
    """Say how an example is sent, and what becomes of it: its status and the reason."""
    if name in LISTENED:
        return "post", f"/listener/{LISTENED[name]}", PLAIN, 404, FOR_LISTENERS
    resource, what, *rest = name.split("_")
    resource = resource[0].lower() + resource[1:]
    if name.endswith("response"):
        reason = A_LIST if what == "list" else GIVEN_BY_US
        return "post", f"/{resource}", PLAIN, 400, reason
    if what == "partialupdate":
        return "patch", "/alarm/{id}", *PATCHED[rest[1]]
    return "post", f"/{resource}", PLAIN, 201, TAKEN


@pytest.mark.parametrize("name", names())
def test_every_example_is_taken_or_refused_for_a_reason(client: FlaskClient, name: str) -> None:
    method, path, mimetype, status, reason = fate_of(name)
    made = client.post(f"{V5}/alarm", json=examples()["Alarm_create_example_01_request"])

    answer = getattr(client, method)(
        V5 + path.replace("{id}", made.get_json()["id"]),
        data=json.dumps(examples()[name]),
        content_type=mimetype,
    )

    assert answer.status_code == status, answer.get_json()
    assert reason in str(answer.get_json())


@pytest.mark.parametrize("number", ["01", "11", "12"])
def test_a_patch_of_the_examples_does_what_its_answer_shows(
    client: FlaskClient, number: str
) -> None:
    made = client.post(f"{V5}/alarm", json=examples()["Alarm_create_example_01_request"])
    shown = examples()[f"Alarm_partialupdate_example_{number}_response"]

    answer = client.patch(
        f"{V5}/alarm/{made.get_json()['id']}",
        data=json.dumps(examples()[f"Alarm_partialupdate_example_{number}_request"]),
        content_type=PATCHED[number][0],
    ).get_json()

    ours = {"id", "href", "alarmChangedTime", "alarmReportingTime", "alarmedObjectType"}
    assert {name: answer[name] for name in set(shown) - ours} == {
        name: shown[name] for name in set(shown) - ours
    }
    assert set(shown) <= set(answer)


def test_tasks_are_named_in_the_singular_and_found_in_both_versions(client: FlaskClient) -> None:
    key = client.post(f"{V4}/alarm", json=alarm()).get_json()["id"]
    said = {"ackSystemId": "o", "ackUserId": "b", "alarmPattern": [{"id": key}]}

    made = client.post(f"{V5}/ackAlarm", json={"@type": "AckAlarm", **said}).get_json()

    assert (made["@type"], made["state"]) == ("AckAlarm", "done")
    assert made["href"] == f"{V5}/ackAlarm/{made['id']}"
    other = client.get(f"{V4}/ackAlarms/{made['id']}").get_json()
    assert (other["@type"], other["href"]) == ("AckAlarms", f"{V4}/ackAlarms/{made['id']}")
    assert client.post(f"{V5}/ackAlarms", json=said).status_code == 404


@pytest.mark.parametrize(
    ("operations", "named"),
    [
        pytest.param([{"op": "replace", "path": "/colour", "value": 1}], "colour", id="unknown"),
        pytest.param([{"op": "replace", "path": "/state"}], "value", id="no value"),
        pytest.param([{"op": "move", "path": "/state", "from": "/x"}], "op", id="move"),
        pytest.param([{"op": "remove", "path": "/place/3"}], "nothing at", id="nowhere"),
        pytest.param([{"op": "test", "path": "/state", "value": "cleared"}], "test", id="test"),
        pytest.param([{"op": "replace", "path": "/id", "value": "1"}], "never", id="id"),
        pytest.param([], "entries", id="none"),
        pytest.param({"state": "cleared"}, "list", id="a merge patch"),
    ],
)
def test_a_refused_json_patch_does_nothing(
    client: FlaskClient, operations: Any, named: str
) -> None:
    before = client.post(f"{V4}/alarm", json=alarm()).get_json()
    first = [{"op": "replace", "path": "/alarmDetails", "value": "x"}]
    sent = first + operations if isinstance(operations, list) and operations else operations

    where = f"{V5}/alarm/{before['id']}"
    answer = client.patch(where, data=json.dumps(sent), content_type=OPERATIONS)

    assert answer.status_code == 400
    assert answer.get_json()["@type"] == "Error"
    assert named in str(answer.get_json())
    assert client.get(f"{V4}/alarm/{before['id']}").get_json() == before


def test_a_json_patch_reaches_into_lists(client: FlaskClient) -> None:
    key = client.post(f"{V4}/alarm", json=alarm()).get_json()["id"]
    place = {"@type": "RelatedPlace", "role": "site", "relatedPlace": {"@type": "P", "id": "zrh"}}
    operations = [
        {"op": "test", "path": "/state", "value": "raised"},
        {"op": "add", "path": "/place", "value": [place]},
        {"op": "add", "path": "/place/-", "value": {**place, "role": "region"}},
        {"op": "replace", "path": "/place/0/relatedPlace/id", "value": "ber"},
        {"op": "remove", "path": "/place/1"},
    ]

    answer = client.patch(
        f"{V5}/alarm/{key}", data=json.dumps(operations), content_type=OPERATIONS
    ).get_json()

    changed = {**place, "relatedPlace": {"@type": "P", "id": "ber"}}
    assert answer["place"] == [changed]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"@type": None}, id="no type"),
        pytest.param({"alarmedObject": {"id": "A"}}, id="no type of the object"),
        pytest.param({"alarmType": "Equipment Alarm"}, id="a type that v5 does not list"),
    ],
)
def test_v5_is_stricter_than_v4(client: FlaskClient, said: dict[str, Any]) -> None:
    example = {**examples()["Alarm_create_example_01_request"], **said}
    document = {name: value for name, value in example.items() if value is not None}

    assert client.post(f"{V5}/alarm", json=document).status_code == 400


@pytest.fixture(scope="module")
def components() -> dict[str, Any]:
    """The schemas of v5, with a slip mended: a reference fits both forms of AlarmRefOrValue."""
    yaml = pytest.importorskip("yaml")
    if not CONTRACT.is_file():
        pytest.skip("the contract is not here")
    found: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())["components"]
    either = found["schemas"]["AlarmRefOrValue"]
    either["anyOf"] = either.pop("oneOf")
    return found


def fits_v5(components: dict[str, Any], name: str, document: Any) -> list[Any]:
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    return Schema(schema).problems(document)


@pytest.mark.usefixtures("private_allowed")
def test_what_v5_answers_and_tells_fits_its_contract(
    client: FlaskClient, components: dict[str, Any], listener: Listener, notifier: Notifier
) -> None:
    said = {"@type": "Hub", "callback": f"{listener.url}/listener"}
    hub = client.post(f"{V5}/hub", json=said).get_json()
    made = client.post(f"{V5}/alarm", json=examples()["Alarm_create_example_01_request"])
    key = made.get_json()["id"]
    ref = [{"@type": "AlarmRef", "id": key}]
    comment = examples()["CommentAlarm_create_example_request"] | {"alarmPattern": ref}
    task = client.post(f"{V5}/commentAlarm", json=comment).get_json()
    read = client.get(f"{V5}/alarm/{key}").get_json()
    client.delete(f"{V5}/alarm/{key}")

    notifier.send_all()

    assert fits_v5(components, "Hub", hub) == []
    assert fits_v5(components, "Alarm", read) == []
    assert fits_v5(components, "CommentAlarm", task) == []
    assert [path.rpartition("/")[2] for path, _ in listener.heard] == [
        "alarmCreateEvent",
        "commentAlarmCreateEvent",
        "alarmAttributeValueChangeEvent",
        "commentAlarmStateChangeEvent",
        "alarmDeleteEvent",
    ]
    for event in listener.events:
        assert fits_v5(components, event["eventType"], event) == []
        assert event["@type"] == event["eventType"]
