"""Limits of intake: what is refused was not taken, and the source's page tells it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.secrets import Vault, new_key
from runtime.alarms._tables import JournalEntry
from runtime.alarms.intake.taking import take_from_api
from runtime.alarms.intake.waiting import waiting_by_tenant, waiting_of_all
from runtime.alarms.journal import mark_done, take
from runtime.alarms.sources.store import create_source, faults_of, get_source
from runtime.limits.store import change_limits
from tenancy.scope import as_tenant, system
from tests.factories.tenancy import NOON, make_customer

VAULT = Vault([new_key()])


def events(number: int, **parts: Any) -> dict[str, Any]:
    event = {"managed_object": "r1", "perceived_severity": "major", **parts}
    return {"events": [event] * number}


@pytest.fixture
def tenant_id(sessions: sessionmaker[Session]) -> UUID:
    with sessions.begin() as session:
        return make_customer(session).id


@pytest.fixture
def source(sessions: sessionmaker[Session], tenant_id: UUID) -> tuple[UUID, str]:
    with sessions.begin() as session, as_tenant(session, tenant_id):
        view, key = create_source(
            session, tenant_id, kind="json", name="Probe", vault=VAULT, now=NOON
        )
        return view.id, key


def limit(sessions: sessionmaker[Session], tenant_id: UUID, **limits: Any) -> None:
    with sessions.begin() as session, as_tenant(session, tenant_id):
        change_limits(session, tenant_id, limits, by="test", now=NOON)


def journalled(sessions: sessionmaker[Session], tenant_id: UUID) -> int:
    with sessions() as session, as_tenant(session, tenant_id):
        return session.scalar(select(func.count(JournalEntry.seq))) or 0


def test_a_call_over_the_backlog_is_refused_as_a_whole(
    app: Flask, sessions: sessionmaker[Session], tenant_id: UUID, source: tuple[UUID, str]
) -> None:
    limit(sessions, tenant_id, journal_waiting=100)
    send = app.test_client().post
    send(f"/in/{source[1]}", json=events(90))

    answer = send(f"/in/{source[1]}", json=events(11))

    assert answer.status_code == 429
    assert (answer.json or {})["code"] == "runtime.too_many_events"
    assert "100 may (journal_waiting)" in (answer.json or {})["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert journalled(sessions, tenant_id) == 90


def test_the_sources_page_tells_what_was_refused(
    app: Flask, sessions: sessionmaker[Session], tenant_id: UUID, source: tuple[UUID, str]
) -> None:
    limit(sessions, tenant_id, journal_waiting=100)
    for _ in range(3):
        app.test_client().post(f"/in/{source[1]}", json=events(101))

    with sessions() as session, as_tenant(session, tenant_id):
        seen, faults = (
            get_source(session, tenant_id, source[0]),
            faults_of(session, tenant_id, source[0]),
        )
    assert (seen.accepted, seen.rejected) == (0, 303)
    assert "429 for 101 events" in seen.last_problem
    assert [fault.code for fault in faults] == ["runtime.too_many_events"]


def test_one_tenants_backlog_refuses_nobody_else(
    sessions: sessionmaker[Session], tenant_id: UUID
) -> None:
    limit(sessions, tenant_id, journal_waiting=100)
    with sessions.begin() as session:
        other = make_customer(session).id
        with as_tenant(session, tenant_id):
            take_from_api(session, tenant_id, events(100), now=NOON)

    with sessions.begin() as session, as_tenant(session, other):
        limits = {"journal_waiting": 150}
        change_limits(session, other, limits, by="test", now=NOON)
        take_from_api(session, other, events(120), now=NOON)

    assert journalled(sessions, other) == 120


def test_events_that_were_dealt_with_make_room(
    app: Flask, sessions: sessionmaker[Session], tenant_id: UUID, source: tuple[UUID, str]
) -> None:
    limit(sessions, tenant_id, journal_waiting=100)
    app.extensions["garland.services"].limits._counts_kept_s = 0.0  # noqa: SLF001  at once
    send = app.test_client().post
    send(f"/in/{source[1]}", json=events(100))
    with sessions.begin() as session, system(session):
        mark_done(session, [row.seq for row in take(session, 50)], now=NOON)

    answer = send(f"/in/{source[1]}", json=events(50))

    assert answer.status_code == 202


def test_the_whole_installation_has_a_limit_too(
    app: Flask, sessions: sessionmaker[Session], tenant_id: UUID, source: tuple[UUID, str]
) -> None:
    app.extensions["garland.services"].limits.journal_max = 50

    answer = app.test_client().post(f"/in/{source[1]}", json=events(51))

    assert answer.status_code == 429
    assert "GARLAND_JOURNAL_MAX" in (answer.json or {})["detail"]
    assert journalled(sessions, tenant_id) == 0


def test_events_that_come_too_fast_are_told_when_to_come_back(
    app: Flask, sessions: sessionmaker[Session], tenant_id: UUID, source: tuple[UUID, str]
) -> None:
    limit(sessions, tenant_id, events_per_s=10, events_burst=5_000)
    send = app.test_client().post
    first = send(f"/in/{source[1]}", json=events(5_000))

    second = send(f"/in/{source[1]}", json=events(200))

    assert (first.status_code, second.status_code) == (202, 429)
    assert "10 alarm events a second (events_per_s)" in (second.json or {})["detail"]
    assert 1 <= int(second.headers["Retry-After"]) <= 20
    assert journalled(sessions, tenant_id) == 5_000


def test_an_event_that_is_too_large_is_rejected_alone(
    sessions: sessionmaker[Session], tenant_id: UUID
) -> None:
    limit(sessions, tenant_id, event_bytes=1_024)
    good = events(1)["events"][0]
    body = {"events": [good, {"bad": 1}, {**good, "text": "x" * 2_000}, good]}

    with sessions.begin() as session, as_tenant(session, tenant_id):
        batch = take_from_api(session, tenant_id, body, now=NOON)

    assert [one.index for one in batch.rejected] == [1, 2]
    assert "1,024 (event_bytes)" in batch.rejected[1].error.message
    assert journalled(sessions, tenant_id) == 2


def test_waiting_events_are_counted_exactly(
    sessions: sessionmaker[Session], tenant_id: UUID
) -> None:
    with sessions.begin() as session, as_tenant(session, tenant_id):
        take_from_api(session, tenant_id, events(30), now=NOON)
    with sessions.begin() as session, system(session):
        mark_done(session, [row.seq for row in take(session, 10)], now=NOON)

    with sessions() as session, as_tenant(session, tenant_id):
        assert waiting_of_all(session) == 20
        assert waiting_by_tenant(session) == {tenant_id: 20}
