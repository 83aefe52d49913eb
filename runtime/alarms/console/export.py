"""Alarms as a file: CSV for spreadsheets, JSON for programs, written row by row. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from runtime.alarms.documents import AlarmView, alarm_document

EXPORT_MAX = 50_000
CSV_COLUMNS = (
    "id",
    "managed_object",
    "perceived_severity",
    "state",
    "event_type",
    "probable_cause",
    "specific_problem",
    "text",
    "source",
    "external_id",
    "reporting_system",
    "problem",
    "will_clear",
    "affected_services",
    "original_severity",
    "raised_at",
    "last_raised_at",
    "changed_at",
    "cleared_at",
    "cleared_by",
    "count",
    "flap_count",
    "ack_state",
    "acked_at",
    "acked_by",
    "suppressed_by",
    "attributes",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  wide signs count too


def as_csv(alarms: Iterable[AlarmView]) -> Iterator[str]:
    """Write a header and a line for each alarm, with a byte order mark for spreadsheets."""
    yield "\ufeff" + _line(CSV_COLUMNS)
    for alarm in alarms:
        document = alarm_document(alarm)
        yield _line([defused(document[name]) for name in CSV_COLUMNS])


def as_json(alarms: Iterable[AlarmView]) -> Iterator[str]:
    """Write `{"items": […]}` with the documents of the REST API, one a line."""
    yield '{"items": ['
    for number, alarm in enumerate(alarms):
        yield (",\n" if number else "\n") + json.dumps(alarm_document(alarm), ensure_ascii=False)
    yield "\n]}\n"


def defused(value: Any) -> str:
    """Write a value as a cell that no spreadsheet takes for a formula.

    A text that begins like one gets an apostrophe before it (OWASP, CSV injection).

    >>> defused("=HYPERLINK(1)"), defused(None), defused(["a", "b"]), defused(-3)
    ("'=HYPERLINK(1)", '', 'a, b', '-3')
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
