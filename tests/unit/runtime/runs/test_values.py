"""Values ready to be shown: as text, with large ones named and what is too long left out."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.registry import standard_registry
from runtime.runs.values import SHOWN_MAX, as_text, safe_trigger, schema_of, shown

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


@pytest.mark.parametrize(
    ("port", "schema"),
    [
        pytest.param(
            "gold", {"properties": {"pin": {"format": "password"}}}, id="settings name it"
        ),
        pytest.param("error", {}, id="error"),
        pytest.param(None, {}, id="not left yet"),
    ],
)
def test_what_leaves_by_a_port_that_settings_name_has_the_schema_of_those(
    port: str | None, schema: dict[str, Any]
) -> None:
    block = standard_registry().find("garland.switch", "1.0.0")
    assert block is not None
    dynamic = block.manifest.dynamic_outputs
    assert dynamic is not None
    secret = {"properties": {"pin": {"format": "password"}}}
    manifest = replace(block.manifest, dynamic_outputs=replace(dynamic, schema=secret))
    step: Any = SimpleNamespace(port=port)

    assert schema_of(step, "output", manifest) == schema


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_the_text_is_the_value(value: object) -> None:
    assert json.loads(as_text(value)) == value
