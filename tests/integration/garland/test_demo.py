"""The invented world's workflow for tickets: what is seen of it at first sight, and its ways on."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from garland.demo.restarts import RESTART, start_examples
from garland.demo.seed import seed_demo
from garland.demo.world import SITES
from runtime.approvals.store import approvals_of_run
from runtime.inventory.lookup import put_table
from runtime.rules._tables import RuleRow
from runtime.runs.query import RunFilter, RunView, list_runs
from runtime.runs.waits import resolve_events
from tenancy._tables import Organisation
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.approvals import NOBODY, World
from tests.factories.flows import make_flow
from tests.factories.tenancy import NOON


@pytest.fixture
def world(sessions: sessionmaker[Session], acme: OrganisationView) -> World:
    return World(sessions, acme)


@pytest.fixture
def runs(world: World) -> dict[str, RunView]:
    """The two runs by state, as far as they go by themselves."""
    tenant_id = world.tenant.id
    with world.sessions.begin() as session, as_tenant(session, tenant_id):
        rows = {site: {"city": city, "tier": tier} for site, city, tier in SITES}
        put_table(session, tenant_id, "sites", ["city", "tier"], rows)
        flow = make_flow(session, tenant_id, RESTART)
        start_examples(session, tenant_id, flow.id, now=NOON)
    world.advance(NOON)
    with world.sessions() as session, as_tenant(session, tenant_id):
        return {run.state.value: run for run in list_runs(session, tenant_id, RunFilter())}


def asked(world: World, run_id: UUID) -> Any:
    with world.sessions() as session, as_tenant(session, world.tenant.id):
        (one,) = approvals_of_run(session, world.tenant.id, run_id, NOBODY)
        return one


def approve(world: World, run_id: UUID) -> None:
    form = {"when": "At once"}
    world.decide(asked(world, run_id).id, world.voter("operator"), form=form)
    world.advance(NOON)


def test_one_run_waits_for_people_and_one_failed_where_its_input_can_be_mended(
    world: World, runs: dict[str, RunView]
) -> None:
    waits, failed = runs["waiting"], runs["failed"]

    assert (
        asked(world, waits.id).title == "Restart the routers in Zürich (gold), Lausanne (silver)?"
    )
    assert asked(world, waits.id).subject == "T-1042: new software"
    assert failed.error is not None
    assert (failed.error["code"], failed.error["step"]) == ("block.bad_input", "each[0].site")


def test_an_approved_run_ends_well_once_the_ticket_is_closed(
    world: World, runs: dict[str, RunView]
) -> None:
    run = runs["waiting"]
    approve(world, run.id)
    with world.sessions.begin() as session, as_tenant(session, world.tenant.id):
        key = f"{run.flow_id}:T-1042"
        resolve_events(session, world.tenant.id, "message", key, {"body": {}}, now=NOON)

    assert world.outcome(run.id, at=NOON)[0] == "succeeded"


def test_a_ticket_that_nobody_closes_takes_the_announcement_back(
    world: World, runs: dict[str, RunView]
) -> None:
    run = runs["waiting"]
    approve(world, run.id)

    state, outputs = world.outcome(run.id, at=NOON + timedelta(hours=5))

    assert state == "failed"
    assert "announce~undo" in outputs


def test_the_whole_world_is_made_once(app: Flask, sessions: sessionmaker[Session]) -> None:
    settings = app.extensions["garland.services"].settings

    for _ in range(2):
        seed_demo(settings)

    with sessions() as session, system(session):
        found = session.scalars(select(Organisation.slug)).all()
        rules = session.scalar(select(func.count()).select_from(RuleRow))
    assert {"acme", "lakeside"} <= set(found)
    assert len(found) == len(set(found))
    assert rules
    facts = json.loads((settings.data_dir / "demo.json").read_text(encoding="utf-8"))
    assert {one["organisation"] for one in facts["users"]} <= set(found)
