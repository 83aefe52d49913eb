"""Reading files of services: CSV and TMF638, and whatever else somebody may choose."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.services.model import parse_service
from runtime.services.model import service_document as written
from runtime.services.reading import Gathered, read_services
from tests.factories.services import service_document

TMF638: dict[str, Any] = {
    "id": "5351",
    "@type": "Service",
    "name": "vDSL broadband, shop",
    "category": "CFS",
    "startDate": "2026-08-15T12:26:11.747Z",
    "supportingResource": [{"id": "line-a", "@referredType": "PhysicalResource"}, {"id": "r1"}],
    "serviceRelationship": [
        {"relationshipType": "reliesOn", "service": {"id": "backbone"}},
        {"relationshipType": "bundled", "service": {"id": "tv"}},
    ],
    "serviceCharacteristic": [
        {"name": "availability", "value": "99.9"},
        {"name": "redundancy", "value": "any"},
    ],
}


def read(content: str | bytes) -> Gathered:
    return read_services(content if isinstance(content, bytes) else content.encode(), zone="UTC")


def test_a_tmf638_service_keeps_what_it_rests_on_and_what_was_agreed() -> None:
    (found,) = read(json.dumps([TMF638])).services.values()

    assert (found["key"], found["kind"]) == ("5351", "internet")
    assert found["rests_on"] == [{"need": "any", "keys": ["line-a", "r1", "backbone"]}]
    assert found["sla"]["percent"] == "99.9"
    assert found["watched_from"] == "2026-08-15T12:26:11.747Z"


def test_version_5_and_the_event_of_a_new_service_are_read_alike() -> None:
    body = {key: one for key, one in TMF638.items() if key != "serviceCharacteristic"}
    body["characteristic"] = TMF638["serviceCharacteristic"]
    event = {"eventType": "ServiceCreateEvent", "event": {"service": body}}

    assert read(json.dumps(event)).services == read(json.dumps(TMF638)).services


def test_lines_of_one_key_are_groups_of_one_service() -> None:
    text = "key;name;resources;need;sla\na;Shop;x|y;any;99,5 %\na;;z;60 %;\n"

    (found,) = read(text).services.values()

    assert found["rests_on"] == [
        {"need": "any", "keys": ["x", "y"]},
        {"need": "share", "share": 60, "keys": ["z"]},
    ]
    agreement = parse_service(found).agreement
    assert agreement is not None
    assert str(agreement.percent) == "99.5"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("a,Shop,toaster,,", "line 2: kind: choose one of", id="no kind"),
        pytest.param("a,Shop,,x,most", "line 2: rests_on/0/need: choose", id="no need"),
        pytest.param(",,,,", None, id="a blank line is none"),
        pytest.param(",,internet,,", "line 2: ", id="no key and no name"),
    ],
)
def test_a_wrong_line_is_left_out_and_named(line: str, words: str | None) -> None:
    found = read(f"key,name,kind,resources,need\n{line}\nb,Good,,,\n")

    assert list(found.services) == ["b"]
    assert [one.message.startswith(words or "") for one in found.problems] == (
        [True] if words else []
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b" \n", "is empty", id="empty"),
        pytest.param(b"{", "line 1", id="broken JSON"),
        pytest.param(b"[]", "no TMF638 service", id="an empty list"),
        pytest.param(b"colour\nred\n", "must name the columns", id="another table"),
        pytest.param(b"key\n\xff\n", "no UTF-8", id="another encoding"),
        pytest.param(
            b'{"eventType": "ServiceDeleteEvent", "event": {"service": {"id": "a"}}}',
            "no whole service",
            id="the event of a service that went",
        ),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_remedy(content: bytes, words: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read(content)

    assert words in refused.value.message


atoms: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.5, float("inf"), "", "x", "all", "60 %", "\x00", "\ud800", "9" * 400]
)
values = (
    atoms
    | st.lists(atoms, max_size=2)
    | st.dictionaries(
        st.sampled_from(["id", "name", "value", "service", "resource", "relationshipType"]), atoms
    )
)
bodies = st.dictionaries(st.sampled_from(sorted(TMF638)), values | st.lists(values, max_size=2))
fields = st.dictionaries(
    st.sampled_from(["key", "name", "kind", "zone", "rests_on", "hops", "sla", "watched_from"]),
    values | st.lists(values, max_size=2),
)


@given(bodies)
def test_whatever_a_field_holds_it_is_read_or_refused(changes: dict[str, Any]) -> None:
    body = json.dumps({**TMF638, **changes})
    try:
        found = read(body)
    except InvalidError:
        return
    for document in found.services.values():
        parse_service(document)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        found = read(content)
    except InvalidError:
        return
    assert len(found.services) <= 200


@given(fields)
def test_any_document_is_a_service_or_refused(changes: dict[str, Any]) -> None:
    try:
        found = parse_service(service_document(**changes))
    except InvalidError:
        return
    assert parse_service(written(found)) == found
