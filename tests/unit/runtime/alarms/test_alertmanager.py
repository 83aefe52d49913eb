"""Alertmanager's webhook, as version 0.25 really sent it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kernel.errors import InvalidError
from runtime.alarms.model import Severity
from runtime.alarms.sources.alertmanager import UnknownVersionError, read_alertmanager


@pytest.fixture
def bodies(shared_data: Path) -> list[dict[str, Any]]:
    """Three webhooks: one raised, another joins it, the first resolves."""
    path = shared_data / "captures" / "alertmanager-0.25.0-webhooks.json"
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


def test_reads_each_alert_by_its_own_status(bodies: list[dict[str, Any]]) -> None:
    batches = [read_alertmanager(body, source="am") for body in bodies]

    assert [[event.perceived_severity.value for event in batch.events] for batch in batches] == [
        ["critical"],
        ["critical", "warning"],
        ["cleared", "warning"],
    ]
    assert not any(batch.rejected for batch in batches)


def test_clears_the_alarm_that_it_raised(bodies: list[dict[str, Any]]) -> None:
    raised = read_alertmanager(bodies[0], source="am").events[0]
    cleared = read_alertmanager(bodies[2], source="am").events[0]

    assert raised.dedup_key == cleared.dedup_key
    assert raised.cleared_at is None
    assert cleared.cleared_at is not None
    assert (raised.managed_object, raised.specific_problem) == ("pe1-g1f0d9a10c4", "BGPSessionDown")
    assert raised.text == "said by amtool"


@pytest.mark.parametrize("version", ["3", "5", 4, None])
def test_refuses_a_version_it_does_not_know(version: object) -> None:
    with pytest.raises(UnknownVersionError) as caught:
        read_alertmanager({"version": version, "alerts": []}, source="am")

    assert caught.value.problems[0].pointer == "/version"


@pytest.mark.parametrize("body", [[], "alerts", {"version": "4"}, {"version": "4", "alerts": {}}])
def test_refuses_what_is_no_webhook(body: object) -> None:
    with pytest.raises(InvalidError):
        read_alertmanager(body, source="am")


def test_shows_a_severity_it_does_not_know_as_indeterminate() -> None:
    alert = {"status": "firing", "labels": {"alertname": "Up", "severity": "sev9"}}

    batch = read_alertmanager({"version": "4", "alerts": [alert, "no alert"]}, source="am")

    assert batch.events[0].perceived_severity is Severity.INDETERMINATE
    assert batch.events[0].managed_object == "Up"
    assert [bad.index for bad in batch.rejected] == [1]
