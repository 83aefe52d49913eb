"""What is wrong with a workflow is said with the step, the field and the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.registry import standard_registry
from runtime.flows.validate import check_flow
from tests.factories.flows import chain_document, flow_document, step

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


def problems(document: Any) -> list[str]:
    return [one.message for one in check_flow(document, standard_registry())]


def test_a_sound_workflow_has_no_problems() -> None:
    assert problems(chain_document(5)) == []


@pytest.mark.parametrize(
    ("steps", "wires", "words"),
    [
        pytest.param(
            {"a": {"block": "acme.none", "version": "1.0.0"}},
            ["rule > a", "hand > a"],
            "a: the block acme.none is not installed: install or replace it",
            id="unknown block",
        ),
        pytest.param(
            {"a": {"block": "garland.wait", "version": "9.0.0"}},
            ["rule > a", "hand > a"],
            "a: version 9.0.0 of garland.wait is not installed: use 1.0.0",
            id="unknown version",
        ),
        pytest.param(
            {"a": step("branch")},
            ["rule > a", "hand > a"],
            "a: when is missing: give it a value",
            id="missing setting",
        ),
        pytest.param(
            {"a": step("wait", config={"for_s": "long"})},
            ["rule > a", "hand > a"],
            "a: for_s must be a number",
            id="setting of the wrong type",
        ),
        pytest.param(
            {"a": step("branch", config={"when": "trigger.("})},
            ["rule > a", "hand > a"],
            "a: when: line 1, column 9: ",
            id="expression that cannot be read",
        ),
        pytest.param(
            {"a": step("set-data", config={"values": {"x": "= steps.b.output"}})},
            ["rule > a", "hand > a"],
            "a: x: there is no step b: choose one from the data picker",
            id="expression that reads a step that is not there",
        ),
        pytest.param(
            {"a": step("wait", config={"for_s": 1}), "b": step("wait", config={"for_s": 1})},
            ["rule > a", "hand > a", "a > b", "b > a"],
            "the steps go in a circle (a → b → a): remove one of its wires",
            id="cycle",
        ),
        pytest.param(
            {"a": step("wait", config={"for_s": 1}), "b": step("wait", config={"for_s": 1})},
            ["rule > a", "hand > a", "a:maybe > b"],
            "a has no port maybe: its ports are done, error",
            id="unknown port",
        ),
        pytest.param(
            {"a": step("wait", config={"for_s": 1})},
            ["rule > a", "hand > a", "a > gone"],
            "a wire leads to gone, which is not there: remove the wire",
            id="wire to nowhere",
        ),
        pytest.param(
            {"a": step("wait", config={"for_s": 1}), "b": step("wait", config={"for_s": 1})},
            ["rule > a", "hand > a"],
            "b is never reached: wire it to a trigger or a step, or remove it",
            id="step nothing leads to",
        ),
    ],
)
def test_a_problem_names_step_field_and_remedy(
    steps: dict[str, Any], wires: list[str], words: str
) -> None:
    found = problems(flow_document(steps, wires))

    assert any(one.startswith(words) for one in found), found


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        pytest.param(
            {"kind": "schedule", "cron": "61 * * * *"},
            "cron of t: the minute 61 lies outside 0-59",
            id="bad cron",
        ),
        pytest.param(
            {"kind": "schedule", "cron": "0 6 * * *", "timezone": "Mars/Base"},
            "time zone of t: Mars/Base is not known",
            id="bad zone",
        ),
    ],
)
def test_a_schedule_is_checked_before_it_is_due(trigger: dict[str, Any], words: str) -> None:
    steps = {"a": step("wait", config={"for_s": 1})}

    found = problems(flow_document(steps, ["t > a"], triggers={"t": trigger}))

    assert any(one.startswith(words) for one in found), found


def test_ports_named_by_the_settings_can_be_wired() -> None:
    cases = {"cases": [{"port": "gold", "when": "trigger.kind == 'rule'"}]}
    steps = {"a": step("switch", config=cases), "b": step("wait", config={"for_s": 1})}

    assert problems(flow_document(steps, ["rule > a", "hand > a", "a:gold > b"])) == []


@settings(deadline=None, max_examples=200)
@given(document=JSON)
def test_rubbish_gives_problems_and_never_an_exception(document: Any) -> None:
    assert problems(document)
