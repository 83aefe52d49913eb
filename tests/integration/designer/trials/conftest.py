"""A workflow to try, its runs, and a draft that moved on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.flows.versions import FlowView, get_flow, save_draft
from runtime.runs._tables import Run
from runtime.runs.start import Start, start_run
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step

JSON = {"Accept": "application/json"}
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
CALL = step("http-request", config={"url": "https://api.test/x", "method": "POST"}, title="Tell")
DEVICE = step("run-device-command", title="Reset the port")
STEPS = {"first": step("set-data", config={"values": {"n": 1}}), "call": CALL}
WIRES = ["rule > first", "hand > first", "first > call"]
INPUT = {
    "type": "object",
    "required": ["site"],
    "properties": {"site": {"type": "string", "minLength": 2}},
}


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    document = {**flow_document(STEPS, WIRES), "input": INPUT}
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, document)


@pytest.fixture
def at(acme: OrganisationView, flow: FlowView) -> str:
    return f"/t/{acme.slug}/workflows/{flow.id}"


@pytest.fixture
def run_of(sessions: sessionmaker[Session], acme: OrganisationView) -> Any:
    def find(answer: Any) -> Run:
        assert answer.status_code == 200, answer.text
        with sessions() as session, as_tenant(session, acme.id):
            return session.scalars(select(Run).where(Run.id == UUID(answer.json["run"]))).one()

    return find


def a_run(sessions: sessionmaker[Session], acme: OrganisationView, flow: FlowView) -> UUID:
    start = Start(trigger={"kind": "manual", "input": {"site": "ZRH"}}, started_by="Ann")
    with sessions.begin() as session, as_tenant(session, acme.id):
        found = start_run(session, acme.id, flow.id, start, now=utc_now())
    assert found is not None
    return found


def draft_with(
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
    steps: dict[str, Any],
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        before = get_flow(session, acme.id, flow.id)
        save_draft(
            session,
            acme.id,
            flow.id,
            document={**flow_document(steps, WIRES), "input": INPUT},
            expected_revision=before.draft_revision,
            by="Ann",
            now=utc_now(),
        )
