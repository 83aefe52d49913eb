"""Sources in the orders that are asked for, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms._tables import Source
from runtime.alarms.sources.order import SORTS
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCES = "/api/v1/sources"
HEARD = {"A": (2, 5), "B": (None, 0), "C": (1, 5), "D": (None, 7), "E": (3, 5)}


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    with sessions.begin() as session, as_tenant(session, acme.id):
        secret = create_token(session, acme.id, name="t", role="admin", now=utc_now())
        for number, (name, (minute, accepted)) in enumerate(HEARD.items()):
            session.add(
                Source(
                    tenant_id=acme.id,
                    kind="json",
                    name=name,
                    key_digest=name,
                    key_sealed="",
                    config={},
                    created_at=NOON - timedelta(days=number),
                    last_seen_at=NOON + timedelta(minutes=minute) if minute else None,
                    accepted=accepted,
                )
            )
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def page(client: FlaskClient, sort: str, cursor: str = "", limit: int = 2) -> tuple[str, str]:
    query = {"sort": sort, "limit": str(limit), "cursor": cursor}
    found = client.get(SOURCES, query_string=query).json
    assert found is not None
    return "".join(one["name"] for one in found["items"]), found["next_cursor"] or ""


def pages(client: FlaskClient, sort: str) -> str:
    names, cursor = page(client, sort)
    while cursor:
        more, cursor = page(client, sort, cursor)
        names += more
    return names


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        pytest.param("", "ABCDE", id="by name"),
        pytest.param("-name", "EDCBA", id="by name, from the end"),
        pytest.param("created_at", "EDCBA", id="the oldest first"),
        pytest.param("-created_at", "ABCDE", id="the newest first"),
        pytest.param("-last_seen_at", "EAC", id="heard last first, never heard at the end"),
        pytest.param("-accepted", "D", id="the busiest first"),
        pytest.param("accepted", "B", id="the idlest first"),
    ],
)
def test_pages_follow_in_the_order_asked_for(client: FlaskClient, sort: str, expected: str) -> None:
    found = pages(client, sort)

    assert found.startswith(expected)
    assert sorted(found) == sorted(HEARD)


@pytest.mark.parametrize("name", [one for one in SORTS if not one.startswith("-")])
def test_the_reverse_is_the_same_list_from_its_end(client: FlaskClient, name: str) -> None:
    assert pages(client, f"-{name}") == pages(client, name)[::-1]


def test_a_source_removed_between_pages_makes_no_other_appear_twice_or_not_at_all(
    client: FlaskClient,
) -> None:
    names, cursor = page(client, "-accepted")
    gone = client.get(SOURCES, query_string={"q": names[-1]}).json["items"][0]["id"]  # type: ignore[index]
    client.delete(f"{SOURCES}/{gone}")

    rest, _ = page(client, "-accepted", cursor, limit=10)

    assert sorted(names + rest) == sorted(HEARD)


@pytest.mark.parametrize(
    "query", [{"sort": "secret"}, {"sort": "accepted", "cursor": "WyJhIiwiYiJd"}]
)
def test_an_order_or_place_that_is_none_is_refused(
    client: FlaskClient, query: dict[str, str]
) -> None:
    answer = client.get(SOURCES, query_string=query)

    assert answer.status_code == 422


def test_a_change_that_builds_on_an_older_state_is_refused(client: FlaskClient) -> None:
    found = client.get(SOURCES).json["items"][0]  # type: ignore[index]
    where = f"{SOURCES}/{found['id']}"
    tag = client.get(where).headers["ETag"]

    first = client.patch(where, json={"name": "New"}, headers={"If-Match": tag})
    late = client.patch(where, json={"name": "Other"}, headers={"If-Match": tag})

    assert (first.status_code, late.status_code) == (200, 412)
    assert client.get(where).json["name"] == "New"  # type: ignore[index]
    again = client.patch(where, json={"paused": True}, headers={"If-Match": first.headers["ETag"]})
    assert again.status_code == 200
