"""Parts of workflows on the clipboard: what is taken, what is refused and why."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.registry import standard_registry
from designer.clipboard.part import STEPS_MOST, Part, read_part
from kernel.errors import InvalidError
from tests.factories.flows import flow_document, step

REGISTRY = standard_registry()
PART = {
    "garland": "flow-part",
    "triggers": {},
    "steps": {"a": step("wait", position=[16, 32]), "b": step("write-log", position=[300, 32])},
    "wires": [{"from": "a:done", "to": "b"}],
}


def _read(document: Any) -> Part:
    return read_part(json.dumps(document), REGISTRY)


def test_a_part_comes_back_as_it_was_copied() -> None:
    canvas = {"groups": {"mail": {"title": "Mail", "colour": "blue", "steps": ["a", "b"]}}}
    part = _read({**PART, "canvas": canvas})

    assert part.document["canvas"] == canvas
    assert (part.document["steps"], part.document["wires"]) == (PART["steps"], PART["wires"])
    assert part.missing == ()


def test_the_document_of_a_whole_workflow_can_be_pasted_too() -> None:
    document = flow_document({"a": step("wait")}, [])

    assert _read(document).document["steps"].keys() == {"a"}


def test_steps_without_a_place_are_given_one() -> None:
    document = {**PART, "steps": {"a": step("wait"), "b": step("wait")}}

    places = [one["position"] for one in _read(document).document["steps"].values()]

    assert places[0] != places[1]


def test_blocks_that_are_not_installed_are_named() -> None:
    strange = {"block": "acme.laser", "version": "2.0.0"}

    assert _read({**PART, "steps": {"a": strange}, "wires": []}).missing == ("acme.laser 2.0.0",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("see you at nine", "no part of a workflow", id="any text"),
        pytest.param("", "no part of a workflow", id="nothing"),
        pytest.param('{"a": 1}', "no part of a workflow", id="other JSON"),
        pytest.param('{"garland": "flow-part"}', "no part of a workflow", id="an empty part"),
        pytest.param("[" * 5_000, "no part of a workflow", id="nested without end"),
        pytest.param('{"flow": 1, "steps": {"a": 5}}', "damaged at /steps/a", id="no step"),
        pytest.param('{"flow": 1, "wires": [null]}', "damaged at /wires/0", id="no wire"),
        pytest.param(
            json.dumps({**PART, "steps": {"a": {**step("wait"), "evil": 1}}}),
            "damaged at /steps/a",
            id="a key steps do not have",
        ),
        pytest.param(
            json.dumps({**PART, "steps": {f"s{n}": step("wait") for n in range(STEPS_MOST + 1)}}),
            "at most 500 steps",
            id="too many steps",
        ),
        pytest.param(" " * 1_000_001, "less than 1 MB", id="too long"),
    ],
)
def test_what_is_no_part_is_refused_with_what_to_do(text: str, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        read_part(text, REGISTRY)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["garland", "steps", "wires", "flow", "a"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
)
def test_no_text_makes_it_fail_otherwise(document: Any) -> None:
    with suppress(InvalidError):
        assert _read(document).document["flow"] == 1
