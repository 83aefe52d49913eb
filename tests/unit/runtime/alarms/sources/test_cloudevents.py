"""CloudEvents 1.0: structured, batched, binary."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from kernel.errors import InvalidError
from runtime.alarms.sources.cloudevents import envelope_of, read_cloudevents
from runtime.alarms.sources.reading import Batch

DATA = {"managed_object": "pe1", "perceived_severity": "major"}
EVENT = {
    "specversion": "1.0",
    "id": "A-1",
    "source": "/nms",
    "type": "com.example.alarm",
    "time": "2026-11-24T14:56:14Z",
    "data": DATA,
}


def read(*events: Any, mapping: dict[str, Any] | None = None) -> Batch:
    body = events[0] if len(events) == 1 else list(events)
    return read_cloudevents(body, source="broker", mapping=mapping)


def test_the_data_is_an_alarm_event_with_id_and_time_of_the_envelope() -> None:
    (event,) = read(EVENT).events

    assert (event.managed_object, event.source, event.external_id) == ("pe1", "broker", "A-1")
    assert event.raised_at is not None
    assert event.raised_at.isoformat() == "2026-11-24T14:56:14+00:00"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, "/nms", id="the envelope's source"),
        pytest.param({"reporting_system": "oss"}, "oss", id="what the event itself says"),
    ],
)
def test_the_source_of_the_envelope_is_who_reported_it(said: dict[str, str], expected: str) -> None:
    (event,) = read({**EVENT, "data": {**DATA, **said}}).events

    assert event.reporting_system == expected


def test_the_time_of_an_end_is_when_it_ended() -> None:
    (event,) = read({**EVENT, "data": {**DATA, "perceived_severity": "cleared"}}).events

    assert event.cleared_at is not None
    assert event.raised_at is None


def test_the_data_may_be_mapped() -> None:
    fields = {"managed_object": {"from": "host"}, "perceived_severity": {"default": "minor"}}

    (event,) = read({**EVENT, "data": {"host": "pe9"}}, mapping={"fields": fields}).events

    assert event.managed_object == "pe9"


def test_a_batch_takes_the_good_and_names_the_bad_by_index() -> None:
    batch = read(EVENT, {**EVENT, "id": "", "data": {}}, {**EVENT, "id": "A-2"})

    assert len(batch.events) == 2
    assert [(bad.index, bad.error.problems[0].pointer) for bad in batch.rejected] == [(1, "/id")]


def test_problems_of_the_data_point_into_it() -> None:
    (bad,) = read({**EVENT, "data": {"managed_object": "x"}}).rejected

    assert bad.error.problems[0].pointer == "/data/perceived_severity"


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({"data": {**DATA, "text": "again"}}, True),
        ({"time": "2026-11-24T15:00:00Z"}, True),
        ({"id": "A-2"}, False),
        ({"source": "/other"}, False),
    ],
)
def test_source_and_id_tell_a_repeated_delivery(change: dict[str, Any], is_same: bool) -> None:
    assert (read({**EVENT, **change}).ids == read(EVENT).ids) is is_same


def test_data_in_base64_is_read() -> None:
    encoded = base64.b64encode(json.dumps(DATA).encode()).decode()
    event = {name: one for name, one in EVENT.items() if name != "data"}

    assert read({**event, "data_base64": encoded}).events[0].managed_object == "pe1"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"type": 7}, "/type"),
        ({"data_base64": "%"}, "/data_base64"),
        ({"datacontenttype": "text/xml"}, "/data"),
        ({"data": "text"}, "/data"),
    ],
)
def test_refuses_what_is_no_whole_event(change: dict[str, Any], pointer: str) -> None:
    (bad,) = read({**EVENT, **change}).rejected

    assert bad.error.problems[0].pointer == pointer


@pytest.mark.parametrize("body", ["text", 7, None, [EVENT] * 5_001])
def test_refuses_a_body_that_is_neither_event_nor_batch(body: Any) -> None:
    with pytest.raises(InvalidError):
        read_cloudevents(body, source="broker")


def test_binary_form_becomes_the_structured_one() -> None:
    headers = {"CE-SpecVersion": "1.0", "ce-id": "A-1", "ce-source": "/nms", "ce-type": "t%20u"}

    assert envelope_of(headers, DATA) == {
        "specversion": "1.0",
        "id": "A-1",
        "source": "/nms",
        "type": "t u",
        "data": DATA,
    }


def test_a_body_without_such_headers_is_left_as_it_is() -> None:
    assert envelope_of({"ce-id": "A-1", "Host": "x"}, DATA) is None
