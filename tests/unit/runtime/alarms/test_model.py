"""The alarm event: what is accepted, what is named when it is not, and what makes two the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.alarms.model import AlarmError, AlarmEvent, Severity, event_document, parse_event

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOOD: dict[str, Any] = {"managed_object": "BER1", "perceived_severity": "major"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        pytest.param({"perceived_severity": "bad"}, "/perceived_severity", id="unknown severity"),
        pytest.param({"managed_object": ""}, "/managed_object", id="empty object"),
        pytest.param({"event_type": "alarm"}, "/event_type", id="unknown event type"),
        pytest.param({"raised_at": "yesterday"}, "/raised_at", id="no instant"),
        pytest.param({"raised_at": "2026-11-24T12:00:00"}, "/raised_at", id="no time zone"),
        pytest.param({"raised_at": "1970-01-01T00:00:00Z"}, "/raised_at", id="before 2000"),
        pytest.param({"text": "a\x00b"}, "/text", id="NUL"),
        pytest.param({"attributes": {"a": "x" * 70_000}}, "/attributes", id="over 64 KB"),
        pytest.param({"attributes": {"a": float("nan")}}, "/attributes/a", id="not finite"),
        pytest.param({"text": "\ud83d"}, "/text", id="half a character"),
        pytest.param({"attributes": {"\ud83d": 1}}, "/attributes", id="half a character in a name"),
        pytest.param(
            {"attributes": {"a": [[[[[[[[[1]]]]]]]]]}}, "/attributes/a/0/0/0/0/0/0/0/0", id="deep"
        ),
    ],
)
def test_names_the_field_that_does_not_fit(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(AlarmError) as caught:
        parse_event(GOOD | changes)

    assert pointer in [problem.pointer for problem in caught.value.problems]


@pytest.mark.parametrize("document", [None, [], "alarm", 7])
def test_refuses_what_is_no_object(document: object) -> None:
    with pytest.raises(AlarmError):
        parse_event(document)


def test_reads_back_what_it_writes() -> None:
    event = AlarmEvent(
        managed_object="BER1",
        perceived_severity=Severity.CLEARED,
        raised_at=NOON,
        cleared_at=NOON + timedelta(minutes=1),
        affected_services=("vpn-1",),
        attributes={"slot": 3},
    )

    assert parse_event(event_document(event)) == event


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        pytest.param({"perceived_severity": "cleared"}, True, id="severity"),
        pytest.param({"text": "other"}, True, id="text"),
        pytest.param({"raised_at": "2026-11-24T12:00:00Z"}, True, id="time"),
        pytest.param({"managed_object": "BER2"}, False, id="object"),
        pytest.param({"source": "nms"}, False, id="source"),
        pytest.param({"specific_problem": "LOS"}, False, id="problem"),
        pytest.param({"reduction_key": "k"}, False, id="reduction key"),
    ],
)
def test_tells_problems_apart_by_identity_alone(changes: dict[str, Any], is_same: bool) -> None:
    changed = parse_event(GOOD | changes)

    assert (changed.dedup_key == parse_event(GOOD).dedup_key) is is_same


def test_never_happens_after_it_was_received() -> None:
    ahead = parse_event(GOOD | {"raised_at": "2026-11-24T13:00:00Z"})

    assert ahead.happened_at(NOON) == NOON
