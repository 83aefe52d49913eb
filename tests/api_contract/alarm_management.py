"""What requests of TMF642 refer to: alarms, a task of each kind and a listener, all really there.

And a body for each operation that takes one, which it surely takes: at random hardly any would fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from runtime.alarms.tmf642.dialect import Dialect, TaskKind
from tests.api_contract.asking import Things

RAISED = "2026-11-24T12:00:00.000Z"
WHAT: Mapping[TaskKind, Mapping[str, Any]] = {
    TaskKind.ACK: {"ackSystemId": "o", "ackUserId": "b"},
    TaskKind.UNACK: {"ackSystemId": "o", "ackUserId": "b"},
    TaskKind.CLEAR: {"clearSystemId": "o", "clearUserId": "b", "alarmClearedTime": RAISED},
    TaskKind.COMMENT: {"comment": {"@type": "Comment", "comment": "seen"}},
    TaskKind.GROUP: {"sourceSystemId": "o", "alarmChangedTime": RAISED},
    TaskKind.UNGROUP: {"sourceSystemId": "o", "alarmChangedTime": RAISED},
}
"""What a task of each kind says beside the alarms that it means."""


def make_things(program: FlaskClient, dialect: Dialect) -> Things:
    """Make them as a program does that speaks this version."""

    def made(resource: str, body: Mapping[str, Any]) -> str:
        answer = program.post(f"{dialect.base}/{resource}", json=body)
        assert answer.status_code == 201, (resource, answer.text)
        return str(answer.get_json()["id"])

    alarms = [made("alarm", alarm_body()) for _ in range(2)]
    bodies = {
        **{name: task_body(kind, alarms) for name, kind in dialect.tasks.items()},
        "hub": {"@type": "Hub", "callback": f"https://noc.example/{uuid4()}"},
    }
    ids = {f"/{name}/{{id}}": made(name, body) for name, body in bodies.items()}
    listener = {**bodies["hub"], "callback": f"https://noc.example/{uuid4()}"}
    taken = {f"POST /{name}": body for name, body in {**bodies, "hub": listener}.items()}
    return Things(
        ids={**ids, "/alarm/{id}": alarms[0]},
        taken={
            **taken,
            "POST /alarm": alarm_body(),
            "PATCH /alarm/{id}": {"@type": "Alarm", "alarmDetails": "looked at"},
        },
    )


def alarm_body() -> dict[str, Any]:
    """Give an alarm of an object that no other is of."""
    return {
        "@type": "Alarm",
        "alarmType": "equipmentAlarm",
        "perceivedSeverity": "major",
        "probableCause": "powerSupplyFailure",
        "alarmedObject": {"@type": "AlarmedObject", "id": str(uuid4())},
        "sourceSystemId": "ems-1",
        "state": "raised",
        "alarmRaisedTime": RAISED,
    }


def task_body(kind: TaskKind, alarms: list[str]) -> dict[str, Any]:
    """Ask for something to be done to the first alarm; a grouping puts the second under it."""
    first, second = ({"@type": "AlarmRef", "id": one} for one in alarms)
    grouped = kind in (TaskKind.GROUP, TaskKind.UNGROUP)
    meant = (
        {"parentAlarm": first, "correlatedAlarm": [second]}
        if grouped
        else {"alarmPattern": [{"@type": "Alarm", "id": alarms[0]}]}
    )
    return {"@type": f"{kind.value[0].upper()}{kind.value[1:]}Alarm", **WHAT[kind], **meant}
