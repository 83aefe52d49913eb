"""Values ready to be shown: as text, with large ones named and what is too long left out."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from runtime.runs.values import SHOWN_MAX, as_text, safe_trigger, shown

BLOB = {"$blob": "9f86", "bytes": 20_000}


def test_a_value_kept_apart_as_a_whole_is_large() -> None:
    found = shown(BLOB)

    assert (found.is_large, found.large) == (True, (("", 20_000),))


def test_large_values_inside_are_named_by_where_they_stand() -> None:
    found = shown({"a/b": BLOB, "rows": [1, BLOB]})

    assert found.large == (("/a~1b", 20_000), ("/rows/1", 20_000))
    assert not found.is_large


def test_nothing_is_recognised() -> None:
    nothings: tuple[object, ...] = (None, {}, [], "")

    assert all(shown(value).is_empty for value in nothings)
    assert not any(shown(value).is_empty for value in (0, False, [None]))


def test_a_text_longer_than_a_page_holds_says_how_much_is_left_out() -> None:
    found = shown("x" * SHOWN_MAX)

    assert (len(found.text), found.left_out) == (SHOWN_MAX, 2)


def test_what_started_a_run_is_masked_by_name_and_by_the_workflows_input() -> None:
    document = {"input": {"properties": {"pin": {"format": "password"}}}}
    trigger = {"kind": "manual", "input": {"pin": "4711", "n": 1, "token": "t"}}

    masked = {"kind": "manual", "input": {"pin": "••••••", "n": 1, "token": "••••••"}}
    assert safe_trigger(trigger, document) == masked
    assert safe_trigger({"kind": "manual", "input": {"pin": "4711"}}, {})["input"]["pin"] == "4711"


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_the_text_is_the_value(value: object) -> None:
    assert json.loads(as_text(value)) == value
