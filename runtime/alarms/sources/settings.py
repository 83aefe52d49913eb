"""How alerts with labels are read, Alertmanager's and Grafana's: what a tenant can set.

Empty means our defaults. Pure: the settings are kept as the source's `config`, and forms come and
go as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
UNKNOWN_SEVERITY = "indeterminate"
OBJECT_LABELS = ("instance", "node", "host", "device", "pod", "service", "job")
LABELS_MAX = 20
LABEL_PATTERN = "^[a-zA-Z_][a-zA-Z0-9_]*$"

_LABELS = {"type": "array", "maxItems": LABELS_MAX, "items": {"pattern": LABEL_PATTERN}}
_RAISED = [one.value for one in Severity if one is not Severity.CLEARED]
LABEL_PROPERTIES: Mapping[str, Any] = MappingProxyType(
    {
        "identity_labels": _LABELS,
        "object_labels": _LABELS,
        "event_type": {"enum": ["", *(one.value for one in EventType)]},
        "unknown_severity": {"enum": _RAISED},
        "severities": {
            "type": "object",
            "maxProperties": 50,
            "additionalProperties": {"enum": _RAISED},
        },
    }
)
_SCHEMA = Schema(
    {"type": "object", "additionalProperties": False, "properties": dict(LABEL_PROPERTIES)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSettings:
    """How alerts are read.

    Attributes:
        identity_labels: Labels that tell problems apart; empty for every label but those of
            severity and replica.
        object_labels: The first of these that an alert has names its managed object.
        event_type: Of alerts that carry no label `event_type`.
        severities: Perceived severity by the lower-case word of the label `severity`.
        unknown_severity: Of alerts that carry no such label, or another word.
    """

    identity_labels: tuple[str, ...] = ()
    object_labels: tuple[str, ...] = OBJECT_LABELS
    event_type: str = ""
    severities: Mapping[str, str] = field(default_factory=lambda: SEVERITIES)
    unknown_severity: str = UNKNOWN_SEVERITY

    def severity_of(self, word: str) -> str:
        """Give the perceived severity that a word means."""
        return self.severities.get(word.lower(), self.unknown_severity)


def settings_of(config: Mapping[str, Any]) -> LabelSettings:
    """Read a source's `config`, which was checked when it was saved."""
    return LabelSettings(
        identity_labels=tuple(config.get("identity_labels", ())),
        object_labels=tuple(config.get("object_labels") or OBJECT_LABELS),
        event_type=config.get("event_type", ""),
        severities={**SEVERITIES, **config.get("severities", {})},
        unknown_severity=config.get("unknown_severity") or UNKNOWN_SEVERITY,
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
        "unknown_severity": form.get("unknown_severity", ""),
        "severities": severities_from_text(form.get("severities", ""), _RAISED),
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
        "unknown_severity": config.get("unknown_severity", ""),
        "severities": severities_as_text(severities),
    }


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def severities_from_text(text: str, allowed: Sequence[str]) -> dict[str, str]:
    """Read a table of severities, `word = severity` a line.

    Raises:
        InvalidError: a line is not readable.
    """
    found: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        word, equals, severity = (part.strip().lower() for part in line.rpartition("="))
        if not equals or not word or severity not in allowed:
            remedy = (
                f"severities: write a line as `p1 = critical`, with one of {', '.join(allowed)}"
            )
            raise InvalidError(
                "a severity is not readable", problems=[Problem("/severities", remedy)]
            )
        found[word] = severity
    return found


def severities_as_text(severities: Mapping[str, str]) -> str:
    """Write a table of severities as `severities_from_text` reads it."""
    return "\n".join(f"{word} = {severity}" for word, severity in severities.items())
