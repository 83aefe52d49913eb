"""A version that is recalled while a hundred runs are under way stops with all workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs import offering, store
from kernel.clock import utc_now
from marketplace.recalls.model import Fate
from marketplace.recalls.reading import list_received
from marketplace.recalls.store import Wish, recall
from runtime.runs._tables import StepRecord, StepState
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, step
from tests.factories.installs import make_package
from tests.factories.organisations import admin_of
from tests.faults.conftest import Installation
from tests.support.running import running_garland, wait_for
from tests.support.tickets import as_acme

pytestmark = pytest.mark.fault

RUNS = 100
SAY = {"block": "acme.say", "version": "1.0.0", "config": {"word": "hi"}}
STEPS = {"first": SAY, "rest": step("wait", config={"for_s": 12}), "last": SAY}


def installed(session: Session, csp: UUID, acme: UUID) -> str:
    """Install the block for the customer; its provider has the package as well."""
    who: dict[str, Any] = {"by": "Ann", "now": utc_now()}
    with as_tenant(session, csp):
        offering.upload(session, csp, make_package(), **who)
    digest = offering.upload(session, acme, make_package(), **who).digest
    store.install(session, acme, digest, consents=True, **who)
    return digest


def test_what_was_recalled_stops_within_a_minute_and_the_fate_of_each_run_is_told(
    tmp_path: Path, installation: Installation
) -> None:
    url = installation.database_url
    with running_garland(tmp_path, **installation.settings) as garland:
        with as_acme(tmp_path, url) as (session, acme):
            csp = get_organisation(session, acme).parent_id
            assert csp is not None
            digest = installed(session, csp, acme)
        document = flow_document(STEPS, ["hand > first", "first > rest", "rest > last"])
        flow = garland.post("/flows", {"name": "Say", "document": document}).json()["id"]
        assert garland.post(f"/flows/{flow}/publish", {}).is_success
        ids = [garland.post(f"/flows/{flow}/runs", {}).json()["id"] for _ in range(RUNS)]

        with as_acme(tmp_path, url) as (session, _), as_tenant(session, csp):
            provider = admin_of(get_organisation(session, csp))
            made = recall(session, provider, digest, Wish("It leaks"), now=utc_now())

        def fates() -> dict[UUID, Fate]:
            with as_acme(tmp_path, url) as (session, acme):
                [received] = list_received(session, acme, limit=10)
                return {one.run_id: one.fate for one in received.runs}

        wait_for(
            lambda: Fate.UNDER_WAY not in fates().values(), within_s=60, what="the end of all runs"
        )
        told = fates()
        refused = garland.post(f"/flows/{flow}/runs", {})
        with as_acme(tmp_path, url) as (session, _):
            later = select(StepRecord.id).where(
                StepRecord.step == "last", StepRecord.state == StepState.SUCCEEDED
            )
            went_on = session.scalars(later).all()

    assert sum(made.runs.values()) == len(told) == RUNS
    assert set(told) == {UUID(one) for one in ids}
    assert set(told.values()) == {Fate.STOPPED}
    assert went_on == []
    assert refused.status_code == 409
