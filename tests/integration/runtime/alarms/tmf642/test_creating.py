"""A created alarm and the correlator: one transaction, one lifecycle, rules that see it once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime._tables import Lease
from runtime.alarms import journal
from runtime.alarms.tmf642.mapping import event_of
from runtime.leases import CORRELATOR
from runtime.rules.firings import firings_of_alarm
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.scope import as_tenant, system
from tests.factories.rules import make_leaf, make_rule_document
from tests.integration.runtime.alarms.tmf642.conftest import V4, Program, alarm

MAJOR = make_leaf("perceived_severity", "at_least", "major")


@pytest.fixture
def rule(sessions: sessionmaker[Session], customer_id: UUID) -> None:
    """Every alarm that is major or worse is acknowledged."""
    with sessions.begin() as session, as_tenant(session, customer_id):
        document = make_rule_document(when=MAJOR)
        made = create_rule(session, customer_id, document=document, by="x", now=utc_now())
        publish_rule(session, customer_id, made.id, mode=Mode.LIVE, by="x", now=utc_now())


@pytest.mark.usefixtures("rule")
def test_a_rule_fires_once_for_a_created_alarm(
    client: FlaskClient,
    sessions: sessionmaker[Session],
    customer_id: UUID,
    correlate: Callable[[], int],
) -> None:
    key = client.post(f"{V4}/alarm", json=alarm()).get_json()["id"]

    correlate()
    correlate()

    after = client.get(f"{V4}/alarm/{key}").get_json()
    assert (after["ackState"], after["count"]) == ("acknowledged", 1)
    with sessions() as session, as_tenant(session, customer_id):
        assert len(firings_of_alarm(session, customer_id, UUID(key))) == 1


@pytest.mark.usefixtures("rule")
def test_rules_judge_the_alarm_as_it_was_created_though_it_has_changed_since(
    client: FlaskClient,
    sessions: sessionmaker[Session],
    customer_id: UUID,
    correlate: Callable[[], int],
) -> None:
    key = client.post(f"{V4}/alarm", json=alarm()).get_json()["id"]
    client.patch(f"{V4}/alarm/{key}", json={"state": "cleared"})

    correlate()

    with sessions() as session, as_tenant(session, customer_id):
        assert len(firings_of_alarm(session, customer_id, UUID(key))) == 1


def test_a_deleted_alarm_is_judged_no_more(
    client: FlaskClient, correlate: Callable[[], int]
) -> None:
    key = client.post(f"{V4}/alarm", json=alarm()).get_json()["id"]
    client.delete(f"{V4}/alarm/{key}")

    assert correlate() == 2  # the notice of the creation, and that of the deletion


def test_events_of_a_source_and_of_tmf642_are_of_one_alarm(
    client: FlaskClient,
    sessions: sessionmaker[Session],
    customer_id: UUID,
    correlate: Callable[[], int],
) -> None:
    client.post(f"{V4}/alarm", json=alarm())
    with sessions.begin() as session, as_tenant(session, customer_id):
        said = event_of(alarm(alarmDetails="from a source"))
        journal.append(session, customer_id, [said], now=utc_now())

    correlate()

    found = client.get(f"{V4}/alarm").get_json()
    assert [(one["count"], one["alarmDetails"]) for one in found] == [(2, "from a source")]


def test_two_calls_at_the_same_moment_make_one_alarm(
    program: Program, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session, system(session):
        session.add(Lease(name=CORRELATOR, owner="one that works", until=utc_now()))
    clients = [program(), program("operator"), program("designer")]
    barrier = Barrier(len(clients))

    def create(client: FlaskClient) -> tuple[int, str]:
        barrier.wait()
        answer = client.post(f"{V4}/alarm", json=alarm())
        return answer.status_code, answer.get_json().get("id", "")

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(create, clients))

    assert [code for code, _ in answers] == [201, 201, 201]
    assert len({key for _, key in answers}) == 1
    assert clients[0].get(f"{V4}/alarm").get_json()[0]["count"] == 3
