"""Grafana's webhooks: unified alerting (Alertmanager's form with extras), and the form before.

Source: Grafana's manual, "Configure webhook notifications" (unified, version "1"), and bodies that
Grafana's legacy alerting sent. A legacy body tells one rule's state: its identity is the rule,
since the end carries no series any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError, Problem
from runtime.alarms.model import NAME_MAX, TEXT_MAX
from runtime.alarms.sources.alertmanager import event_of_alert
from runtime.alarms.sources.reading import Batch
from runtime.alarms.sources.settings import LabelSettings, settings_of

VERSION = "1"
_EXTRAS = {
    "dashboard": "dashboardURL",
    "panel": "panelURL",
    "silence": "silenceURL",
    "values": "values",
    "value_string": "valueString",
    "image": "imageURL",
}
_RAISED = frozenset({"alerting", "no_data"})
_CLEARED = frozenset({"ok"})
_SERIES_MAX = 20


class UnknownBodyError(InvalidError):
    """The body is neither of Grafana's two forms."""

    code = "source.unknown_version"


def read_grafana(body: Any, *, source: str, config: Mapping[str, Any]) -> Batch:
    """Read a webhook body of either form.

    Raises:
        UnknownBodyError: it is neither; the caller keeps the body.
    """
    if not isinstance(body, dict):
        raise _unknown("", "the body is not a Grafana webhook: it must be an object")
    settings = settings_of(config)
    if "alerts" in body:
        return _read_unified(body, source, settings)
    if "state" in body and ("ruleId" in body or "ruleName" in body):
        batch = Batch()
        batch.take(0, _legacy_event(body, source, settings), raw=body)
        return batch
    message = (
        "the body is not a Grafana webhook: it has neither alerts (unified alerting) nor ruleId "
        "and state (legacy alerting); the body was kept for you to look at"
    )
    raise _unknown("", message)


def _read_unified(body: Mapping[str, Any], source: str, settings: LabelSettings) -> Batch:
    if body.get("version", VERSION) != VERSION:
        message = (
            f"version {str(body.get('version'))[:40]!r} of Grafana's webhook is not known here: "
            f"this source reads version {VERSION!r}; the body was kept for you to look at"
        )
        raise _unknown("/version", message)
    alerts = body["alerts"]
    if not isinstance(alerts, list):
        raise _unknown("/alerts", "alerts must be a list, as Grafana sends it")
    batch = Batch(list_name="alerts")
    for index, alert in enumerate(alerts):
        event = event_of_alert(alert, source, settings)
        if isinstance(alert, dict):
            extras = {name: alert[key] for name, key in _EXTRAS.items() if alert.get(key)}
            event["attributes"] = {**extras, **event.get("attributes", {})}
        batch.take(index, event, raw=alert)
    return batch


def _legacy_event(body: Mapping[str, Any], source: str, settings: LabelSettings) -> dict[str, Any]:
    rule, state = str(body.get("ruleName") or body.get("title") or ""), str(body["state"]).lower()
    tags = _tags(body)
    named = (tags[one] for one in settings.object_labels if tags.get(one))
    event: dict[str, Any] = {
        "source": source,
        "managed_object": (next(named, "") or rule)[:NAME_MAX],
        "perceived_severity": _legacy_severity(state, tags, settings),
        "event_type": tags.get("event_type", settings.event_type),
        "specific_problem": rule[:NAME_MAX],
        "text": str(body.get("message") or body.get("title") or "")[:TEXT_MAX],
        "external_id": str(body.get("ruleId") or ""),
        "reduction_key": f"rule {body.get('orgId', '')}/{body.get('ruleId') or rule}",
        "attributes": {**_legacy_facts(body, state), **tags},
    }
    return {name: value for name, value in event.items() if value not in ("", None)}


def _legacy_severity(state: str, tags: Mapping[str, str], settings: LabelSettings) -> str:
    if state in _CLEARED:
        return "cleared"
    # Another state, such as paused, is no alarm: the event's own checks refuse its word.
    return settings.severity_of(tags.get("severity", "")) if state in _RAISED else state


def _tags(body: Mapping[str, Any]) -> dict[str, str]:
    """Give the rule's own tags over those of its series, the first of which counts most."""
    series = body.get("evalMatches")
    found: dict[str, str] = {}
    for one in reversed(series[:_SERIES_MAX] if isinstance(series, list) else []):
        tags = one.get("tags") if isinstance(one, dict) else None
        found.update(_texts(tags))
    return {**found, **_texts(body.get("tags"))}


def _texts(value: Any) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {str(name): one for name, one in pairs if isinstance(one, str)}


def _legacy_facts(body: Mapping[str, Any], state: str) -> dict[str, Any]:
    series = body.get("evalMatches")
    facts = {
        "state": state,
        "rule": body.get("ruleUrl"),
        "image": body.get("imageUrl"),
        "series": series[:_SERIES_MAX] if isinstance(series, list) else None,
    }
    return {name: value for name, value in facts.items() if value}


def _unknown(pointer: str, message: str) -> UnknownBodyError:
    return UnknownBodyError(message, problems=[Problem(pointer, message)])
