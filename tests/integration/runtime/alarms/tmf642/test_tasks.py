"""Tasks over TMF642 v4: patterns, results, states, and what may be asked of them later."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from runtime.alarms.tmf642 import tasks
from tests.integration.runtime.alarms.tmf642.conftest import RAISED, V4, Contract, Program, alarm

WHO = {"SystemId": "oss-1", "UserId": "bob"}
SIGNED: dict[str, dict[str, Any]] = {
    "ackAlarms": {"ackSystemId": "oss-1", "ackUserId": "bob", "ackTime": RAISED},
    "unAckAlarms": {"ackSystemId": "oss-1", "ackUserId": "bob"},
    "clearAlarms": {"clearSystemId": "oss-1", "clearUserId": "bob", "alarmClearedTime": RAISED},
    "commentAlarms": {"comment": {"comment": "seen", "systemId": "oss-1", "userId": "bob"}},
}
RESULTS = {
    "ackAlarms": "ackedAlarm",
    "unAckAlarms": "unAckedAlarm",
    "clearAlarms": "clearedAlarm",
    "commentAlarms": "commentedAlarm",
    "groupAlarms": "groupedAlarm",
    "unGroupAlarms": "unGroupedAlarm",
}
GROUPING = {"sourceSystemId": "oss-1", "alarmChangedTime": RAISED}
ALL = (*SIGNED, "groupAlarms", "unGroupAlarms")


@pytest.fixture
def ids(client: FlaskClient) -> list[str]:
    """Three alarms; the first is minor, the second and third are major on two objects."""
    said = [("A", "minor"), ("B", "major"), ("C", "major")]
    return [
        client.post(
            f"{V4}/alarm", json=alarm(alarmedObject={"id": name}, perceivedSeverity=severity)
        ).get_json()["id"]
        for name, severity in said
    ]


def ask(client: FlaskClient, task: str, *patterns: dict[str, Any], status: int = 201) -> Any:
    answer = client.post(f"{V4}/{task}", json={**SIGNED[task], "alarmPattern": list(patterns)})
    assert answer.status_code == status, answer.get_json()
    return answer.get_json()


def read(client: FlaskClient, key: str) -> Any:
    return client.get(f"{V4}/alarm/{key}").get_json()


def done(document: Any, task: str) -> list[str]:
    return sorted(one["id"] for one in document[RESULTS[task]])


@pytest.mark.parametrize(
    ("task", "after"),
    [
        pytest.param(
            "ackAlarms",
            {"ackState": "acknowledged", "ackUserId": "bob", "ackSystemId": "oss-1"},
            id="ack",
        ),
        pytest.param("unAckAlarms", {"ackState": "unacknowledged"}, id="unAck"),
        pytest.param(
            "clearAlarms",
            {"state": "cleared", "clearUserId": "bob", "clearSystemId": "oss-1"},
            id="clear",
        ),
    ],
)
def test_a_task_is_carried_out_on_all_that_match(
    client: FlaskClient, contract: Contract, ids: list[str], task: str, after: dict[str, str]
) -> None:
    if task == "unAckAlarms":
        ask(client, "ackAlarms", {"perceivedSeverity": "major"})

    made = ask(client, task, {"perceivedSeverity": "major"})

    contract.check(task[0].upper() + task[1:], made)
    assert made["state"] == "done"
    assert done(made, task) == sorted(ids[1:])
    for key in ids[1:]:
        assert {name: read(client, key)[name] for name in after} == after
    assert read(client, ids[0])["state"] == "raised"
    assert read(client, ids[0])["ackState"] == "unacknowledged"


def test_a_comment_is_added_to_all_that_match(client: FlaskClient, ids: list[str]) -> None:
    ask(client, "commentAlarms", {"id": ids[0]}, {"id": ids[2]})

    said = [read(client, key).get("comment", [{}])[0].get("comment") for key in ids]
    assert said == ["seen", None, "seen"]


def test_attributes_of_a_pattern_hold_together_and_patterns_add_up(
    client: FlaskClient, ids: list[str]
) -> None:
    both = {"perceivedSeverity": "major", "alarmedObject": {"id": "B"}}

    made = ask(client, "ackAlarms", both, {"perceivedSeverity": "minor"}, {"id": ids[0]})

    assert done(made, "ackAlarms") == sorted(ids[:2])


def test_a_pattern_that_meets_nothing_ends_the_task_with_an_error_and_the_rest_is_done(
    client: FlaskClient, contract: Contract, ids: list[str]
) -> None:
    made = ask(client, "ackAlarms", {"id": ids[0]}, {"id": "8675309"})

    contract.check("AckAlarms", made)
    assert made["state"] == "terminatedWithError"
    assert done(made, "ackAlarms") == [ids[0]]
    assert made["failedAlarm"] == [{"id": "8675309"}]
    assert "no alarm matches" in made["errorMessage"]
    assert read(client, ids[0])["ackState"] == "acknowledged"


def test_another_tenants_alarms_are_never_met(
    client: FlaskClient, program: Program, ids: list[str], other_id: Any
) -> None:
    stranger = program(tenant_id=other_id)

    made = ask(stranger, "clearAlarms", {"id": ids[0]}, {"perceivedSeverity": "major"})

    assert (made["state"], made["clearedAlarm"]) == ("terminatedWithError", [])
    assert read(client, ids[0])["state"] == "raised"


def test_a_task_over_its_limit_is_refused_whole(
    client: FlaskClient, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "ALARMS_MAX", 2)

    refused = ask(client, "ackAlarms", {"sourceSystemId": "ems-1"}, status=400)

    assert "narrow" in refused["reason"]
    assert {read(client, key)["ackState"] for key in ids} == {"unacknowledged"}
    assert client.get(f"{V4}/ackAlarms").get_json() == []


@pytest.mark.parametrize("task", ALL)
def test_names_each_attribute_that_is_missing(
    client: FlaskClient, contract: Contract, task: str
) -> None:
    definition = contract.definitions[f"{task[0].upper()}{task[1:]}_Create"]

    answer = client.post(f"{V4}/{task}", json={})

    assert answer.status_code == 400
    contract.check("Error", answer.get_json())
    assert [one for one in definition["required"] if one not in answer.get_json()["message"]] == []


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        pytest.param({}, "at least one", id="all alarms"),
        pytest.param({"@type": "Alarm"}, "at least one", id="a type alone"),
        pytest.param({"colour": "red"}, "colour", id="no attribute"),
        pytest.param({"alarmRaisedTime": "now"}, "alarmRaisedTime", id="no instant"),
    ],
)
def test_refuses_a_pattern_that_says_nothing(
    client: FlaskClient, ids: list[str], pattern: dict[str, Any], named: str
) -> None:
    refused = ask(client, "clearAlarms", pattern, status=400)

    assert named in refused["reason"]
    assert read(client, ids[0])["state"] == "raised"


@pytest.mark.parametrize("task", list(SIGNED))
def test_tasks_can_be_listed_filtered_and_read(
    client: FlaskClient, contract: Contract, ids: list[str], task: str
) -> None:
    first, second = (ask(client, task, {"id": key}) for key in ids[:2])
    ask(client, task, {"id": "1"})

    found = client.get(f"{V4}/{task}?state=done&limit=1")

    assert found.get_json() == [second]
    assert (found.headers["X-Total-Count"], found.headers["X-Result-Count"]) == ("2", "1")
    assert client.get(f"{V4}/{task}/{first['id']}").get_json() == first
    part = client.get(f"{V4}/{task}/{first['id']}?fields=state").get_json()
    assert part == {"id": first["id"], "href": first["href"], "state": "done"}
    missing = client.get(f"{V4}/{task}/{uuid4()}")
    assert missing.status_code == 404
    contract.check("Error", missing.get_json())


def test_tasks_of_another_kind_are_another_list(client: FlaskClient, ids: list[str]) -> None:
    made = ask(client, "ackAlarms", {"id": ids[0]})

    assert client.get(f"{V4}/clearAlarms/{made['id']}").status_code == 404
    assert client.get(f"{V4}/clearAlarms").get_json() == []


def test_only_the_newest_tasks_are_kept(
    client: FlaskClient, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TASKS_KEPT", 2)

    made = [ask(client, "ackAlarms", {"id": ids[0]})["id"] for _ in range(4)]

    assert [one["id"] for one in client.get(f"{V4}/ackAlarms").get_json()] == made[:1:-1]
