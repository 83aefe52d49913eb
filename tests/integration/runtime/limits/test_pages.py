"""The page of limits and its REST address: what applies, what is used, what an admin may set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.limits.store import own_limits
from runtime.runs._tables import Run
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

SignedIn = Callable[..., FlaskClient]
LOG = {"note": step("write-log", config={"message": "x"})}
DAYS = {"runs_kept_days": "90", "failed_kept_days": "180", "trials_kept_days": "7"}


@pytest.fixture
def mine(sessions: sessionmaker[Session], acme: OrganisationView) -> Bench:
    return Bench(sessions=sessions, tenant_id=acme.id, now=utc_now())


def old_run(bench: Bench, days: int) -> None:
    run = bench.run(bench.publish(LOG, ["hand > note"]))
    with bench.writing() as session:
        for row in session.scalars(select(Run).where(Run.id == run)):
            row.started_at = row.ended_at = bench.now - timedelta(days=days)


def kept_days(bench: Bench) -> int:
    with bench.writing() as session:
        return own_limits(session, bench.tenant_id).runs_kept_days


def page_of(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/limits"


def test_the_page_shows_each_limit_with_its_use(
    signed_in: SignedIn, acme: OrganisationView, mine: Bench
) -> None:
    mine.publish(LOG, ["hand > note"])

    page = signed_in("viewer").get(page_of(acme)).text

    assert "Live workflows: 1 of 500" in page
    assert "1,000 runs" in page
    assert 'name="runs_kept_days"' not in page


def test_an_admin_sets_how_long_runs_are_kept(
    signed_in: SignedIn, acme: OrganisationView, mine: Bench
) -> None:
    answer = signed_in().post(page_of(acme), data={**DAYS, "runs_kept_days": "30"})

    assert answer.status_code == 303
    assert kept_days(mine) == 30


def test_what_would_be_deleted_is_asked_for_first(
    signed_in: SignedIn, acme: OrganisationView, mine: Bench
) -> None:
    old_run(mine, 40)
    admin, shorter = signed_in(), {**DAYS, "runs_kept_days": "30"}

    asked = admin.post(page_of(acme), data=shorter)
    before = kept_days(mine)
    said = admin.post(page_of(acme), data={**shorter, "confirmed": "yes"})

    assert asked.status_code == 200
    assert "1 run" in asked.text
    assert "Runs will be deleted soon" in asked.text
    assert before == 90
    assert (said.status_code, kept_days(mine)) == (303, 30)


@pytest.mark.parametrize("days", ["0", "9999", "", "soon", "1.5"])
def test_days_that_may_not_be_are_refused_at_their_field(
    signed_in: SignedIn, acme: OrganisationView, mine: Bench, days: str
) -> None:
    answer = signed_in().post(page_of(acme), data={**DAYS, "runs_kept_days": days})

    assert answer.status_code == 422
    assert "Write a whole number from 1 to 3,650" in answer.text
    assert kept_days(mine) == 90


def test_only_an_admin_sets_them(signed_in: SignedIn, acme: OrganisationView, mine: Bench) -> None:
    answer = signed_in("designer").post(page_of(acme), data={**DAYS, "runs_kept_days": "30"})

    assert answer.status_code == 403
    assert kept_days(mine) == 90


def test_limits_come_over_rest_with_their_use(app: Flask, mine: Bench) -> None:
    answer = app.test_client().get("/api/v1/limits", headers=mine.token())

    found = {one["name"]: one for one in (answer.json or {})["items"]}
    assert found["runs_at_once"]["value"] == 1_000
    assert found["runs_at_once"]["used"] == 0
    assert found["runs_kept_days"]["can_be_set_here"]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param({"runs_kept_days": 30}, 200, id="may be set"),
        pytest.param({"runs_kept_days": None}, 200, id="as usual again"),
        pytest.param({"runs_kept_days": 0}, 422, id="too short"),
        pytest.param({"runs_at_once": 5_000}, 403, id="the installation's"),
        pytest.param({"nonsense": 1}, 422, id="unknown"),
        pytest.param([1], 422, id="no object"),
    ],
)
def test_over_rest_too_only_what_is_kept_is_set(
    app: Flask, mine: Bench, said: Any, status: int
) -> None:
    answer = app.test_client().patch("/api/v1/limits", headers=mine.token(), json=said)

    assert answer.status_code == status


def test_limits_of_another_tenant_stay_as_they_are(
    app: Flask, mine: Bench, sessions: sessionmaker[Session], bench: Bench
) -> None:
    app.test_client().patch("/api/v1/limits", headers=mine.token(), json={"runs_kept_days": 30})

    with sessions() as session, as_tenant(session, bench.tenant_id):
        assert own_limits(session, bench.tenant_id).runs_kept_days == 90
