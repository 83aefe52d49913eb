"""Two groups of processes, as on two machines: a worker of a group performs what is near it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kernel.secrets import new_key
from runtime.runs._tables import StepRecord
from tests.factories.flows import flow_document, make_flow, step
from tests.support.postgresql import running_server
from tests.support.receiver import running_receiver
from tests.support.running import Running, running_garland, wait_for
from tests.support.tickets import as_acme

pytestmark = pytest.mark.fault


@contextmanager
def running_worker(data_dir: Path, group: str, settings: dict[str, str]) -> Iterator[int]:
    """Start a worker of one group on its own, as on another machine."""
    command = [sys.executable, "-m", "garland", "worker", "--group", group]
    environment = {**os.environ, **settings, "GARLAND_DATA_DIR": str(data_dir)}
    process = subprocess.Popen(command, env=environment)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_steps_of_a_group_are_performed_by_its_workers_alone(tmp_path: Path) -> None:
    with running_server() as url, running_receiver() as receiver:
        settings = {
            "GARLAND_DATABASE_URL": url,
            "GARLAND_SECRET_KEY": "a secret of tests",
            "GARLAND_ENCRYPTION_KEYS": new_key(),
            "GARLAND_ALLOW_PRIVATE_NETWORK": "true",
        }
        with running_garland(tmp_path, **settings) as garland:
            call = step(
                "http-request",
                config={"method": "POST", "url": receiver.url},
                input={"body": {}},
            )
            steps = {"near": {**call, "worker_group": "site-a"}, "any": call}
            with as_acme(tmp_path, url) as (session, tenant_id):
                document = flow_document(steps, ["hand > near", "hand > any"])
                flow_id = make_flow(session, tenant_id, document).id
            run_id = garland.post(f"/flows/{flow_id}/runs", {}).json()["id"]
            wait_for(
                lambda: _states(garland, run_id).get("any") == "succeeded",
                within_s=30,
                what="the step of no group",
            )
            before = _states(garland, run_id)
            redis = {"GARLAND_REDIS_URL": f"unix://{tmp_path}/run/redis.sock"}
            with running_worker(tmp_path, "site-a", {**settings, **redis}) as worker:
                wait_for(
                    lambda: _state(garland, run_id) == "succeeded",
                    within_s=30,
                    what="the end of the run",
                )
            owners = _owners(tmp_path, url)

    assert before["near"] == "queued"
    assert int(owners["near"].split(":")[1]) == worker
    assert int(owners["any"].split(":")[1]) != worker


def _state(garland: Running, run_id: str) -> str:
    return str(garland.api(f"/runs/{run_id}")["state"])


def _states(garland: Running, run_id: str) -> dict[str, str]:
    return {one["step"]: one["state"] for one in garland.api(f"/runs/{run_id}")["steps"]}


def _owners(data_dir: Path, url: str) -> dict[str, Any]:
    with as_acme(data_dir, url) as (session, _):
        rows = session.execute(select(StepRecord.step, StepRecord.lease_owner))
        return {row.step: row.lease_owner for row in rows}
