"""A worker that was paused past its lease comes back late and writes nothing."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from runtime.runs._tables import StepRecord, StepState
from tests.factories.flows import flow_document, make_flow, step
from tests.faults.conftest import Installation
from tests.support.receiver import running_receiver
from tests.support.running import running_garland, wait_for
from tests.support.tickets import as_acme

pytestmark = pytest.mark.fault

LEASE_S = 15


def test_a_worker_paused_past_its_lease_is_fenced(
    tmp_path: Path, installation: Installation
) -> None:
    with (
        running_receiver() as receiver,
        running_garland(tmp_path, **installation.settings) as garland,
    ):
        config = {"method": "POST", "url": receiver.at("/slow")}
        steps = {"call": step("http-request", config=config, input={"body": {}}, timeout_s=60)}
        with as_acme(tmp_path, installation.database_url) as (session, tenant_id):
            flow = make_flow(session, tenant_id, flow_document(steps, ["hand > call"]))

        def records() -> list[StepRecord]:
            with as_acme(tmp_path, installation.database_url) as (session, _):
                wanted = select(StepRecord).where(StepRecord.run_id == UUID(run_id))
                return list(session.scalars(wanted))

        run_id = garland.post(f"/flows/{flow.id}/runs", {}).json()["id"]
        wait_for(lambda: receiver.keys, within_s=20, what="the first call")
        owner = str(records()[0].lease_owner)
        paused = int(owner.split(":")[1])
        os.kill(paused, signal.SIGSTOP)
        try:
            wait_for(lambda: len(receiver.keys) == 2, within_s=LEASE_S + 30, what="the second call")
            receiver.answers.set()
            done = _ended(garland, run_id)
        finally:
            os.kill(paused, signal.SIGCONT)
        time.sleep(3)
        after = records()

    assert done["state"] == "succeeded"
    assert [(one.attempt, one.state, one.fence) for one in after] == [(1, StepState.SUCCEEDED, 2)]
    assert after[0].lease_owner != owner
    assert len(set(receiver.keys)) == 1
    assert "step_result_fenced" in (tmp_path / "up.log").read_text()


def _ended(garland: Any, run_id: str) -> Any:
    def run() -> Any:
        found = garland.api(f"/runs/{run_id}")
        return found if found["state"] in ("succeeded", "failed") else None

    return wait_for(run, within_s=30, what="the end of the run")
