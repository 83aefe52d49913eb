"""Writes under an `Idempotency-Key`: done once, answered alike, told from others."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.organisations import OrganisationView
from tenancy.repeats._tables import KeptAnswer
from tenancy.repeats.store import KEPT_FOR, remove_old
from tenancy.scope import as_tenant, system
from tenancy.tokens import create_token
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import make_customer

SOURCES = "/api/v1/sources"
RULES = "/api/v1/rules"
NEW = {"kind": "json", "name": "Poller"}
KEY = {"Idempotency-Key": "4b9a0c1e"}


def program(
    app: Flask, sessions: sessionmaker[Session], organisation: OrganisationView, name: str = "t"
) -> FlaskClient:
    with sessions.begin() as session, as_tenant(session, organisation.id):
        secret = create_token(session, organisation.id, name=name, role="admin", now=utc_now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


@pytest.fixture
def client(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    return program(app, sessions, acme)


def count(client: FlaskClient, where: str = SOURCES) -> int:
    return len(client.get(where).json["items"])  # type: ignore[index]


def test_the_same_request_under_the_same_key_is_done_once_and_answered_alike(
    client: FlaskClient,
) -> None:
    first = client.post(SOURCES, json=NEW, headers=KEY)

    again = client.post(SOURCES, json=NEW, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert count(client) == 1


def test_another_request_under_the_same_key_is_refused_and_changes_nothing(
    client: FlaskClient,
) -> None:
    client.post(SOURCES, json=NEW, headers=KEY)

    other = client.post(SOURCES, json={**NEW, "name": "Other"}, headers=KEY)

    assert other.status_code == 422
    assert other.json is not None
    assert other.json["code"] == "core.idempotency_key_reused"
    assert count(client) == 1


def test_a_request_that_was_refused_may_be_mended_and_sent_under_its_key(
    client: FlaskClient,
) -> None:
    refused = client.post(SOURCES, json={"name": "Poller"}, headers=KEY)

    mended = client.post(SOURCES, json=NEW, headers=KEY)

    assert (refused.status_code, mended.status_code) == (422, 201)


def test_a_refusal_that_was_noted_keeps_its_key_free(client: FlaskClient) -> None:
    """Intake commits what was wrong although it answers 422."""
    bad = client.post("/api/v1/alarms", json={"events": [{}]}, headers=KEY)

    good = client.post(
        "/api/v1/alarms",
        json={"managed_object": "n", "perceived_severity": "major"},
        headers=KEY,
    )

    assert (bad.status_code, good.status_code) == (422, 202)


def test_a_key_is_its_tokens_own(
    app: Flask, client: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        lakeside = make_customer(session, "Lakeside")
    others = (program(app, sessions, acme, "other"), program(app, sessions, lakeside))
    client.post(RULES, json=make_rule_document(), headers=KEY)

    answers = [one.post(RULES, json=make_rule_document(), headers=KEY) for one in others]

    assert [one.status_code for one in answers] == [201, 201]
    assert all("Idempotency-Replayed" not in one.headers for one in answers)


@pytest.mark.parametrize("key", ["", "two words", "k" * 201, "\u00e9"])
def test_a_key_that_is_none_is_refused_with_what_one_is(client: FlaskClient, key: str) -> None:
    answer = client.post(SOURCES, json=NEW, headers={"Idempotency-Key": key})

    assert answer.status_code == 400
    assert "visible ASCII" in answer.json["detail"]  # type: ignore[index]


def test_an_address_told_once_is_kept_sealed(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    made: Any = client.post(SOURCES, json=NEW, headers=KEY).json

    with sessions() as session, system(session):
        kept = session.scalars(select(KeptAnswer)).one()

    assert made["address"].rsplit("/", 1)[1] not in str(vars(kept))
    assert kept.sealed is not None


def test_after_a_day_the_key_is_free_again(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    client.post(SOURCES, json=NEW, headers=KEY)
    age(sessions, KEPT_FOR)

    later = client.post(SOURCES, json={**NEW, "name": "Other"}, headers=KEY)

    assert later.status_code == 201
    assert count(client) == 2


def test_old_answers_are_purged_and_younger_ones_stay(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    client.post(SOURCES, json=NEW, headers=KEY)
    age(sessions, KEPT_FOR)
    client.post(SOURCES, json={**NEW, "name": "B"}, headers={"Idempotency-Key": "younger"})

    with sessions.begin() as session, system(session):
        gone = remove_old(session, now=utc_now())
        left = session.scalars(select(KeptAnswer.key)).all()

    assert gone == 1
    assert left == ["younger"]


def test_of_two_at_the_same_moment_one_is_done(app: Flask, client: FlaskClient) -> None:
    header = client.environ_base["HTTP_AUTHORIZATION"]
    answers = []

    def send() -> None:
        mine = app.test_client()
        sent = mine.post(SOURCES, json=NEW, headers={**KEY, "Authorization": header})
        answers.append((sent.status_code, sent.data))

    threads = [Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert count(client) == 1


def test_tmf642_takes_a_key_too(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    said = {
        "alarmType": "communicationsAlarm",
        "perceivedSeverity": "major",
        "probableCause": "x",
        "sourceSystemId": "nms",
        "alarmedObject": {"id": "n"},
        "alarmRaisedTime": "2026-11-24T12:00:00Z",
        "state": "raised",
    }
    where = "/tmf-api/alarmManagement/v4/alarm"

    answers = [client.post(where, json=said, headers=KEY) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].data == answers[1].data
    with sessions() as session, system(session):
        assert session.scalar(select(func.count(KeptAnswer.id))) == 1


def test_a_deletion_sent_again_is_answered_as_before(client: FlaskClient) -> None:
    made: Any = client.post(SOURCES, json=NEW).json
    where = f"{SOURCES}/{UUID(made['id'])}"

    answers = [client.delete(where, headers=KEY).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert client.delete(where).status_code == 404


def test_what_only_reads_keeps_nothing_and_is_done_each_time(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    alarms = [{"managed_object": "link-1", "perceived_severity": "major"}]
    asked = {"rule": make_rule_document(), "alarms": alarms}

    told = [client.post("/api/v1/rules/simulate", json=asked, headers=KEY) for _ in range(2)]

    assert [one.status_code for one in told] == [200, 200]
    assert not any("Idempotency-Replayed" in one.headers for one in told)
    with sessions() as session, system(session):
        assert session.scalar(select(func.count()).select_from(KeptAnswer)) == 0


def age(sessions: sessionmaker[Session], by: timedelta) -> None:
    with sessions.begin() as session, system(session):
        for one in session.scalars(select(KeptAnswer)):
            one.made_at -= by
