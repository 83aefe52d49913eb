"""A source's full list: the new is raised, the missing cleared, and nothing by mistake."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms import store
from runtime.alarms.store import AlarmFilter, Change
from tenancy.scope import as_tenant
from tests.factories.alarms import work_off
from tests.integration.runtime.alarms.test_intake import client, journalled, make_source

__all__ = ["client"]
Sessions = sessionmaker[Session]


def event(name: str, severity: str = "major") -> dict[str, Any]:
    return {"managed_object": name, "perceived_severity": severity}


@pytest.fixture
def source(app: Flask, sessions: Sessions, customer_id: UUID) -> tuple[UUID, str]:
    """A JSON source's id and address."""
    return make_source(app, sessions, customer_id, "json")


def correlate(sessions: Sessions, tenant_id: UUID) -> list[Change]:
    with sessions.begin() as session, as_tenant(session, tenant_id):
        return work_off(session, tenant_id, now=utc_now())


def standing(sessions: Sessions, tenant_id: UUID) -> set[str]:
    with sessions() as session, as_tenant(session, tenant_id):
        return {one.managed_object for one in store.list_alarms(session, tenant_id, AlarmFilter())}


@pytest.fixture(params=["address", "rest"])
def resync(request: pytest.FixtureRequest, client: FlaskClient, source: tuple[UUID, str]) -> Any:
    """Send a full list, either to the source's address or over REST."""
    source_id, address = source

    def send(events: Any, **more: Any) -> Any:
        body = {"events": events, **more}
        if request.param == "address":
            return client.post(address, json={"resync": True, **body})
        return client.post(f"/api/v1/sources/{source_id}/resync", json=body)

    return send


@pytest.fixture
def begun(
    client: FlaskClient, source: tuple[UUID, str], sessions: Sessions, customer_id: UUID
) -> None:
    """A and B stand at the source, X came by the API."""
    client.post(source[1], json={"events": [event("A"), event("B")]})
    client.post("/api/v1/alarms", json=event("X"))
    correlate(sessions, customer_id)


@pytest.mark.usefixtures("begun")
def test_raises_the_new_and_clears_the_missing_of_that_source(
    resync: Any, sessions: Sessions, customer_id: UUID
) -> None:
    answer = resync([event("B"), event("C")])

    changes = correlate(sessions, customer_id)
    assert (answer.status_code, answer.get_json()) == (202, {"accepted": 2, "cleared": 1})
    assert standing(sessions, customer_id) == {"B", "C", "X"}
    assert [(one.alarm.managed_object, one.transition.value) for one in changes] == [
        ("B", "repeated"),
        ("C", "created"),
        ("A", "cleared"),
    ]
    assert changes[-1].alarm.cleared_by == "resync"


@pytest.mark.usefixtures("begun")
@pytest.mark.parametrize(
    "events",
    [
        pytest.param([], id="empty"),
        pytest.param([event("B"), event("C", "awful")], id="one broken event"),
        pytest.param("all", id="no list"),
        pytest.param([event("A", "cleared")], id="nothing but clears"),
    ],
)
def test_changes_nothing_by_a_broken_or_empty_list(
    resync: Any, sessions: Sessions, customer_id: UUID, events: Any
) -> None:
    answer = resync(events)

    assert answer.status_code == 422
    assert journalled(sessions, customer_id) == 0
    assert standing(sessions, customer_id) == {"A", "B", "X"}


@pytest.mark.usefixtures("begun")
def test_an_empty_list_that_is_meant_clears_all_of_the_source(
    resync: Any, sessions: Sessions, customer_id: UUID
) -> None:
    assert resync([], allow_empty=True).get_json() == {"accepted": 0, "cleared": 2}

    correlate(sessions, customer_id)
    assert standing(sessions, customer_id) == {"X"}


@pytest.mark.usefixtures("begun")
def test_the_same_list_twice_changes_nothing_more(
    resync: Any, sessions: Sessions, customer_id: UUID
) -> None:
    resync([event("B")])
    correlate(sessions, customer_id)

    assert resync([event("B")]).get_json() == {"accepted": 1, "cleared": 0}
