"""A run that kills whoever advances it is failed after a few deaths, and holds nobody up."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.runs.drain import DEATHS_MAX
from runtime.runs.query import RunView, get_run
from runtime.runs.start import Start, start_run
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer
from tests.support import killed_worker
from tests.support.apart import survives

pytestmark = pytest.mark.fault

HARMLESS = 20


@pytest.fixture
def tenant_id(sessions: sessionmaker[Session]) -> UUID:
    with sessions.begin() as session:
        return make_customer(session).id


def started(sessions: sessionmaker[Session], tenant_id: UUID, subjects: list[str]) -> list[UUID]:
    """Start a run about each subject."""
    steps = {"light": step("set-data", config={"values": {"n": 1}})}
    trigger = {"kind": "manual", "input": {}}
    with sessions.begin() as session, as_tenant(session, tenant_id):
        flow = make_flow(session, tenant_id, flow_document(steps, ["hand > light"]))
        found = [
            start_run(session, tenant_id, flow.id, Start(trigger=trigger, subject=one), now=NOON)
            for one in subjects
        ]
    return [one for one in found if one is not None]


def seen(sessions: sessionmaker[Session], tenant_id: UUID, run_id: UUID) -> RunView:
    with sessions() as session, as_tenant(session, tenant_id):
        return get_run(session, tenant_id, run_id)


def work(database_url: str, folder: Path, when: str) -> bool:
    """Let a process advance what is due; tell whether it survived."""
    return survives(killed_worker.main, database_url, folder, when)


@pytest.mark.parametrize(
    ("when", "deaths"),
    [
        pytest.param("performing", 1 + DEATHS_MAX, id="once in a batch, then alone"),
        pytest.param("advancing", 2 + DEATHS_MAX, id="even when it is to be failed"),
    ],
)
def test_a_run_that_kills_its_workers_fails_and_the_others_go_on(
    sessions: sessionmaker[Session],
    tenant_id: UUID,
    database_url: str,
    tmp_path: Path,
    when: str,
    deaths: int,
) -> None:
    killer, *others = started(sessions, tenant_id, ["killer", *["light"] * HARMLESS])

    survived = [work(database_url, tmp_path, when) for _ in range(deaths + 1)]

    assert survived == [False] * deaths + [True]
    failed = seen(sessions, tenant_id, killer)
    assert (failed.state.value, (failed.error or {})["code"]) == ("failed", "run.kills_worker")
    assert {seen(sessions, tenant_id, one).state.value for one in others} == {"succeeded"}
