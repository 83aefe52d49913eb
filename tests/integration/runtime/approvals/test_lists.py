"""What waits for the reader comes first; pages, filters and the REST API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.approvals import FORM, World
from tests.factories.tenancy import NOON

API = "/api/v1/approvals"


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], world: World) -> FlaskClient:
    """An operator's program."""
    with sessions.begin() as session, as_tenant(session, world.tenant.id):
        secret = create_token(session, world.tenant.id, name="ci", role="operator", now=utc_now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def read(client: FlaskClient, path: str = "") -> Any:
    return client.get(API + path).get_json()


def titles(client: FlaskClient, query: str = "") -> list[str]:
    return [one["title"] for one in read(client, query)["items"]]


def ask_several(world: World) -> None:
    """Ask at noon and after: one is decided, one is for admins, three wait for the client."""
    _, decided = world.ask(title="Decided", now=NOON + timedelta(minutes=9))
    world.decide(decided, world.voter(), "reject", comment="no")
    world.ask(title="For admins", roles=["admin"], now=NOON + timedelta(minutes=8))
    for number in range(3):
        world.ask(title=f"Mine {number}", now=NOON + timedelta(minutes=number))


def test_what_waits_for_the_asker_comes_first_then_others_then_ended(
    client: FlaskClient, world: World
) -> None:
    ask_several(world)

    assert titles(client) == ["Mine 2", "Mine 1", "Mine 0", "For admins", "Decided"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_pages_neither_repeat_nor_skip(client: FlaskClient, world: World, limit: int) -> None:
    ask_several(world)
    found: list[str] = []
    cursor: str | None = ""

    while cursor is not None:
        page = read(client, f"?limit={limit}&cursor={cursor}")
        found += [one["title"] for one in page["items"]]
        cursor = page["next_cursor"]

    assert found == titles(client)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?mine=true", ["Mine 2", "Mine 1", "Mine 0"]),
        ("?mine=true&q=1", ["Mine 1"]),
        ("?state=open&q=ADMINS", ["For admins"]),
        ("?state=ended", ["Decided"]),
        ("?state=rejected", ["Decided"]),
        ("?state=approved", []),
        ("?q=%25", []),
    ],
)
def test_filters(client: FlaskClient, world: World, query: str, expected: list[str]) -> None:
    ask_several(world)

    assert titles(client, query) == expected


@pytest.mark.parametrize("query", ["state=shut", "mine=yes", "cursor=x", "limit=0"])
def test_a_filter_that_is_none_is_named(client: FlaskClient, query: str) -> None:
    answer = client.get(f"{API}?{query}")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == f"/{query.partition('=')[0]}"


def test_a_program_decides_and_sees_what_came_of_it(client: FlaskClient, world: World) -> None:
    run_id, asked = world.ask(fields=FORM, roles=["operator"])
    before = read(client, f"/{asked}")

    said = {"decision": "approve", "comment": "by ci", "form": {"ticket": "T-1"}}
    after = client.post(f"{API}/{asked}/decide", json=said)

    assert (before["state"], before["may_decide"], before["roles"]) == ("open", True, ["operator"])
    assert after.status_code == 200
    assert (after.get_json()["state"], after.get_json()["may_decide"]) == ("approved", False)
    assert after.get_json()["decisions"][0]["by"] == "token ci"
    assert world.outcome(run_id)[0] == "succeeded"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["/decision"]),
        ({"decision": "maybe"}, ["/decision"]),
        ({"decision": "approve", "form": []}, ["/form"]),
        ({"decision": "approve", "why": "x", "form": {"ticket": "T"}}, ["/why"]),
        ({"decision": "approve"}, ["/form/ticket"]),
        ({"decision": "reject", "comment": " "}, ["/comment"]),
    ],
)
def test_what_is_wrong_with_a_decision_is_named(
    client: FlaskClient, world: World, body: Any, fields: list[str]
) -> None:
    _, asked = world.ask(fields=FORM)

    answer = client.post(f"{API}/{asked}/decide", json=body)

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert [one["pointer"] for one in answer.get_json()["errors"]] == fields


def test_who_is_not_asked_and_who_comes_late_are_told_apart(
    client: FlaskClient, world: World
) -> None:
    _, theirs = world.ask(roles=["admin"])
    _, mine = world.ask()
    said = {"decision": "approve"}

    answers = [client.post(f"{API}/{one}/decide", json=said) for one in (theirs, mine, mine)]

    assert [one.status_code for one in answers] == [403, 200, 409]
    assert read(client, f"/{theirs}")["why_not"].startswith("others are asked")
    assert client.get(f"{API}/{uuid4()}").status_code == 404
    assert client.post(f"{API}/{uuid4()}/decide", json={}).status_code == 404
