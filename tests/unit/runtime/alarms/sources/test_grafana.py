"""Grafana's webhooks, of unified alerting and of the alerting before it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runtime.alarms.model import AlarmEvent
from runtime.alarms.sources.grafana import UnknownBodyError, read_grafana

ALERT = {
    "status": "firing",
    "labels": {"alertname": "High CPU", "instance": "pe1", "severity": "critical"},
    "annotations": {"summary": "CPU of pe1 is high"},
    "startsAt": "2026-11-24T14:56:14.057Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "https://grafana.example/alerting/1",
    "fingerprint": "57c6d9296de2ad39",
    "silenceURL": "https://grafana.example/silence",
    "dashboardURL": "https://grafana.example/d/1",
    "panelURL": "https://grafana.example/d/1?viewPanel=2",
    "values": {"A": 97.0},
    "valueString": "[ var='A' value=97 ]",
}


def unified(*alerts: Any, **parts: Any) -> dict[str, Any]:
    return {
        "receiver": "g",
        "status": "firing",
        "orgId": 1,
        "version": "1",
        "alerts": list(alerts),
    } | parts


def read_one(body: Any, config: dict[str, Any] | None = None) -> AlarmEvent:
    (event,) = read_grafana(body, source="g", config=config or {}).events
    return event


def test_reads_an_alert_of_unified_alerting_with_its_links() -> None:
    event = read_one(unified(ALERT))

    assert (event.managed_object, event.specific_problem) == ("pe1", "High CPU")
    assert event.perceived_severity == "critical"
    assert event.text == "CPU of pe1 is high"
    assert event.attributes["panel"] == "https://grafana.example/d/1?viewPanel=2"
    assert event.attributes["values"] == {"A": 97.0}


def test_the_end_of_an_alert_clears_what_it_raised() -> None:
    end = {**ALERT, "status": "resolved", "endsAt": "2026-11-24T15:00:00Z", "values": None}

    raised, cleared = read_one(unified(ALERT)), read_one(unified(end))

    assert cleared.is_clear
    assert cleared.dedup_key == raised.dedup_key


def test_a_bad_alert_among_good_ones_is_refused_alone() -> None:
    batch = read_grafana(unified(ALERT, "no alert"), source="g", config={})

    assert (len(batch.events), [bad.index for bad in batch.rejected]) == (1, [1])


def test_a_severity_that_is_not_told_is_what_the_source_is_set_to() -> None:
    silent = {**ALERT, "labels": {"alertname": "x"}}

    assert read_one(unified(silent)).perceived_severity == "indeterminate"
    assert read_one(unified(silent), {"unknown_severity": "major"}).perceived_severity == "major"


@pytest.fixture
def legacy(shared_data: Path) -> list[dict[str, Any]]:
    """The problem and its end, as Grafana's legacy alerting sent them."""
    folder = shared_data / "webhooks" / "alerta"
    names = ("grafana_alert_alerting.json", "grafana_alert_ok.json")
    return [json.loads((folder / name).read_text()) for name in names]


def test_reads_what_legacy_alerting_sent(legacy: list[dict[str, Any]]) -> None:
    event = read_one(legacy[0])

    assert (event.managed_object, event.specific_problem) == ("zeta.domain", "Zeta CPU alert")
    assert (event.text, event.external_id) == ("boom!", "7")
    assert event.attributes["info.host_id"] == "i-0d0721c7f97545d43"


def test_a_legacy_end_without_series_clears_what_was_raised(legacy: list[dict[str, Any]]) -> None:
    raised, cleared = read_one(legacy[0]), read_one(legacy[1])

    assert cleared.is_clear
    assert cleared.dedup_key == raised.dedup_key


def test_two_legacy_rules_are_two_alarms(legacy: list[dict[str, Any]]) -> None:
    other = read_one({**legacy[0], "ruleId": 8})

    assert other.dedup_key != read_one(legacy[0]).dedup_key


def test_a_legacy_state_that_is_no_alarm_is_refused(legacy: list[dict[str, Any]]) -> None:
    batch = read_grafana({**legacy[0], "state": "paused"}, source="g", config={})

    assert batch.rejected[0].error.problems[0].pointer == "/perceived_severity"


@pytest.mark.parametrize(
    "body",
    [[], "x", {}, {"alerts": {}}, {"alerts": [], "version": "4"}, {"state": "ok"}],
    ids=["list", "text", "empty", "alerts no list", "another version", "state alone"],
)
def test_refuses_what_is_neither_form(body: Any) -> None:
    with pytest.raises(UnknownBodyError):
        read_grafana(body, source="g", config={})
