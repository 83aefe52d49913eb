"""What a tenant can set on a source of kind Alertmanager, checked; empty means our defaults.

Pure: the settings are kept as the source's `config`, and forms come and go as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema
from runtime.alarms.model import EventType, Severity

SEVERITIES: Mapping[str, str] = MappingProxyType(
    {
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
)
OBJECT_LABELS = ("instance", "node", "host", "device", "pod", "service", "job")
LABELS_MAX = 20
LABEL_PATTERN = "^[a-zA-Z_][a-zA-Z0-9_]*$"

_LABELS = {"type": "array", "maxItems": LABELS_MAX, "items": {"pattern": LABEL_PATTERN}}
_RAISED = [one.value for one in Severity if one is not Severity.CLEARED]
_SCHEMA = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "identity_labels": _LABELS,
            "object_labels": _LABELS,
            "event_type": {"enum": ["", *(one.value for one in EventType)]},
            "severities": {
                "type": "object",
                "maxProperties": 50,
                "additionalProperties": {"enum": _RAISED},
            },
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerSettings:
    """How alerts are read.

    Attributes:
        identity_labels: Labels that tell problems apart; empty for every label but those of
            severity and replica.
        object_labels: The first of these that an alert has names its managed object.
        event_type: Of alerts that carry no label `event_type`.
        severities: Perceived severity by the lower-case word of the label `severity`.
    """

    identity_labels: tuple[str, ...] = ()
    object_labels: tuple[str, ...] = OBJECT_LABELS
    event_type: str = ""
    severities: Mapping[str, str] = field(default_factory=lambda: SEVERITIES)


def settings_of(config: Mapping[str, Any]) -> AlertmanagerSettings:
    """Read a source's `config`, which was checked when it was saved."""
    return AlertmanagerSettings(
        identity_labels=tuple(config.get("identity_labels", ())),
        object_labels=tuple(config.get("object_labels") or OBJECT_LABELS),
        event_type=config.get("event_type", ""),
        severities={**SEVERITIES, **config.get("severities", {})},
    )


def config_from_form(form: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings form: labels parted by commas or spaces, `word = severity` a line.

    Raises:
        InvalidError: with a problem by field.

    >>> config_from_form({"identity_labels": "alertname, instance", "severities": "P1 = critical"})
    {'identity_labels': ['alertname', 'instance'], 'severities': {'p1': 'critical'}}
    """
    config = {
        "identity_labels": _words(form.get("identity_labels", "")),
        "object_labels": _words(form.get("object_labels", "")),
        "event_type": form.get("event_type", ""),
        "severities": _severities(form.get("severities", "")),
    }
    given = {name: value for name, value in config.items() if value}
    _SCHEMA.require(given, "the settings cannot be kept so")
    return given


def form_of(config: Mapping[str, Any]) -> dict[str, str]:
    """Write the settings as the form shows them."""
    severities = config.get("severities", {})
    return {
        "identity_labels": ", ".join(config.get("identity_labels", ())),
        "object_labels": ", ".join(config.get("object_labels", ())),
        "event_type": config.get("event_type", ""),
        "severities": "\n".join(f"{word} = {severity}" for word, severity in severities.items()),
    }


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _severities(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        word, equals, severity = (part.strip().lower() for part in line.partition("="))
        if not equals or not word or severity not in _RAISED:
            remedy = (
                f"severities: write a line as `p1 = critical`, with one of {', '.join(_RAISED)}"
            )
            raise InvalidError(
                "a severity is not readable", problems=[Problem("/severities", remedy)]
            )
        found[word] = severity
    return found
