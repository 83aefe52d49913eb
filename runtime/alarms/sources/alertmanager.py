"""Prometheus Alertmanager's webhook, version 4, read as alarm events.

Source: the webhook's payload as Alertmanager 0.25 sends it. Each alert's own `status` counts, not
the body's, which is "firing" as long as one alert is. `endsAt` of a firing alert means nothing, and
the fingerprint changes with any label, so identity comes from chosen labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError, Problem
from runtime.alarms.sources.reading import Batch

VERSION = "4"
SEVERITIES: Mapping[str, str] = {
    "page": "critical",
    "critical": "critical",
    "emergency": "critical",
    "major": "major",
    "error": "major",
    "high": "major",
    "minor": "minor",
    "warning": "warning",
    "warn": "warning",
    "low": "warning",
    "info": "indeterminate",
    "none": "indeterminate",
}
OBJECT_LABELS = ("instance", "node", "host", "device", "pod", "service", "job")
UNKNOWN_SEVERITY = "indeterminate"


class UnknownVersionError(InvalidError):
    """The body is of a webhook version this source does not know."""

    code = "source.unknown_version"


def read_alertmanager(body: Any, *, source: str) -> Batch:
    """Read a webhook body; each alert becomes a raise or a clear.

    Raises:
        UnknownVersionError: another version than 4; the caller keeps the body.
        InvalidError: not an Alertmanager body at all.
    """
    if not isinstance(body, dict):
        message = "the body is not an Alertmanager webhook: it must be an object"
        raise InvalidError(message, problems=[Problem("", message)])
    if body.get("version") != VERSION:
        message = (
            f"version {body.get('version')!r} of Alertmanager's webhook is not known here: this "
            f"source reads version {VERSION!r}; the body was kept for you to look at"
        )
        raise UnknownVersionError(message, problems=[Problem("/version", message)])
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        message = "alerts must be a list, as Alertmanager sends it"
        raise InvalidError(message, problems=[Problem("/alerts", message)])
    batch = Batch()
    for index, alert in enumerate(alerts):
        batch.take(index, _event(alert, source), raw=alert)
    return batch


def _event(alert: Any, source: str) -> Any:
    if not isinstance(alert, dict):
        return alert
    labels = _texts(alert.get("labels"))
    notes = _texts(alert.get("annotations"))
    resolved = alert.get("status") == "resolved"
    said = labels.get("severity", "").lower()
    event: dict[str, Any] = {
        "source": source,
        "managed_object": next((labels[one] for one in OBJECT_LABELS if labels.get(one)), ""),
        "perceived_severity": "cleared" if resolved else SEVERITIES.get(said, UNKNOWN_SEVERITY),
        "event_type": labels.get("event_type", ""),
        "probable_cause": labels.get("probable_cause", ""),
        "specific_problem": labels.get("alertname", ""),
        "text": notes.get("summary") or notes.get("description") or "",
        "raised_at": alert.get("startsAt"),
        "external_id": str(alert.get("fingerprint") or ""),
        "attributes": {**labels, **_links(alert, notes)},
    }
    if not event["managed_object"]:
        event["managed_object"] = labels.get("alertname", "")
    if resolved:
        event["cleared_at"] = alert.get("endsAt")
    return {name: value for name, value in event.items() if value not in ("", None)}


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): item for name, item in value.items() if isinstance(item, str)}


def _links(alert: Mapping[str, Any], notes: Mapping[str, str]) -> dict[str, str]:
    found = {"description": notes.get("description", ""), "runbook": notes.get("runbook_url", "")}
    found["generator"] = str(alert.get("generatorURL") or "")
    return {name: value for name, value in found.items() if value}
