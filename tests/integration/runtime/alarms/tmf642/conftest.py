"""A program that speaks TMF642, the contracts it is held against, and a listener of its own."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from kernel.clock import utc_now
from kernel.schema import Schema
from runtime.alarms.tmf642.hub.sending import Notifier
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.tenancy import make_customer
from tests.support.listener import Listener, running_listener

V4 = "/tmf-api/alarmManagement/v4"
V5 = "/tmf-api/alarmManagement/v5"
RAISED = "2026-11-24T12:00:00.000Z"


def alarm(**said: Any) -> dict[str, Any]:
    """Give what creates an alarm in v4."""
    return {
        "alarmType": "equipmentAlarm",
        "perceivedSeverity": "major",
        "probableCause": "powerSupplyFailure",
        "alarmedObject": {"id": "ne-1"},
        "sourceSystemId": "ems-1",
        "state": "raised",
        "alarmRaisedTime": RAISED,
        **said,
    }


def create(client: FlaskClient, **said: Any) -> dict[str, Any]:
    """Create an alarm and give the answer."""
    answer = client.post(f"{V4}/alarm", json=alarm(**said))
    assert answer.status_code == 201, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


class Contract:
    """The swagger of v4, with one slip mended: an alarm's id is text wherever it is referred to."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = json.loads(path.read_text())
        self.definitions: dict[str, Any] = copy.deepcopy(self.document["definitions"])
        for name in ("Alarm", "AlarmRefOrValue"):
            self.definitions[name]["properties"]["id"] = {"type": "string"}

    def schema(self, name: str) -> Schema:
        """Compile a definition."""
        return Schema({"$ref": f"#/definitions/{name}", "definitions": self.definitions})

    def check(self, name: str, document: Any) -> None:
        """Fail unless a document fits a definition."""
        assert self.schema(name).problems(document) == []

    def codes(self, path: str, method: str) -> set[int]:
        """Give the statuses that an operation documents."""
        return {int(code) for code in self.document["paths"][path][method]["responses"]}


@pytest.fixture(scope="session")
def contract(shared_data: Path) -> Contract:
    return Contract(shared_data / "tmf" / "TMF642-Alarm-v4.0.0.swagger.json")


Program = Callable[..., FlaskClient]


@pytest.fixture
def program(app: Flask, sessions: sessionmaker[Session], customer_id: UUID) -> Program:
    """Give a function that makes a program with a role's token in the tenant."""

    def make(role: str = "admin", tenant_id: UUID = customer_id) -> FlaskClient:
        with sessions.begin() as session, as_tenant(session, tenant_id):
            name = f"{role} of a test"
            secret = create_token(session, tenant_id, name=name, role=role, now=utc_now())
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client

    return make


@pytest.fixture
def client(program: Program) -> FlaskClient:
    return program()


@pytest.fixture
def other_id(sessions: sessionmaker[Session]) -> UUID:
    """Another tenant."""
    with sessions.begin() as session:
        return make_customer(session, "Stranger").id


@pytest.fixture
def correlate(sessions: sessionmaker[Session]) -> Callable[[], int]:
    """Give a function that plays the correlator until the journal is done."""

    def run() -> int:
        taken = 0
        with Matcher() as matcher:
            while True:
                with sessions.begin() as session:
                    number = correlate_batch(session, matcher=matcher, now=utc_now())
                taken += number
                if not number:
                    return taken

    return run


@pytest.fixture
def listener() -> Iterator[Listener]:
    with running_listener() as found:
        yield found


@pytest.fixture
def notifier(sessions: sessionmaker[Session]) -> Iterator[Notifier]:
    http = HttpBroker(allow_private=True)
    notifier = Notifier(sessions=sessions, reading=sessions, http=http)
    yield notifier
    notifier.close()


@pytest.fixture
def private_allowed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let listeners stand on this machine."""
    monkeypatch.setattr(app.extensions["garland.services"].settings, "allow_private_network", True)
