"""Alertmanager's webhook, as version 0.25 really sent it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kernel.errors import InvalidError
from runtime.alarms.model import TEXT_MAX, AlarmEvent, Severity
from runtime.alarms.sources.alertmanager import UnknownVersionError, read_alertmanager
from runtime.alarms.sources.settings import config_from_form, form_of


@pytest.fixture
def bodies(shared_data: Path) -> list[dict[str, Any]]:
    """Three webhooks: one raised, another joins it, the first resolves."""
    path = shared_data / "captures" / "alertmanager-0.25.0-webhooks.json"
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


def test_reads_each_alert_by_its_own_status(bodies: list[dict[str, Any]]) -> None:
    batches = [read_alertmanager(body, source="am", config={}) for body in bodies]

    assert [[event.perceived_severity.value for event in batch.events] for batch in batches] == [
        ["critical"],
        ["critical", "warning"],
        ["cleared", "warning"],
    ]
    assert not any(batch.rejected for batch in batches)


def test_clears_the_alarm_that_it_raised(bodies: list[dict[str, Any]]) -> None:
    raised = read_alertmanager(bodies[0], source="am", config={}).events[0]
    cleared = read_alertmanager(bodies[2], source="am", config={}).events[0]

    assert raised.dedup_key == cleared.dedup_key
    assert raised.cleared_at is None
    assert cleared.cleared_at is not None
    assert (raised.managed_object, raised.specific_problem) == ("pe1-g1f0d9a10c4", "BGPSessionDown")
    assert raised.text == "said by amtool"


@pytest.mark.parametrize("version", ["3", "5", 4, None])
def test_refuses_a_version_it_does_not_know(version: object) -> None:
    with pytest.raises(UnknownVersionError) as caught:
        read_alertmanager({"version": version, "alerts": []}, source="am", config={})

    assert caught.value.problems[0].pointer == "/version"


@pytest.mark.parametrize("body", [[], "alerts", {"version": "4"}, {"version": "4", "alerts": {}}])
def test_refuses_what_is_no_webhook(body: object) -> None:
    with pytest.raises(InvalidError):
        read_alertmanager(body, source="am", config={})


def test_shows_a_severity_it_does_not_know_as_indeterminate() -> None:
    alert = {"status": "firing", "labels": {"alertname": "Up", "severity": "sev9"}}

    batch = read_alertmanager(
        {"version": "4", "alerts": [alert, "no alert"]}, source="am", config={}
    )

    assert batch.events[0].perceived_severity is Severity.INDETERMINATE
    assert batch.events[0].managed_object == "Up"
    assert [bad.index for bad in batch.rejected] == [1]


def read_one(config: dict[str, Any] | None = None, **alert: Any) -> AlarmEvent:
    """Read one alert about a down interface of pe1, changed as said."""
    labels = {"alertname": "Down", "instance": "pe1", "device": "eth0", **alert.pop("labels", {})}
    body = {"version": "4", "alerts": [{"status": "firing", "labels": labels, **alert}]}
    return read_alertmanager(body, source="am", config=config or {}).events[0]


@pytest.mark.parametrize(
    ("labels", "is_same"),
    [
        pytest.param({"severity": "critical"}, True, id="severity"),
        pytest.param({"replica": "b"}, True, id="who noticed"),
        pytest.param({"device": "eth1"}, False, id="another interface"),
        pytest.param({"job": "snmp"}, False, id="another job"),
    ],
)
def test_tells_problems_apart_by_their_labels(labels: dict[str, str], is_same: bool) -> None:
    assert (read_one(labels=labels).dedup_key == read_one().dedup_key) is is_same


def test_tells_problems_apart_by_the_labels_that_were_chosen() -> None:
    config = {"identity_labels": ["alertname", "instance"]}

    other = read_one(config, labels={"device": "eth1"})

    assert other.dedup_key == read_one(config).dedup_key


def test_reads_alerts_as_the_source_is_set() -> None:
    config = config_from_form(
        {
            "object_labels": "device instance",
            "event_type": "communicationsAlarm",
            "severities": "P1 = critical",
        }
    )

    event = read_one(config, labels={"severity": "p1"})

    assert event.managed_object == "eth0"
    assert event.event_type == "communicationsAlarm"
    assert event.perceived_severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        pytest.param({"identity_labels": "a-b"}, "/identity_labels/0", id="no label"),
        pytest.param({"event_type": "alarm"}, "/event_type", id="no event type"),
        pytest.param({"severities": "p1 critical"}, "/severities", id="no equals sign"),
        pytest.param({"severities": "p1 = cleared"}, "/severities", id="not a raise"),
    ],
)
def test_refuses_settings_that_mean_nothing(form: dict[str, str], pointer: str) -> None:
    with pytest.raises(InvalidError) as caught:
        config_from_form(form)

    assert [problem.pointer for problem in caught.value.problems] == [pointer]


def test_shows_settings_as_they_were_typed() -> None:
    form = {
        "identity_labels": "alertname, instance",
        "object_labels": "node",
        "event_type": "other",
        "unknown_severity": "minor",
        "severities": "p1 = critical\np2 = major",
    }

    assert form_of(config_from_form(form)) == form


def test_takes_no_instant_from_the_zero_time() -> None:
    zero = "0001-01-01T00:00:00Z"

    assert read_one(startsAt=zero, endsAt=zero, status="resolved").cleared_at is None


def test_reads_instants_to_the_nanosecond() -> None:
    assert read_one(startsAt="2026-11-24T14:56:14.057123456Z").raised_at is not None


def test_shortens_what_is_too_long() -> None:
    assert len(read_one(annotations={"summary": "x" * 9000}).text) == TEXT_MAX


@pytest.mark.parametrize("name", ["prometheus_v3_alert.json", "prometheus_v4_alert.json"])
def test_reads_what_other_products_were_sent(shared_data: Path, name: str) -> None:
    body = json.loads((shared_data / "webhooks" / "alerta" / name).read_text())
    if body["version"] == "3":
        with pytest.raises(UnknownVersionError):
            read_alertmanager(body, source="am", config={})
        return

    (event,) = read_alertmanager(body, source="am", config={}).events

    assert event.managed_object == event.specific_problem == "thing_dead"
    assert event.perceived_severity is Severity.CRITICAL
    assert event.text == "No things for over 10 minutes"
