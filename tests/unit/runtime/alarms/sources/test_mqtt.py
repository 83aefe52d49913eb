"""What is published: canonical events, lists of them, or anything by a mapping."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.alarms.sources.mqtt.reading import check_mapping, read_payload

EVENT = {"managed_object": "BER1", "perceived_severity": "major"}
MAPPING = {
    "managed_object": "{device.name}",
    "perceived_severity": "{level}",
    "specific_problem": "{topic}",
}
SAID = {"device": {"name": "pump-7"}, "level": "CRITICAL"}


def read(body: Any, **config: Any) -> Any:
    return read_payload(
        json.dumps(body).encode(), source="Plant", config=config, topic="plant/alarms"
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([EVENT, EVENT], id="a list"),
        pytest.param({"events": [EVENT, EVENT]}, id="an object with events"),
    ],
)
def test_reads_several_events(body: Any) -> None:
    assert [one.managed_object for one in read(body).events] == ["BER1", "BER1"]


def test_reads_one_event_and_names_the_source() -> None:
    (event,) = read(EVENT).events

    assert (event.source, event.managed_object) == ("Plant", "BER1")


def test_reads_anything_by_a_mapping() -> None:
    (event,) = read(SAID, mapping=MAPPING).events

    assert event.managed_object == "pump-7"
    assert event.perceived_severity == "critical"
    assert event.specific_problem == "plant/alarms"
    assert event.attributes["level"] == "CRITICAL"


@pytest.mark.parametrize("word", ["ok", "Resolved", "cleared", "normal"])
def test_words_that_mean_it_is_over_clear(word: str) -> None:
    (event,) = read({**SAID, "level": word}, mapping=MAPPING).events

    assert event.is_clear


def test_a_good_event_beside_a_bad_one_is_taken() -> None:
    batch = read([EVENT, {"managed_object": "BER1", "perceived_severity": "awful"}])

    assert len(batch.events) == 1
    assert [one.index for one in batch.rejected] == [1]


@given(st.binary(max_size=200))
def test_any_bytes_are_events_or_a_clear_refusal(octets: bytes) -> None:
    with suppress(InvalidError):
        read_payload(octets, source="s", config={"mapping": MAPPING}, topic="t")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_any_json_is_events_or_a_clear_refusal(body: Any) -> None:
    for mapping in ({}, MAPPING):
        with suppress(InvalidError):
            read(body, mapping=mapping)


def test_deep_json_is_a_clear_refusal() -> None:
    with pytest.raises(InvalidError, match="no JSON"):
        read_payload(b"[" * 100_000, source="s", config={}, topic="t")


@pytest.mark.parametrize(
    "mapping",
    [
        pytest.param([], id="no object"),
        pytest.param({"managed_object": "{a}"}, id="no severity"),
        pytest.param({**MAPPING, "colour": "{a}"}, id="no field of an alarm"),
        pytest.param({**MAPPING, "text": 7}, id="no text"),
        pytest.param({**MAPPING, "text": "{a"}, id="a lone brace"),
        pytest.param({**MAPPING, "text": "\ud800"}, id="half a character"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(mapping: Any) -> None:
    assert check_mapping(mapping)
