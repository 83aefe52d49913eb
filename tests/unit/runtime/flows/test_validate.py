"""What is wrong with a workflow is said with the step, the field and the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blocks.registry import standard_registry
from runtime.flows.model import parse_flow
from runtime.flows.validate import check_flow
from runtime.runs.advance import advance
from runtime.runs.events import Completed, Perform, Started
from runtime.runs.plan import compile_plan
from runtime.runs.state import Outcome, RunState
from tests.factories.flows import chain_document, flow_document, step
from tests.factories.tenancy import NOON

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
            "a: When is missing: give it a value",
            id="missing setting",
        ),
        pytest.param(
            {"a": step("wait", config={"for_s": "long"})},
            ["rule > a", "hand > a"],
            "a: Wait for must be a number",
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
        pytest.param(
            {"a": step("wait", config={"for_s": 1})},
            ["rule > a"],
            "hand leads nowhere: draw a wire from it to a step, or remove it",
            id="trigger that leads nowhere",
        ),
        pytest.param(
            {
                "a": step("set-data", config={"values": {"x": "= steps.b.output"}}),
                "b": step("set-data", config={"values": {}}),
            },
            ["rule > a", "hand > a", "a > b"],
            "a: x: b does not come before this step: wire it before",
            id="expression that reads a later step",
        ),
        pytest.param(
            {"wait": step("wait", config={"for_s": 1}), "wait_2": step("wait", title="Rest")},
            ["rule > wait", "hand > wait", "wait:maybe > wait_2", "wait:maybe > wait_2"],
            "two wires lead from Wait (maybe) to Rest: remove one",
            id="one wire twice",
        ),
        pytest.param(
            {"rule": step("wait", config={"for_s": 1})},
            ["hand > rule"],
            "rule names a trigger and a step: rename one",
            id="one id twice",
        ),
        pytest.param(
            {"A b": step("wait", config={"for_s": 1})},
            [],
            "steps",
            id="an id that no expression can say",
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


def test_a_text_that_only_looks_like_a_step_is_none() -> None:
    steps = {"a": step("set-data", config={"values": {"x": "= 'steps.b.output' + trigger.kind"}})}

    assert problems(flow_document(steps, ["rule > a", "hand > a"])) == []


def test_two_thousand_steps_are_checked_in_a_moment() -> None:
    document = chain_document(2_000)
    assert problems(document) == []

    document["steps"].update(chain_document(2_001)["steps"])

    assert [one.message for one in check_flow(document, standard_registry())] == [
        "steps may have at most 2000 fields"
    ]


KINDS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("branch", {"when": "trigger.alarm.text == 'x'"}, ["yes", "no"]),
    ("branch", {"when": "trigger.("}, ["yes", "no"]),
    ("set-data", {"values": {"x": "= steps.s0.output"}}, ["done"]),
    ("set-data", {"values": {"x": "= trigger.kind"}}, ["done"]),
    ("wait", {"for_s": 1}, ["done", "gone"]),
    ("wait", {"for_s": []}, ["done"]),
]


@st.composite
def sketches(draw: st.DrawFn) -> dict[str, Any]:
    """A document of a workflow's shape, sound or not, as somebody may leave it half way."""
    count = draw(st.integers(1, 5))
    kinds = [KINDS[draw(st.sampled_from([0, 3, 4, 0, 3, 4, 1, 2, 5]))] for _ in range(count)]
    steps = {f"s{at}": step(kind, config=config) for at, (kind, config, _) in enumerate(kinds)}
    wires = ["rule > s0"]
    for at in range(1, count):
        source = draw(st.sampled_from([*range(at)] * 5 + [count - 1]))
        port = draw(st.sampled_from([kinds[source][2][0]] * 3 + [*kinds[source][2], "error"]))
        wires.append(f"s{source}:{port} > s{at}")
    return flow_document(steps, wires)


@settings(max_examples=150)
@given(document=sketches())
def test_a_workflow_without_errors_can_be_compiled_and_run_to_its_end(
    document: dict[str, Any],
) -> None:
    found = check_flow(document, standard_registry())
    assume(all(one.severity == "warning" for one in found))

    plan = compile_plan(parse_flow(document))
    now = advance(plan, RunState(), [Started("rule")], now=NOON)
    while now.state.outcome is None:
        events = [Completed(one.step, 1, "done") for one in now.commands if type(one) is Perform]
        now = advance(plan, now.state, events, now=NOON)

    assert now.state.outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("depth", [100, 900])
def test_settings_nested_without_end_are_said(depth: int) -> None:
    deep: Any = 1
    for _ in range(depth):
        deep = [deep] if depth % 200 else {"a": deep}
    document = flow_document({"a": step("set-data", config={"values": {"x": deep}})}, ["rule > a"])

    assert problems(document) == ["the workflow is nested over 64 deep: flatten its settings"]
    assert problems(deep) == problems(document)


@settings(max_examples=100)
@given(document=JSON)
def test_rubbish_gives_problems_and_never_an_exception(document: Any) -> None:
    assert problems(document)
