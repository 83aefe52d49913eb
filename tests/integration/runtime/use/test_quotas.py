"""A quota and a cap refuse before they are passed, and say which, until when, and whom to ask."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms.intake.limits import OverPlanError
from runtime.alarms.intake.taking import take_from_api
from runtime.limits.book import BOOK, LimitsBook
from runtime.limits.store import change_limits
from runtime.runs._tables import Run
from runtime.runs.start import Start, start_run
from runtime.use.quotas import QuotaReachedError, SpendCapReachedError
from runtime.use.warnings import gauges_of, warn_near_end
from tenancy.organisations import OrganisationView
from tenancy.plans.caps import set_cap_of, set_own_cap
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.flows import chain_document, make_flow
from tests.factories.plans import acting_for, keeper_of, on_plan
from tests.factories.tenancy import NOON, make_customer

Sessions = sessionmaker[Session]
BY_HAND = Start(trigger={"kind": "manual"})
EVENT = {"managed_object": "r1", "perceived_severity": "major"}
PRICED = {"price": {"metered": {"runs": {"included": 2, "per": 1, "cents": 100}}}}


@pytest.fixture
def acme(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        return make_customer(session, "Acme")


def flow_of(sessions: Sessions, acme: OrganisationView) -> UUID:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, chain_document(1)).id


def start(sessions: Sessions, acme: OrganisationView, flow_id: UUID) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        start_run(session, acme.id, flow_id, BY_HAND, now=NOON)


def runs_of(sessions: Sessions, acme: OrganisationView) -> int:
    with sessions() as session, as_tenant(session, acme.id):
        return session.scalar(select(func.count(Run.id))) or 0


def plan(sessions: Sessions, acme: OrganisationView, **terms: Any) -> None:
    with sessions.begin() as session:
        on_plan(session, acme, **terms)


def test_runs_begin_up_to_the_days_quota_and_the_refusal_says_what_to_do(
    sessions: Sessions, acme: OrganisationView
) -> None:
    plan(sessions, acme, quotas={"runs_a_day": 2})
    flow_id = flow_of(sessions, acme)
    for _ in range(2):
        start(sessions, acme, flow_id)

    with pytest.raises(QuotaReachedError) as refused:
        start(sessions, acme, flow_id)

    assert runs_of(sessions, acme) == 2
    assert refused.value.retry_after_s == 12 * 3_600
    assert refused.value.detail["limit"] == "runs_a_day"
    assert "Ask CSP for more" in refused.value.message


def test_starts_at_the_same_moment_never_pass_the_quota(
    sessions: Sessions, acme: OrganisationView
) -> None:
    plan(sessions, acme, quotas={"runs_a_day": 3})
    flow_id, ready = flow_of(sessions, acme), Barrier(6)
    refused = []

    def begin() -> None:
        # a book of each one's own, as in processes of their own, each sure of an old count
        session = sessions(info={BOOK: LimitsBook()})
        ready.wait()
        try:
            with session.begin(), as_tenant(session, acme.id):
                start_run(session, acme.id, flow_id, BY_HAND, now=NOON)
        except QuotaReachedError as error:
            refused.append(error)

    threads = [Thread(target=begin) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert (runs_of(sessions, acme), len(refused)) == (3, 3)


def test_the_next_day_begins_anew(sessions: Sessions, acme: OrganisationView) -> None:
    plan(sessions, acme, quotas={"runs_a_day": 1})
    flow_id = flow_of(sessions, acme)
    start(sessions, acme, flow_id)

    with sessions.begin() as session, as_tenant(session, acme.id):
        start_run(session, acme.id, flow_id, BY_HAND, now=NOON + timedelta(hours=12))

    assert runs_of(sessions, acme) == 2


def test_a_call_of_events_over_the_quota_is_refused_as_a_whole(
    sessions: Sessions, acme: OrganisationView
) -> None:
    plan(sessions, acme, quotas={"events_a_day": 5})
    for number in (3, 2):
        with sessions.begin() as session, as_tenant(session, acme.id):
            take_from_api(session, acme.id, {"events": [EVENT] * number}, now=NOON)

    with (
        sessions.begin() as session,
        as_tenant(session, acme.id),
        pytest.raises(OverPlanError) as refused,
    ):
        take_from_api(session, acme.id, {"events": [EVENT]}, now=NOON)

    assert refused.value.code == "plan.quota_reached"


def test_what_is_set_for_one_tenant_goes_before_its_plan(
    sessions: Sessions, acme: OrganisationView
) -> None:
    plan(sessions, acme, quotas={"runs_a_day": 1})
    flow_id = flow_of(sessions, acme)
    with sessions.begin() as session, as_tenant(session, acme.id):
        change_limits(session, acme.id, {"runs_a_day": 2}, by="test", now=NOON)

    for _ in range(2):
        start(sessions, acme, flow_id)

    with pytest.raises(QuotaReachedError):
        start(sessions, acme, flow_id)


def test_a_cap_lets_in_what_is_included_and_refuses_what_would_pass_it(
    sessions: Sessions, acme: OrganisationView
) -> None:
    plan(sessions, acme, **PRICED)
    flow_id = flow_of(sessions, acme)
    with sessions.begin() as session, as_tenant(session, acme.id):
        set_own_cap(session, acting_for(acme), 150, now=NOON)

    for _ in range(3):  # two are included, the third costs 100 of 150
        start(sessions, acme, flow_id)
    with pytest.raises(SpendCapReachedError) as refused:
        start(sessions, acme, flow_id)

    assert runs_of(sessions, acme) == 3
    assert "EUR 1.50" in refused.value.message
    assert refused.value.detail["resets_at"] == "2026-12-01T00:00:00+00:00"


def test_the_lower_cap_counts(sessions: Sessions, acme: OrganisationView) -> None:
    plan(sessions, acme, **PRICED)
    flow_id = flow_of(sessions, acme)
    with sessions.begin() as session:
        keeper = keeper_of(session, acme)
        with as_tenant(session, acme.id):
            set_own_cap(session, acting_for(acme), 10_000, now=NOON)
        with as_tenant(session, keeper.tenant_id):
            set_cap_of(session, keeper, acme.id, 0, now=NOON)
    for _ in range(2):
        start(sessions, acme, flow_id)

    with pytest.raises(SpendCapReachedError):
        start(sessions, acme, flow_id)


def test_at_four_fifths_and_at_the_end_a_warning_is_noted_once_each(
    sessions: Sessions, acme: OrganisationView
) -> None:
    plan(sessions, acme, quotas={"runs_a_day": 5})
    flow_id = flow_of(sessions, acme)
    told = []
    for _ in range(5):
        start(sessions, acme, flow_id)
        with sessions.begin() as session, as_tenant(session, acme.id):
            told.append(warn_near_end(session, acme.id, now=NOON))

    assert told == [0, 0, 0, 1, 1]
    with sessions() as session, as_tenant(session, acme.id):
        runs = {one.name: one for one in gauges_of(session, acme.id, now=NOON)}["runs_a_day"]
    assert (runs.used, runs.most, runs.tone) == (5, 5, "bad")


def test_over_http_a_refusal_names_the_limit_and_when_it_begins_anew(
    app: Flask, sessions: Sessions, acme: OrganisationView
) -> None:
    plan(sessions, acme, quotas={"runs_a_day": 1})
    flow_id = flow_of(sessions, acme)
    with sessions.begin() as session, as_tenant(session, acme.id):
        token = create_token(session, acme.id, name="t", role="admin", now=NOON)
    send = app.test_client().post
    headers = {"Authorization": f"Bearer {token}"}
    answers = [send(f"/api/v1/flows/{flow_id}/runs", json={}, headers=headers) for _ in range(2)]

    assert [one.status_code for one in answers] == [202, 429]
    assert answers[1].json is not None
    assert answers[1].json["limit"] == "runs_a_day"
    assert answers[1].json["resets_at"].endswith("T00:00:00+00:00")
    assert int(answers[1].headers["Retry-After"]) > 0
