"""What is kept of input that was refused, and where the answer points."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.intake.taking import FAULTS_OF_A_BODY
from runtime.alarms.sources.store import create_source, faults_of, list_sources
from tenancy.scope import as_tenant

BAD = {"managed_object": "BER1", "perceived_severity": "awful", "text": "who am I"}


@pytest.fixture
def source(app: Flask, sessions: sessionmaker[Session], customer_id: UUID) -> tuple[UUID, str]:
    """The id and address of a JSON source."""
    vault = app.extensions["garland.services"].vault
    with sessions.begin() as session, as_tenant(session, customer_id):
        made, key = create_source(
            session, customer_id, kind="json", name="s", vault=vault, now=utc_now()
        )
    return made.id, f"/in/{key}"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A program that knows the address."""
    return app.test_client()


def test_keeps_what_was_sent_beside_what_is_wrong(
    client: FlaskClient,
    source: tuple[UUID, str],
    sessions: sessionmaker[Session],
    customer_id: UUID,
) -> None:
    client.post(source[1], json={"events": [BAD]})

    with sessions() as session, as_tenant(session, customer_id):
        (fault,) = faults_of(session, customer_id, source[0])
        (counted,) = list_sources(session, customer_id)
    assert "who am I" in fault.body
    assert (counted.accepted, counted.rejected) == (0, 1)
    assert "perceived_severity must be one of" in counted.last_problem


def test_points_into_the_list_that_was_sent(client: FlaskClient, source: tuple[UUID, str]) -> None:
    answer = client.post(source[1], json={"events": [BAD]})

    (error,) = answer.get_json(force=True)["errors"]
    assert error["pointer"] == "/events/0/perceived_severity"


def test_keeps_few_of_many(
    client: FlaskClient,
    source: tuple[UUID, str],
    sessions: sessionmaker[Session],
    customer_id: UUID,
) -> None:
    answer = client.post(source[1], json={"events": [BAD] * 50})

    assert len(answer.get_json(force=True)["errors"]) == 50
    with sessions() as session, as_tenant(session, customer_id):
        assert len(faults_of(session, customer_id, source[0])) == FAULTS_OF_A_BODY


def test_names_a_number_that_no_computer_holds(
    client: FlaskClient, source: tuple[UUID, str]
) -> None:
    body = b'{"managed_object": "a", "perceived_severity": "major", "attributes": {"n": %s}}'

    answer = client.post(source[1], data=body % (b"9" * 5000), content_type="application/json")

    assert answer.status_code == 400
