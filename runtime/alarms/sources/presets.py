"""Mappings to begin with: bodies that well-known products send, each with a sample pair.

Zabbix and Nagios send what their administrator writes; the samples here are what the product's
manual proposes, and the mapping is changed in the editor where somebody wrote another body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

_NAGIOS_WORDS = {
    "critical": "critical",
    "down": "critical",
    "unreachable": "major",
    "warning": "warning",
    "warn": "warning",
    "unknown": "indeterminate",
    "ok": "cleared",
    "up": "cleared",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A mapping to begin with, and what it reads: a problem, and the end of it."""

    title: str
    text: str
    mapping: Mapping[str, Any]
    sample: Mapping[str, Any]
    clear_sample: Mapping[str, Any]


def _from(**fields: str) -> dict[str, dict[str, str]]:
    return {name: {"from": path} for name, path in fields.items()}


_ZABBIX = {
    "event_id": "1042",
    "event_value": "1",
    "event_name": "Interface Gi0/1: Link down",
    "event_nseverity": "4",
    "event_date": "2026.11.24",
    "event_time": "14:56:14",
    "trigger_id": "23577",
    "host": "edge-zrh-1",
    "opdata": "Current state: down (2)",
}
_NAGIOS = {
    "notification_type": "PROBLEM",
    "host": "edge-zrh-1",
    "service": "Uplink",
    "state": "CRITICAL",
    "output": "CRITICAL - 100% packet loss",
    "timestamp": 1795532174,
}
_CHECKMK = {
    "host": "server1",
    "what": "SERVICE",
    "service": "Filesystem /",
    "severity": "CRIT",
    "notification_type": "PROBLEM",
    "summary": "CheckMK server1 - Filesystem / - OK -> CRIT",
    "output": "98% used",
    "long_date_time": "Sat Oct 26 23:10:39 UTC 2024",
    "short_date_time": "2024-10-26 23:10:39",
}
_LIBRENMS = {
    "title": "Alert for device 10.10.1.147 - Devices up/down",
    "hostname": "10.10.1.147",
    "rule_id": "13",
    "name": "Devices up/down",
    "severity": "critical",
    "state": "1",
    "alert_id": "26",
    "timestamp": "2025-03-04 10:58:34",
    "location": "Zurich",
    "os": "linux",
}
_GRAYLOG = {
    "check_result": {
        "result_description": "Stream had 2 messages in the last 1 minutes",
        "triggered_at": "2026-11-24T14:56:14.749Z",
        "triggered": True,
    },
    "stream": {"id": "55f1509dbee8e2841898eb64", "title": "Core errors"},
}
_PAGERDUTY = {
    "messages": [
        {
            "type": "incident.trigger",
            "created_on": "2026-11-24T14:56:14Z",
            "data": {
                "incident": {
                    "id": "PIJ90N7",
                    "status": "triggered",
                    "html_url": "https://example.pagerduty.com/incidents/PIJ90N7",
                    "service": {"id": "PBAZLIU", "name": "Mail"},
                    "trigger_summary_data": {"subject": "Queue is full"},
                }
            },
        }
    ]
}
_INCIDENT = _PAGERDUTY["messages"][0]["data"]["incident"]  # type: ignore[index]  # plain JSON

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "zabbix": Preset(
            title="Zabbix",
            text="A media type of kind webhook, with its parameters sent as one object",
            sample=_ZABBIX,
            clear_sample={**_ZABBIX, "event_value": "0", "event_time": "15:10:02"},
            mapping={
                "mapping": 1,
                "fields": {
                    **_from(
                        managed_object="host",
                        specific_problem="trigger_id",
                        text="event_name",
                        raised_at="= has(item.event_date) && has(item.event_time) ? "
                        "item.event_date.replace('.', '-') + 'T' + item.event_time : ''",
                        external_id="event_id",
                    ),
                    "perceived_severity": {"from": "event_nseverity", "default": "indeterminate"},
                },
                "attributes": _from(opdata="opdata"),
                "severities": {
                    "0": "indeterminate",
                    "1": "indeterminate",
                    "2": "warning",
                    "3": "minor",
                    "4": "major",
                    "5": "critical",
                },
                "clear": {"from": "event_value", "is": ["0"]},
                "zone": "UTC",
            },
        ),
        "nagios": Preset(
            title="Nagios, Icinga, Naemon",
            text="A notification command that posts host, service and state",
            sample=_NAGIOS,
            clear_sample={**_NAGIOS, "notification_type": "RECOVERY", "state": "OK"},
            mapping={
                "mapping": 1,
                "fields": {
                    **_from(managed_object="host", text="output", raised_at="timestamp"),
                    "specific_problem": {"from": "service", "default": "Host"},
                    "perceived_severity": {"from": "state"},
                },
                "severities": _NAGIOS_WORDS,
            },
        ),
        "checkmk": Preset(
            title="Checkmk",
            text="A notification script that posts Checkmk's own variables",
            sample=_CHECKMK,
            clear_sample={**_CHECKMK, "severity": "OK", "notification_type": "RECOVERY"},
            mapping={
                "mapping": 1,
                "fields": {
                    **_from(managed_object="host", text="output", raised_at="short_date_time"),
                    "specific_problem": {"from": "service", "default": "Host"},
                    "perceived_severity": {"from": "severity"},
                },
                "attributes": _from(site="site", address="address"),
                "severities": {**_NAGIOS_WORDS, "crit": "critical", "unkn": "indeterminate"},
                "zone": "UTC",
            },
        ),
        "librenms": Preset(
            title="LibreNMS",
            text="The alert transport API, with the whole alert as its body",
            sample=_LIBRENMS,
            clear_sample={**_LIBRENMS, "severity": "ok", "state": "0"},
            mapping={
                "mapping": 1,
                "fields": {
                    **_from(
                        managed_object="hostname",
                        text="title",
                        raised_at="timestamp",
                        external_id="alert_id",
                    ),
                    "specific_problem": {"from": "name"},
                    "perceived_severity": {"from": "severity", "default": "indeterminate"},
                },
                "attributes": _from(site="location", os="os"),
                "clear": {"from": "state", "is": ["0"]},
                "zone": "UTC",
            },
        ),
        "graylog": Preset(
            title="Graylog",
            text="An HTTP alarm callback of a stream; it never tells an end",
            sample=_GRAYLOG,
            clear_sample={},
            mapping={
                "mapping": 1,
                "fields": {
                    **_from(
                        managed_object="stream.title",
                        specific_problem="stream.id",
                        text="check_result.result_description",
                        raised_at="check_result.triggered_at",
                    ),
                    "perceived_severity": {"default": "warning"},
                },
                "attributes": _from(messages="check_result.matching_messages"),
            },
        ),
        "pagerduty": Preset(
            title="PagerDuty",
            text="A version 2 webhook, whose messages tell about incidents",
            sample=_PAGERDUTY,
            clear_sample={
                "messages": [
                    {
                        "type": "incident.resolve",
                        "created_on": "2026-11-24T15:10:02Z",
                        "data": {"incident": {**_INCIDENT, "status": "resolved"}},
                    }
                ]
            },
            mapping={
                "mapping": 1,
                "list": "messages",
                "fields": {
                    **_from(
                        managed_object="data.incident.service.name",
                        specific_problem="data.incident.id",
                        text="data.incident.trigger_summary_data.subject",
                        raised_at="created_on",
                        external_id="data.incident.id",
                    ),
                    "perceived_severity": {"default": "major"},
                },
                "attributes": _from(url="data.incident.html_url"),
                "clear": {"from": "data.incident.status", "is": ["resolved"]},
            },
        ),
    }
)
