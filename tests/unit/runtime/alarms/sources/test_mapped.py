"""Reading what a source sent by its mapping."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.alarms.model import AlarmEvent, event_document, parse_event
from runtime.alarms.sources.mapped import read_mapped
from runtime.alarms.sources.reading import Batch

FIELDS = {
    "managed_object": {"from": "host", "default": "unknown"},
    "perceived_severity": {"from": "level"},
}
ITEM = {"host": "pe1", "level": "major"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


def read(body: Any, fields: dict[str, Any] | None = None, **parts: Any) -> Batch:
    mapping = {"mapping": 1, "fields": {**FIELDS, **(fields or {})}, **parts}
    return read_mapped(body, source="s", mapping=mapping)


def read_one(
    item: dict[str, Any], fields: dict[str, Any] | None = None, **parts: Any
) -> AlarmEvent:
    batch = read({**ITEM, **item}, fields, **parts)
    assert [bad.error.problems for bad in batch.rejected] == []
    return batch.events[0]


def why_not(item: dict[str, Any], fields: dict[str, Any] | None = None, **parts: Any) -> str:
    (bad,) = read({**ITEM, **item}, fields, **parts).rejected
    return bad.error.problems[0].message


def test_a_default_is_used_where_nothing_is_there() -> None:
    assert read_one({"host": None}).managed_object == "unknown"
    assert read_one({"host": " "}).managed_object == "unknown"


def test_a_constant_is_the_same_for_every_alarm() -> None:
    event = read_one({}, {"event_type": {"default": "communicationsAlarm"}})

    assert event.event_type == "communicationsAlarm"


def test_numbers_become_text() -> None:
    assert read_one({"n": 17}, {"specific_problem": {"from": "n"}}).specific_problem == "17"


def test_what_is_no_text_is_refused_by_its_field() -> None:
    assert "choose a part" in why_not({"n": [1]}, {"specific_problem": {"from": "n"}})


def test_an_expression_sees_the_alarm_and_the_whole_body() -> None:
    body = {"site": "ZRH", "alerts": [ITEM]}
    fields = {"text": {"from": "= item.host + ' at ' + trigger.body.site"}}

    assert read(body, fields, list="alerts").events[0].text == "pe1 at ZRH"


@pytest.mark.parametrize(
    ("said", "severity"),
    [("P1", "critical"), (5, "critical"), ("Major", "major"), ("fine", "cleared")],
)
def test_a_severity_is_read_by_the_table_or_by_its_own_word(said: Any, severity: str) -> None:
    table = {"p1": "critical", "5": "critical", "fine": "cleared"}

    assert read_one({"level": said}, severities=table).perceived_severity == severity


def test_an_unknown_severity_is_refused_unless_the_mapping_says_which_else() -> None:
    either = {"perceived_severity": {"from": "level", "default": "minor"}}

    assert "add it to the table" in why_not({"level": "awful"})
    assert read_one({"level": "awful"}, either).perceived_severity == "minor"


@pytest.mark.parametrize(("state", "is_clear"), [("OK", True), ("resolved", True), ("up!", False)])
def test_an_end_is_told_by_the_words_of_a_field(state: str, is_clear: bool) -> None:
    clear = {"from": "state", "is": ["ok", "Resolved"]}

    assert read_one({"state": state}, clear=clear).is_clear is is_clear


def test_an_end_may_be_told_by_an_expression() -> None:
    assert read_one({"value": 0}, clear={"from": "= item.value == 0", "is": ["true"]}).is_clear


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-24T14:56:14Z",
        "2026-11-24T15:56:14+01:00",
        "2026-11-24 15:56:14",
        1795532174,
        "1795532174",
        1795532174000,
    ],
)
def test_instants_are_read_in_the_forms_that_systems_write(said: Any) -> None:
    event = read_one({"at": said}, {"raised_at": {"from": "at"}}, zone="Europe/Zurich")

    assert event.raised_at is not None
    assert event.raised_at.isoformat() == "2026-11-24T14:56:14+00:00"


def test_an_instant_without_a_time_zone_needs_one() -> None:
    wrong = why_not({"at": "2026-11-24 15:56:14"}, {"raised_at": {"from": "at"}})

    assert "set the time zone" in wrong


@pytest.mark.parametrize("said", ["yesterday", 1e300, "9" * 60, "²", "0001-01-01", -5, True])
def test_what_is_no_instant_is_refused(said: Any) -> None:
    assert why_not({"at": said}, {"raised_at": {"from": "at"}})


def test_services_are_read_from_a_list_or_from_text() -> None:
    fields = {"affected_services": {"from": "services"}}

    assert read_one({"services": ["a", "b"]}, fields).affected_services == ("a", "b")
    assert read_one({"services": "a, b,"}, fields).affected_services == ("a", "b")


@pytest.mark.parametrize(
    ("said", "expected"),
    [(True, True), ("Yes", True), (1, True), (False, False), ("no", False), (None, None)],
)
def test_whether_it_clears_is_read_in_the_words_that_systems_write(
    said: Any, expected: bool | None
) -> None:
    assert read_one({"clears": said}, {"will_clear": {"from": "clears"}}).will_clear is expected


def test_a_word_that_is_neither_yes_nor_no_is_refused() -> None:
    wrong = why_not({"clears": "maybe"}, {"will_clear": {"from": "clears"}})

    assert "neither true nor false" in wrong


def test_who_reported_it_and_its_problem_record_are_mapped() -> None:
    fields = {"reporting_system": {"from": "oss"}, "problem": {"default": "PRB-1"}}

    event = read_one({"oss": "oss-1"}, fields)

    assert (event.reporting_system, event.problem) == ("oss-1", "PRB-1")


def test_attributes_keep_their_form() -> None:
    attributes = {"tags": {"from": "tags"}, "site": {"default": "ZRH"}, "no": {"from": "no"}}

    event = read_one({"tags": {"a": [1]}}, attributes=attributes)

    assert event.attributes == {"tags": {"a": [1]}, "site": "ZRH"}


def test_one_body_may_hold_many_alarms_and_the_good_are_taken() -> None:
    batch = read({"data": {"alerts": [ITEM, {"host": "pe2"}, ITEM]}}, list="data.alerts")

    assert len(batch.events) == 2
    assert [bad.index for bad in batch.rejected] == [1]
    assert batch.list_name == "data/alerts"


def test_a_body_that_is_a_list_holds_an_alarm_each() -> None:
    assert len(read([ITEM, ITEM]).events) == 2


@pytest.mark.parametrize("body", [{}, {"alerts": {}}, {"alerts": [1] * 5_001}, "text"])
def test_a_body_without_its_list_is_refused_as_a_whole(body: Any) -> None:
    with pytest.raises(InvalidError):
        read(body, list="alerts")


@given(JSON)
def test_whatever_is_sent_becomes_events_that_can_be_kept_or_is_refused(body: Any) -> None:
    fields = {"text": {"from": "text"}, "raised_at": {"from": "at"}}

    batch = read(body, fields, attributes={"all": {"from": "$"}})

    assert batch.size == (len(body) if isinstance(body, list) else 1)
    assert all(parse_event(event_document(one)) == one for one in batch.events)
