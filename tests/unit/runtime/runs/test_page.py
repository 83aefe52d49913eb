"""Names of steps and the way to a scope, in the words of the workflow."""

from __future__ import annotations

import pytest

from blocks.registry import standard_registry
from runtime.flows.titles import titles_of
from runtime.runs.page import crumbs_of, title_of
from tests.factories.flows import flow_document, step

TITLES = {"each": "Sites", "call": "Call it"}


@pytest.mark.parametrize(
    ("path", "title"),
    [
        pytest.param("call", "Call it", id="a step"),
        pytest.param("gone", "gone", id="one without a title"),
        pytest.param("call~undo", "Undo Call it", id="an undo"),
        pytest.param("each[3].call", "Call it, round 4 of Sites", id="in a round"),
        pytest.param(
            "each[3].each[0].call", "Call it, round 1 of Sites, round 4 of Sites", id="deep"
        ),
    ],
)
def test_a_step_is_named_by_its_title_and_where_it_stands(path: str, title: str) -> None:
    assert title_of(path, TITLES) == title


def test_the_way_to_a_scope_begins_outside() -> None:
    assert crumbs_of("", TITLES) == []
    assert crumbs_of("each", TITLES) == [("each", "Sites")]
    assert crumbs_of("each[1].inner", TITLES) == [
        ("each", "Sites"),
        ("each[1]", "Round 2"),
        ("each[1].inner", "inner"),
    ]


def test_steps_in_bodies_have_titles_too() -> None:
    body = {"steps": {"call": step("write-log", title="Call it")}, "wires": []}
    flow = flow_document({"each": step("for-each", title="Sites", body=body), "a": step("end")}, [])

    assert titles_of(flow, standard_registry()) == {"each": "Sites", "call": "Call it", "a": "a"}


def test_a_step_that_nobody_named_is_called_as_its_block_is() -> None:
    steps = {
        "http_request": step("http-request"),
        "http_request_2": step("http-request"),
        "request": step("http-request"),
        "gone": step("gone"),
    }

    titles = titles_of(flow_document(steps, []), standard_registry())

    assert list(titles.values()) == ["HTTP request", "HTTP request 2", "request", "gone"]
