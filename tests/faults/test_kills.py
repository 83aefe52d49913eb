"""Killing worker, correlator or Redis in the middle of 200 runs loses and doubles nothing."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.receiver import running_receiver
from tests.support.running import Running, running_garland, wait_for
from tests.support.tickets import add_ticket_workflow

pytestmark = pytest.mark.fault

RUNS = 200


def _finished(garland: Running) -> int:
    return sum(1 for run in _runs(garland) if run["state"] in ("succeeded", "failed"))


def _runs(garland: Running) -> list[dict[str, str]]:
    items = garland.api("/runs", q="fault-", limit="500")["items"]
    return [one for one in items if one["flow"] == "Open a ticket"]


@pytest.mark.parametrize("victim", ["worker", "correlator", "redis"])
def test_every_run_ends_and_each_result_is_recorded_once(tmp_path: Path, victim: str) -> None:
    allow = {"GARLAND_ALLOW_PRIVATE_NETWORK": "true"}
    with running_receiver() as receiver, running_garland(tmp_path, **allow) as garland:
        add_ticket_workflow(tmp_path, receiver.url)
        events = [
            {
                "managed_object": f"fault-{number}",
                "perceived_severity": "critical",
                "specific_problem": "Fault test",
                "attributes": {"site": "test"},
            }
            for number in range(RUNS)
        ]

        for first in range(0, RUNS, 20):
            assert garland.send(*events[first : first + 20]).json()["accepted"] == 20
            if first == RUNS // 2:
                os.kill(garland.child(victim), signal.SIGKILL)
            time.sleep(0.05)
        wait_for(lambda: _finished(garland) >= RUNS, within_s=120, what="the end of all runs")

        runs = _runs(garland)
        details = [garland.api(f"/runs/{run['id']}") for run in runs]
        steps = Counter((one["id"], step["step"]) for one in details for step in one["steps"])

    assert {run["state"] for run in runs} == {"succeeded"}
    assert len(runs) == RUNS
    assert set(steps.values()) == {1}
    assert len(steps) == RUNS * 6
    assert len(set(receiver.keys)) == RUNS  # a repeated call carries the key of the first
