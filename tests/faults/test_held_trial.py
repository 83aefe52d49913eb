"""A trial that goes step by step outlives the workers that hold it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.runs.query import get_run, progress_of, steps_of
from runtime.runs.start import Start
from runtime.runs.stepping import held_at, next_step
from runtime.trials.trying import Wanted, try_draft
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import make_customer
from tests.faults.test_killers import work
from tests.integration.runtime.engine.bench import Bench

pytestmark = pytest.mark.fault


def test_a_held_trial_goes_on_where_a_killed_worker_left_it(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
    start = Start(trigger={"kind": "manual"}, subject="killer")
    with sessions.begin() as session, as_tenant(session, tenant_id):
        flow = make_flow(session, tenant_id, chain_document(2), publish=False)
        run = try_draft(session, tenant_id, flow.id, start, Wanted(each=True), now=utc_now())

    def held() -> tuple[str, ...]:
        with sessions() as session, as_tenant(session, tenant_id):
            return held_at(progress_of(session, tenant_id, run))

    def go(path: str) -> None:
        with sessions.begin() as session, as_tenant(session, tenant_id):
            next_step(session, tenant_id, run, path, now=utc_now())

    Bench(sessions=sessions, tenant_id=tenant_id, now=utc_now()).go()
    assert held() == ("s1",)
    go("s1")
    assert not work(database_url, tmp_path, "performing")
    assert held() == ("s1",)
    others = Bench(sessions=sessions, tenant_id=tenant_id, now=utc_now())
    others.go()
    assert held() == ("s2",)
    go("s2")
    others.go(after_s=1)
    others.pool.close(within_s=0)

    assert ended(sessions, tenant_id, run) == ("succeeded", ["s1", "s2"])


def ended(sessions: sessionmaker[Session], tenant_id: UUID, run: UUID) -> tuple[str, list[str]]:
    """Give how a run ended, and each attempt it made."""
    with sessions() as session, as_tenant(session, tenant_id):
        state = get_run(session, tenant_id, run).state.value
        return state, [one.step for one in steps_of(session, tenant_id, run)]
