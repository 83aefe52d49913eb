"""Every operation of the swagger against every status that it documents.

The table says how each is provoked; what a sound server never answers is named with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tenancy.roles import Role
from tests.conftest import DATA
from tests.integration.runtime.alarms.tmf642.conftest import RAISED, V4, Contract, Program, alarm

SWAGGER: Path = DATA / "tmf" / "TMF642-Alarm-v4.0.0.swagger.json"
NO_CONFLICT = "nothing can be in conflict with it"
NEVER = {
    ("get", "/alarm", 404): "a list is there, if empty",
    ("get", "/alarm", 409): NO_CONFLICT,
    ("get", "/alarm/{id}", 409): NO_CONFLICT,
    ("delete", "/alarm/{id}", 400): "an id that is none is not found",
    ("delete", "/alarm/{id}", 409): NO_CONFLICT,
    ("get", "/task", 404): "a list is there, if empty",
    ("get", "/task", 409): NO_CONFLICT,
    ("post", "/task", 409): "what cannot be done to an alarm is told in the task",
    ("get", "/task/{id}", 409): NO_CONFLICT,
    ("post", "/hub", 404): "it refers to nothing",
    ("delete", "/hub/{id}", 400): "an id that is none is not found",
}
SIGNED: dict[str, dict[str, Any]] = {
    "ackAlarms": {"ackSystemId": "o", "ackUserId": "b"},
    "unAckAlarms": {"ackSystemId": "o", "ackUserId": "b"},
    "clearAlarms": {"clearSystemId": "o", "clearUserId": "b", "alarmClearedTime": RAISED},
    "commentAlarms": {"comment": {"comment": "seen"}},
    "groupAlarms": {"sourceSystemId": "o", "alarmChangedTime": RAISED},
    "unGroupAlarms": {"sourceSystemId": "o", "alarmChangedTime": RAISED},
}


def operations() -> list[Any]:
    if not SWAGGER.is_file():
        return [pytest.param("", "", 0, marks=pytest.mark.skip("the swagger is not here"))]
    paths = json.loads(SWAGGER.read_text())["paths"]
    return [
        pytest.param(method, path, int(code), id=f"{method} {path} {code}")
        for path, methods in paths.items()
        if not path.startswith("/listener")
        for method, operation in methods.items()
        for code in operation["responses"]
    ]


def kind_of(path: str) -> str:
    name = path.split("/")[1]
    return path.replace(name, "task", 1) if name in SIGNED else path


@dataclass(frozen=True, kw_only=True)
class World:
    """What requests refer to: two alarms, programs of several roles, and a fault to switch on."""

    client: FlaskClient
    nobody: Callable[[], FlaskClient]
    break_down: Callable[[], None]
    ids: tuple[str, str]

    def body(self, method: str, path: str) -> Any:
        """Give a body that is taken."""
        name = path.split("/")[1]
        if method == "patch":
            return {"alarmDetails": "looked at"}
        if name == "alarm":
            return alarm(alarmedObject={"id": "C"})
        if name == "hub":
            return {"callback": f"https://noc.example.net/{uuid4()}"}
        grouped = {"parentAlarm": {"id": self.ids[0]}, "correlatedAlarm": [{"id": self.ids[1]}]}
        chosen = {"alarmPattern": [{"id": self.ids[0]}]}
        return {**SIGNED[name], **(grouped if "roup" in name else chosen)}

    def path(self, path: str) -> str:
        """Give an address of something that is there."""
        name = path.split("/")[1]
        if "{id}" not in path:
            return V4 + path
        if name == "alarm":
            return f"{V4}/alarm/{self.ids[0]}"
        made = self.client.post(f"{V4}/{name}", json=self.body("post", f"/{name}"))
        return f"{V4}/{name}/{made.get_json()['id']}"

    def call(self, method: str, path: str, body: Any = None) -> TestResponse:
        """Call an operation; one that takes a body, with one."""
        return send(self.client, method, self.path(path), body or self.body_or_none(method, path))

    def body_or_none(self, method: str, path: str) -> Any:
        """Give a body where the method takes one."""
        return self.body(method, path) if method in ("post", "patch") else None


def send(client: FlaskClient, method: str, where: str, body: Any = None) -> TestResponse:
    found: TestResponse = getattr(client, method)(where, **({"json": body} if body else {}))
    return found


@pytest.fixture
def world(
    client: FlaskClient,
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    def make_nobody() -> FlaskClient:
        """Make a program whose role allows nothing, which no role does by itself."""
        made = program("viewer")
        monkeypatch.setattr("tenancy.roles._GRANTS", {Role.VIEWER: frozenset()})
        return made

    def key(name: str) -> str:
        made = client.post(f"{V4}/alarm", json=alarm(alarmedObject={"id": name}))
        return str(made.get_json()["id"])

    return World(
        client=client,
        nobody=make_nobody,
        break_down=lambda: monkeypatch.setattr(
            "runtime.alarms.tmf642.api.db_session", lambda: 1 // 0
        ),
        ids=(key("A"), key("B")),
    )


@pytest.mark.parametrize(("method", "path", "code"), operations())
def test_each_operation_answers_each_status_of_the_contract(
    world: World, contract: Contract, method: str, path: str, code: int
) -> None:
    if (method, kind_of(path), code) in NEVER:
        return

    answer = PROVOKED.get(code, World.call)(world, method, path)

    assert answer.status_code == code, answer.get_data(as_text=True)
    check_body(contract, method, path, code=code, answer=answer)


def malformed(world: World, method: str, path: str) -> TestResponse:
    if method == "get":
        return world.client.get(f"{world.path(path)}?fields=colour&limit=-1")
    return world.call(method, path, {"colour": "red"})


def by_a_stranger(world: World, method: str, path: str) -> TestResponse:
    stranger = world.client.application.test_client()
    return send(stranger, method, world.path(path), world.body_or_none(method, path))


def by_nobody(world: World, method: str, path: str) -> TestResponse:
    where = world.path(path)
    return send(world.nobody(), method, where, world.body_or_none(method, path))


def of_nothing(world: World, method: str, path: str) -> TestResponse:
    where = V4 + path.replace("{id}", str(uuid4()))
    return send(world.client, method, where, world.body_or_none(method, path))


def by_no_method(world: World, _method: str, path: str) -> TestResponse:
    return send(world.client, "put", world.path(path), {"a": 1})


def while_broken(world: World, method: str, path: str) -> TestResponse:
    where, body = world.path(path), world.body_or_none(method, path)
    world.break_down()
    return send(world.client, method, where, body)


def conflict(world: World, method: str, path: str) -> TestResponse:
    if method == "patch":
        world.call(method, path, {"state": "cleared"})
        return world.call(method, path, {"perceivedSeverity": "minor"})
    if path == "/alarm":
        over = {"state": "cleared", "perceivedSeverity": "cleared"}
        return world.call(method, path, alarm(alarmedObject={"id": "X"}, **over))
    body = world.body(method, path)
    world.call(method, path, body)
    return world.call(method, path, body)


PROVOKED: dict[int, Callable[[World, str, str], TestResponse]] = {
    400: malformed,
    401: by_a_stranger,
    403: by_nobody,
    404: of_nothing,
    405: by_no_method,
    409: conflict,
    500: while_broken,
}


def check_body(
    contract: Contract, method: str, path: str, *, code: int, answer: TestResponse
) -> None:
    said = contract.document["paths"][path][method]["responses"][str(code)]
    if "schema" not in said:
        assert answer.data == b""
        return
    assert answer.mimetype == "application/json"
    if said["schema"].get("type") == "array":
        name = said["schema"]["items"]["$ref"].rpartition("/")[2]
        for one in answer.get_json():
            contract.check(name, one)
        assert int(answer.headers["X-Total-Count"]) >= int(answer.headers["X-Result-Count"])
        return
    name = said["schema"]["$ref"].rpartition("/")[2]
    contract.check(name, answer.get_json())
    if name == "Error":
        assert answer.get_json()["status"] == str(code)


@pytest.mark.parametrize("path", ["/", "/nothing", "/listener/alarmCreateEvent", "/alarm/a/b"])
def test_an_address_that_is_none_is_told_in_the_words_of_the_contract(
    client: FlaskClient, contract: Contract, path: str
) -> None:
    answer = client.post(V4 + path, json={})

    assert answer.status_code in (404, 405)
    contract.check("Error", answer.get_json())


@pytest.mark.parametrize(
    ("body", "mimetype", "code"),
    [
        pytest.param(b"{", "application/json", 400, id="no JSON"),
        pytest.param(b'{"a":1,"a":2}', "application/json", 400, id="a name twice"),
        pytest.param(b"<a/>", "application/xml", 415, id="no JSON at all"),
        pytest.param(b"[" * 200_000, "application/json", 400, id="too deep"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_so(
    client: FlaskClient, contract: Contract, body: bytes, mimetype: str, code: int
) -> None:
    answer = client.post(f"{V4}/alarm", data=body, content_type=mimetype)

    assert answer.status_code == code
    contract.check("Error", answer.get_json())
