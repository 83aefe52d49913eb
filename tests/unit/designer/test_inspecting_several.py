"""What several steps have in common, and one change for all of them."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from designer.inspecting.several import RETRY, TIMEOUT, read_shared, shared, steps_among
from tests.factories.flows import flow_document, step

STEPS: dict[str, Any] = {
    "tell": step("send-email", timeout_s=30, retry={"max": 2, "backoff": "fixed"}),
    "log": step("write-log", timeout_s=30),
}
SHOWN = {RETRY: "", TIMEOUT: "30"}


def read(**sent: str) -> tuple[dict[str, Any], list[str]]:
    return read_shared(STEPS, MultiDict({**SHOWN, **{f"/node/{k}": v for k, v in sent.items()}}))


def test_what_all_have_is_shown_and_what_differs_is_not() -> None:
    assert shared(STEPS) == {RETRY: None, TIMEOUT: "30"}
    assert shared({"log": step("write-log")}) == {RETRY: "", TIMEOUT: ""}


def test_a_form_that_is_left_as_it_was_changes_nothing() -> None:
    assert read() == ({}, [])


def test_a_number_is_taken_by_all_and_keeps_the_rest_of_each() -> None:
    changes, wrong = read_shared(STEPS, MultiDict({RETRY: "5", TIMEOUT: "1.5"}))

    assert wrong == []
    assert changes == {
        "tell": {"timeout_s": 1.5, "retry": {"max": 5, "backoff": "fixed"}},
        "log": {"timeout_s": 1.5, "retry": {"max": 5}},
    }


def test_what_all_had_goes_away_where_it_is_emptied() -> None:
    assert read(timeout_s="")[0] == {"tell": {"timeout_s": None}, "log": {"timeout_s": None}}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        pytest.param("soon", "Time-out in seconds", id="a word"),
        pytest.param("9999", "Time-out in seconds", id="longer than a step may take"),
    ],
)
def test_what_no_step_can_take_is_refused_by_name(text: str, field: str) -> None:
    changes, (said,) = read(timeout_s=text)

    assert changes == {}
    assert said.startswith(f"{field}: ")


def test_a_step_in_a_loop_is_among_them_and_a_trigger_is_not() -> None:
    body = {"steps": {"inner": step("write-log")}, "wires": []}
    document = flow_document({"each": step("for-each", body=body)}, ["rule > each"])

    assert set(steps_among(document, ["rule", "inner"])) == {"inner"}
