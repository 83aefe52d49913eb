"""A real Alertmanager alert becomes an alarm, starts a workflow, and its end clears it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.alertmanager import running_alertmanager
from tests.support.receiver import running_receiver
from tests.support.running import Running, running_garland, wait_for
from tests.support.tickets import add_ticket_workflow

pytestmark = pytest.mark.journey

ALERT = {
    "labels": {
        "alertname": "LinkDown",
        "instance": "core-test",
        "severity": "critical",
        "site": "test",
    },
    "annotations": {"summary": "The link of core-test is down"},
}


def _send(url: str, *, ends_at: datetime | None = None) -> None:
    now = datetime.now(UTC)
    alert: dict[str, Any] = {**ALERT, "startsAt": (now - timedelta(seconds=5)).isoformat()}
    if ends_at is not None:
        alert["endsAt"] = ends_at.isoformat()
    httpx.post(f"{url}/api/v2/alerts", json=[alert]).raise_for_status()


def _alarm(garland: Running, state: str) -> Any:
    found = garland.api("/alarms", q="core-test", state=state)["items"]
    return found[0] if found else None


def test_an_alert_becomes_an_alarm_and_a_ticket_and_its_end_clears_it(tmp_path: Path) -> None:
    allow = {"GARLAND_ALLOW_PRIVATE_NETWORK": "true"}
    with running_receiver() as receiver, running_garland(tmp_path, **allow) as garland:
        add_ticket_workflow(tmp_path, receiver.url)
        with running_alertmanager(tmp_path, garland.demo["sources"]["alertmanager"]) as url:
            _send(url)
            run = wait_for(
                lambda: garland.api("/runs", q="core-test", state="succeeded")["items"],
                within_s=30,
                what="the run",
            )[0]
            steps = garland.api(f"/runs/{run['id']}")["steps"]
            raised = _alarm(garland, "active")
            _send(url, ends_at=datetime.now(UTC))
            cleared = wait_for(lambda: _alarm(garland, "cleared"), within_s=30, what="the clear")

    assert [one["state"] for one in steps] == ["succeeded"] * 6
    assert receiver.bodies == [{"title": "core-test"}]
    assert raised["attributes"]["ticket"] == "T-1"
    assert raised["ack_state"] == "acknowledged"
    assert cleared["id"] == raised["id"]
    assert cleared["text"] == "The link of core-test is down"
