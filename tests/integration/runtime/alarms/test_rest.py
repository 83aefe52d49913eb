"""The alarm list over REST: orders, pages, filters and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms import journal, store
from runtime.alarms.model import parse_event
from tenancy.scope import as_tenant
from tenancy.tokens import create_token

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
API = "/api/v1/alarms"
SAID = [("A", "minor"), ("B", "critical"), ("C", "minor"), ("D", "warning"), ("E", "critical")]


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], customer_id: UUID) -> FlaskClient:
    """A program whose tenant has five alarms, raised a minute apart."""
    with sessions.begin() as session, as_tenant(session, customer_id):
        secret = create_token(session, customer_id, name="n", role="admin", now=utc_now())
        events = [
            parse_event(
                {
                    "managed_object": name,
                    "perceived_severity": severity,
                    "source": "nms" if name == "A" else "am",
                    "raised_at": (NOON + timedelta(minutes=number)).isoformat(),
                }
            )
            for number, (name, severity) in enumerate(SAID)
        ]
        journal.append(session, customer_id, events, now=NOON + timedelta(hours=1))
        rows = journal.take(session, 10)
        store.apply_batch(session, customer_id, rows, now=NOON)
        journal.mark_done(session, [row.seq for row in rows], now=NOON)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def names(body: Any) -> str:
    return "".join(item["managed_object"] for item in body["items"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", "EDCBA", id="newest first"),
        pytest.param("sort=last_raised_at", "ABCDE", id="oldest first"),
        pytest.param("sort=-severity", "EBCAD", id="worst first, then newest"),
        pytest.param("sort=managed_object", "ABCDE", id="by name"),
        pytest.param("severity=critical&severity=warning", "EDB", id="two severities"),
        pytest.param("managed_object=C", "C", id="object"),
        pytest.param("source=nms", "A", id="source"),
        pytest.param("since=2026-11-24T12:03:00Z", "ED", id="since"),
        pytest.param("since=2026-11-24T13:03:00+01:00", "ED", id="since, plus not encoded"),
        pytest.param("q=a nms", "A", id="two words"),
        pytest.param("state=suppressed", "", id="suppressed"),
    ],
)
def test_gives_what_is_asked_for(client: FlaskClient, query: str, expected: str) -> None:
    assert names(client.get(f"{API}?{query}").get_json()) == expected


@pytest.mark.parametrize("sort", store.SORTS)
def test_pages_through_every_order(client: FlaskClient, sort: str) -> None:
    whole = names(client.get(API, query_string={"sort": sort}).get_json())
    seen, query = "", {"sort": sort, "limit": "2"}

    while True:
        body = client.get(API, query_string=query).get_json()
        seen += names(body)
        if body["next_cursor"] is None:
            break
        query["cursor"] = body["next_cursor"]

    assert seen == whole
    assert sorted(seen) == list("ABCDE")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        pytest.param("sort=text", "/sort", id="order"),
        pytest.param("state=open", "/state", id="state"),
        pytest.param("severity=bad", "/severity", id="severity"),
        pytest.param("since=yesterday", "/since", id="instant"),
        pytest.param("cursor=abc", "/cursor", id="cursor"),
        pytest.param("cursor=WyJhIiwiYiJd", "/cursor", id="cursor of another list"),
        pytest.param("limit=0", "/limit", id="limit"),
        pytest.param("limit=²", "/limit", id="a digit that is no number"),
        pytest.param("limit=" + "9" * 5_000, "/limit", id="a limit of 5,000 digits"),
    ],
)
def test_names_the_parameter_it_cannot_use(client: FlaskClient, query: str, pointer: str) -> None:
    answer = client.get(f"{API}?{query}")

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json(force=True)["errors"]] == [pointer]


def test_acts_on_one_alarm(client: FlaskClient) -> None:
    alarm = client.get(API).get_json()["items"][0]["id"]

    acked = client.post(f"{API}/{alarm}/acknowledge", json={"comment": "mine"}).get_json()
    changed = client.patch(f"{API}/{alarm}", json={"attributes": {"ticket": "T-1"}}).get_json()
    cleared = client.post(f"{API}/{alarm}/clear").get_json()
    history = client.get(f"{API}/{alarm}/history").get_json()["items"]

    assert (acked["ack_state"], acked["acked_by"]) == ("acknowledged", "token n")
    assert changed["attributes"]["ticket"] == "T-1"
    assert cleared["state"] == "cleared"
    assert [one["kind"] for one in history] == ["cleared", "set", "acknowledged", "created"]


@pytest.mark.parametrize(
    ("verb", "body"), [("comment", []), ("comment", {"comment": 5}), ("comment", {})]
)
def test_refuses_a_comment_that_says_nothing(client: FlaskClient, verb: str, body: Any) -> None:
    alarm = client.get(API).get_json()["items"][0]["id"]

    assert client.post(f"{API}/{alarm}/{verb}", json=body).status_code == 422


def test_sets_nothing_that_cannot_be_kept(client: FlaskClient) -> None:
    alarm = client.get(API).get_json()["items"][0]["id"]

    for fields in ({"count": 3}, {"text": "a\x00"}, {"attributes": {"a": "\ud800"}}, [1]):
        assert client.patch(f"{API}/{alarm}", json=fields).status_code == 422


def test_shows_suppressed_alarms_apart(
    client: FlaskClient, sessions: sessionmaker[Session], customer_id: UUID
) -> None:
    alarm = UUID(client.get(f"{API}?managed_object=B").get_json()["items"][0]["id"])
    with sessions.begin() as session, as_tenant(session, customer_id):
        store.suppress(session, customer_id, alarm, by="planned work", now=NOON)
        counts = store.count_active(session, customer_id)

    assert names(client.get(API).get_json()) == "EDCA"
    assert names(client.get(f"{API}?state=suppressed").get_json()) == "B"
    assert names(client.get(f"{API}?state=all").get_json()) == "EDCBA"
    assert [tally.count for tally in counts.values() if tally.count] == [1, 2, 1]
