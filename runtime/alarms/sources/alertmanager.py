"""Prometheus Alertmanager's webhook, version 4, read as alarm events.

Source: the webhook's payload as Alertmanager 0.25 sends it. Each alert's own `status` counts, not
the body's, which is "firing" as long as one alert is. `endsAt` of a firing alert means nothing, and
the fingerprint changes with any label, severity too; so identity comes from chosen labels.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.ids import sha256_of
from runtime.alarms.model import NAME_MAX, TEXT_MAX
from runtime.alarms.sources.reading import Batch
from runtime.alarms.sources.settings import LabelSettings, settings_of

VERSION = "4"
# What says how bad it is or who noticed, not what is wrong.
NOT_IDENTITY = frozenset({"severity", "replica", "prometheus", "prometheus_replica", "__replica__"})
_NO_INSTANT = "0001-"  # Go's zero time


class UnknownVersionError(InvalidError):
    """The body is of a webhook version this source does not know."""

    code = "source.unknown_version"


def read_alertmanager(body: Any, *, source: str, config: Mapping[str, Any]) -> Batch:
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
            f"version {str(body.get('version'))[:40]!r} of Alertmanager's webhook is not known "
            f"here: this source reads version {VERSION!r}; the body was kept for you to look at"
        )
        raise UnknownVersionError(message, problems=[Problem("/version", message)])
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        message = "alerts must be a list, as Alertmanager sends it"
        raise InvalidError(message, problems=[Problem("/alerts", message)])
    settings = settings_of(config)
    batch = Batch(list_name="alerts")
    for index, alert in enumerate(alerts):
        batch.take(index, event_of_alert(alert, source, settings), raw=alert)
    return batch


def event_of_alert(alert: Any, source: str, settings: LabelSettings) -> Any:
    """Read one alert; what is no object is given back, for the event's checks to refuse."""
    if not isinstance(alert, dict):
        return alert
    labels = _texts(alert.get("labels"))
    notes = _texts(alert.get("annotations"))
    resolved = alert.get("status") == "resolved"
    named = (labels[one] for one in settings.object_labels if labels.get(one))
    event: dict[str, Any] = {
        "source": source,
        "managed_object": next(named, labels.get("alertname", ""))[:NAME_MAX],
        "perceived_severity": "cleared" if resolved else _severity(labels, settings),
        "event_type": labels.get("event_type", settings.event_type),
        "probable_cause": labels.get("probable_cause", ""),
        "specific_problem": labels.get("alertname", "")[:NAME_MAX],
        "text": (notes.get("summary") or notes.get("description") or "")[:TEXT_MAX],
        "raised_at": _instant(alert.get("startsAt")),
        "cleared_at": _instant(alert.get("endsAt")) if resolved else None,
        "external_id": str(alert.get("fingerprint") or ""),
        "reduction_key": _identity(labels, settings),
        "attributes": {**_links(alert, notes), **labels},
    }
    return {name: value for name, value in event.items() if value not in ("", None)}


def _severity(labels: Mapping[str, str], settings: LabelSettings) -> str:
    return settings.severity_of(labels.get("severity", ""))


def _identity(labels: Mapping[str, str], settings: LabelSettings) -> str:
    """Give what tells this alert's problem from others: a digest, since labels may be long."""
    chosen = settings.identity_labels or tuple(labels.keys() - NOT_IDENTITY)
    pairs = [(name, labels[name]) for name in sorted(chosen) if name in labels]
    return sha256_of(json.dumps(pairs)) if pairs else ""


def _instant(value: Any) -> Any:
    return None if isinstance(value, str) and value.startswith(_NO_INSTANT) else value


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): item for name, item in value.items() if isinstance(item, str)}


def _links(alert: Mapping[str, Any], notes: Mapping[str, str]) -> dict[str, str]:
    found = {"description": notes.get("description", ""), "runbook": notes.get("runbook_url", "")}
    found["generator"] = str(alert.get("generatorURL") or "")
    return {name: value for name, value in found.items() if value}
