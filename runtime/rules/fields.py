"""Fields: what a condition can look at, of which kind, and how an alarm's value is read.

The catalogue holds the alarm's own fields; everything a source adds is free and lives under
`attributes.`. A value is always read *as* the kind its condition asks for, so that text never
meets a number: alarms from label systems carry numbers as text, and 5 must not be "5" by chance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

ATTRIBUTES = "attributes."
PATH_MAX = 200
TEXT_MAX = 4096
NUMBER_LIMIT = 1e15  # beyond it a double no longer holds every whole number with a fraction

SEVERITIES = ("cleared", "indeterminate", "warning", "minor", "major", "critical")
SEVERITY_RANK = {name: float(rank) for rank, name in enumerate(SEVERITIES)}

Scalar = str | float | bool
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,12})?")


class Kind(StrEnum):
    """How a value is compared."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    SEVERITY = "severity"
    TEXTS = "texts"
    FREE = "free"  # only in the catalogue: the condition's own value decides
    PRESENCE = "presence"  # only in a condition: is there a value at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing a condition can look at, in the catalogue."""

    path: str
    title: str
    kind: Kind
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """One field read as one kind: the column of a row."""

    path: str
    kind: Kind


Row = Mapping[Read, Scalar | tuple[str, ...]]

CATALOGUE = (
    Field(path="perceived_severity", title="severity", kind=Kind.SEVERITY, options=SEVERITIES),
    Field(path="event_type", title="event type", kind=Kind.TEXT),
    Field(path="probable_cause", title="probable cause", kind=Kind.TEXT),
    Field(path="specific_problem", title="specific problem", kind=Kind.TEXT),
    Field(path="managed_object", title="managed object", kind=Kind.TEXT),
    Field(path="text", title="text", kind=Kind.TEXT),
    Field(path="source", title="source", kind=Kind.TEXT),
    Field(path="external_id", title="the source's own id", kind=Kind.TEXT),
    Field(path="affected_services", title="affected services", kind=Kind.TEXTS),
    Field(path="affected_customers", title="affected customers", kind=Kind.TEXTS),
    Field(path="service_affecting", title="service affecting", kind=Kind.TRUTH),
    Field(path="will_clear", title="its source clears it", kind=Kind.TRUTH),
    Field(path="reporting_system", title="reporting system", kind=Kind.TEXT),
    Field(path="problem", title="problem record", kind=Kind.TEXT),
    Field(path="place", title="place", kind=Kind.TEXT),
    Field(path="managed_object_type", title="kind of object", kind=Kind.TEXT),
    Field(path="threshold.indicator", title="what crossed a threshold", kind=Kind.TEXT),
    Field(path="threshold.observed", title="observed value", kind=Kind.NUMBER),
    Field(path="threshold.limit", title="limit that was crossed", kind=Kind.NUMBER),
    Field(path="threshold.direction", title="direction of the crossing", kind=Kind.TEXT),
    Field(path="threshold.unit", title="unit of the observed value", kind=Kind.TEXT),
    Field(path="count", title="times raised", kind=Kind.NUMBER),
    Field(path="flap_count", title="times reopened", kind=Kind.NUMBER),
    Field(path="escalation_level", title="escalation level", kind=Kind.NUMBER),
    Field(path="ack_state", title="acknowledgement", kind=Kind.TEXT),
)
_BY_PATH = {field.path: field for field in CATALOGUE}


def find_field(path: str) -> Field | None:
    """Find a field by its path; `attributes.<name>` is always there, of a free kind."""
    if path in _BY_PATH:
        return _BY_PATH[path]
    from runtime.rules.around import around_field  # late: it makes fields of this module's kind

    if (around := around_field(path)) is not None:
        return around
    name = path.removeprefix(ATTRIBUTES)
    if path.startswith(ATTRIBUTES) and name.strip() == name and 0 < len(name) <= PATH_MAX:
        return Field(path=path, title=name, kind=Kind.FREE)
    return None


def value_at(facts: Mapping[str, Any], path: str) -> Any:
    """Look a path up in an alarm document; None where there is nothing, or only empty text.

    A label's own name may hold dots, so the longest key that exists wins.

    >>> value_at({"attributes": {"link": {"site": "BER1"}}}, "attributes.link.site")
    'BER1'
    >>> value_at({"attributes": {"k8s.io/zone": "a"}}, "attributes.k8s.io/zone")
    'a'
    """
    found = _walk(facts, path.split("."))
    return None if found in ("", [], {}) else found


def _walk(node: Any, parts: list[str]) -> Any:
    if not parts:
        return node
    if not isinstance(node, Mapping):
        return None
    for length in range(len(parts), 0, -1):
        key = ".".join(parts[:length])
        if key in node:
            return _walk(node[key], parts[length:])
    return None


def read_as(value: Any, kind: Kind) -> Scalar | tuple[str, ...] | None:
    """Read a value as a kind; None when it cannot be read so.

    >>> read_as("93.5", Kind.NUMBER), read_as("about 90", Kind.NUMBER), read_as(12, Kind.TEXT)
    (93.5, None, '12')
    """
    if value is None:
        return None
    return _READERS[kind](value)


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value) if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    return value[:TEXT_MAX].encode("utf-8", "replace").decode() or None


def _as_number(value: Any) -> float | None:
    if isinstance(value, str):
        trimmed = value.strip()
        return float(trimmed) + 0.0 if _PLAIN_NUMBER.fullmatch(trimmed) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not -NUMBER_LIMIT < value < NUMBER_LIMIT:
        return None
    return float(value) + 0.0  # -0.0 becomes 0.0: they are the same number but not the same text


def _as_truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def _as_severity(value: Any) -> float | None:
    return SEVERITY_RANK.get(value) if isinstance(value, str) else None


def _as_texts(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple):
        return None
    return tuple(text for text in map(_as_text, value) if text) or None


_READERS: dict[Kind, Callable[[Any], Scalar | tuple[str, ...] | None]] = {
    Kind.TEXT: _as_text,
    Kind.NUMBER: _as_number,
    Kind.TRUTH: _as_truth,
    Kind.SEVERITY: _as_severity,
    Kind.TEXTS: _as_texts,
    Kind.PRESENCE: lambda _: True,
}


def number_text(value: float) -> str:
    """Write a number the way a person would: no `.0`, no exponent.

    >>> number_text(5.0), number_text(1e-09), number_text(3e12)
    ('5', '0.000000001', '3000000000000')
    """
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
