"""Patching alarms over TMF642 v4: what is named changes, all of it or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.runtime.alarms.tmf642.conftest import RAISED, V4, Contract, create

PATCHES: list[tuple[str, Any]] = [
    ("alarmDetails", "voltage=95"),
    ("probableCause", "rectifierFailure"),
    ("specificProblem", "ps=4"),
    ("alarmType", "environmentalAlarm"),
    ("perceivedSeverity", "critical"),
    ("externalAlarmId", "77"),
    ("alarmedObjectType", "Chassis"),
    ("plannedOutageIndicator", "plannedOutage"),
    ("proposedRepairedActions", "none"),
    ("reportingSystemId", "oss-2"),
    ("isRootCause", False),
    ("serviceAffecting", True),
    ("alarmEscalation", False),
    ("ackState", "acknowledged"),
    ("place", [{"id": "ber", "role": "site"}]),
    ("crossedThresholdInformation", {"direction": "down"}),
]


@pytest.mark.parametrize(("name", "value"), [pytest.param(*one, id=one[0]) for one in PATCHES])
def test_a_patch_changes_what_it_names_and_nothing_else(
    client: FlaskClient, contract: Contract, name: str, value: Any
) -> None:
    before = create(client, specificProblem="ps=3", alarmDetails="voltage=204")

    answer = client.patch(f"{V4}/alarm/{before['id']}", json={name: value})
    after = client.get(f"{V4}/alarm/{before['id']}").get_json()

    assert answer.status_code == 200
    contract.check("Alarm", answer.get_json())
    assert answer.get_json() == after
    assert after[name] == value
    follows = {"perceivedSeverity": {"state", "alarmChangedTime"}}.get(name, set())
    follows = {"ackState": {"ackUserId", "ackSystemId"}}.get(name, follows)
    changed = {one for one in {*before, *after} if before.get(one) != after.get(one)}
    assert changed == {name, *follows}


def test_what_was_patched_outlives_what_the_source_repeats(client: FlaskClient) -> None:
    made = create(client, alarmedObjectType="Rectifier")
    patch = {"alarmedObjectType": "Chassis", "alarmDetails": "looked at"}
    client.patch(f"{V4}/alarm/{made['id']}", json=patch)

    again = create(client, alarmedObjectType="Rectifier", alarmDetails="as before")

    assert {name: again[name] for name in patch} == patch


def test_null_takes_a_value_away(client: FlaskClient) -> None:
    place = [{"id": "zrh", "role": "site"}]
    made = create(client, place=place, alarmedObjectType="Rectifier", alarmDetails="ps=3")

    patch = {"place": None, "alarmedObjectType": None, "alarmDetails": None}
    after = client.patch(f"{V4}/alarm/{made['id']}", json=patch).get_json()

    assert not {"place", "alarmedObjectType", "alarmDetails"} & set(after)


def test_a_patch_clears_in_the_name_of_whom_it_says(client: FlaskClient) -> None:
    made = create(client)
    patch = {
        "state": "cleared",
        "perceivedSeverity": "cleared",
        "clearUserId": "bob",
        "clearSystemId": "oss-1",
    }

    after = client.patch(f"{V4}/alarm/{made['id']}", json=patch).get_json()

    assert (after["state"], after["perceivedSeverity"]) == ("cleared", "cleared")
    assert (after["clearUserId"], after["clearSystemId"]) == ("bob", "oss-1")
    assert after["alarmClearedTime"] >= RAISED


def test_a_cleared_alarm_gets_no_other_severity(client: FlaskClient) -> None:
    made = create(client)
    client.patch(f"{V4}/alarm/{made['id']}", json={"perceivedSeverity": "cleared"})

    answer = client.patch(f"{V4}/alarm/{made['id']}", json={"perceivedSeverity": "minor"})

    assert answer.status_code == 409


def test_comments_are_added_and_never_taken_away(client: FlaskClient) -> None:
    made = create(client, comment=[{"comment": "first"}])

    patch = {"comment": [{"comment": "second", "userId": "bob", "systemId": "oss"}]}
    client.patch(f"{V4}/alarm/{made['id']}", json=patch)
    after = client.patch(f"{V4}/alarm/{made['id']}", json=patch).get_json()

    assert [one["comment"] for one in after["comment"]] == ["first", "second"]


@pytest.mark.parametrize(
    ("patch", "named"),
    [
        pytest.param({"id": "1"}, "id", id="id"),
        pytest.param({"href": "/x"}, "href", id="href"),
        pytest.param({"alarmRaisedTime": RAISED}, "alarmRaisedTime", id="raised"),
        pytest.param({"sourceSystemId": "x"}, "sourceSystemId", id="source"),
        pytest.param({"alarmedObject": {"id": "ne-2"}}, "identity", id="other object"),
        pytest.param({"alarmChangedTime": RAISED}, "nothing", id="only our own instants"),
        pytest.param({"colour": "red"}, "colour", id="unknown"),
        pytest.param({"state": "cleared", "perceivedSeverity": "major"}, "contradict", id="both"),
        pytest.param([], "object", id="no object"),
    ],
)
def test_a_refused_patch_does_nothing(
    client: FlaskClient, contract: Contract, patch: Any, named: str
) -> None:
    before = create(client)
    patch = {**patch, "alarmDetails": "x"} if patch and "Time" not in str(patch) else patch

    answer = client.patch(f"{V4}/alarm/{before['id']}", json=patch)

    assert answer.status_code == 400
    contract.check("Error", answer.get_json())
    assert named in str(answer.get_json())
    assert client.get(f"{V4}/alarm/{before['id']}").get_json() == before
