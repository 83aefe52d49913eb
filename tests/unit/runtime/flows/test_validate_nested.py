"""Loops, undos, joins, variables, calls and settings are checked before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from runtime.flows.problems import Known, Versions
from runtime.flows.validate import check_flow
from tests.factories.flows import flow_document, step

CHILD = Known(
    flows={"child": Versions(live=2, numbers=frozenset({1, 2})), "new": Versions(live=None)}
)
SET = step("set-data", config={"values": {"n": 1}})


def loop(steps: dict[str, Any], *wires: str, **config: Any) -> dict[str, Any]:
    pairs = [wire.split(" > ") for wire in wires]
    body = {"steps": steps, "wires": [{"from": source, "to": target} for source, target in pairs]}
    return step("for-each", config={"items": [1], **config}, body=body)


def reading(expression: str) -> dict[str, Any]:
    return step("set-data", config={"values": {"n": f"= {expression}"}})


def messages(steps: dict[str, Any], *wires: str, **parts: Any) -> list[str]:
    document = {**flow_document(steps, ["hand > a", "rule > a", *wires]), **parts}
    return [one.message for one in check_flow(document, standard_registry(), CHILD)]


def test_a_sound_workflow_with_everything_has_no_problem() -> None:
    inner = {"x": reading("item + vars.n + steps.a.output.n"), "y": reading("steps.x.output.n")}
    steps = {
        "a": {**SET, "undo": reading("steps.a.output.n")},
        "all": loop(inner, "x > y", collect="= steps.y.output.n"),
        "call": step("call-workflow", config={"flow": "child"}),
        "end": step("end", config={"output": {"r": "= steps.all.output.results"}}, join=2),
    }
    wires = ("a > all", "a > call", "all > end", "call > end")

    assert messages(steps, *wires, vars={"n": 1}) == []


@pytest.mark.parametrize(
    ("steps", "wires", "said"),
    [
        pytest.param({"a": SET, "b": {**SET, "join": 3}}, ["a > b"], "waits for 3", id="join"),
        pytest.param(
            {"a": step("for-each", config={"items": [1]})}, [], "nothing to repeat", id="no body"
        ),
        pytest.param(
            {"a": {**SET, "body": {"steps": {}, "wires": []}}},
            [],
            "is no loop",
            id="body of no loop",
        ),
        pytest.param({"a": loop({"a": SET})}, [], "two steps are called a", id="repeated id"),
        pytest.param(
            {"a": loop({"x": SET}), "b": SET},
            ["a > b", "x > b"],
            "across the edge of a loop",
            id="wire out of a body",
        ),
        pytest.param(
            {"a": loop({"x": SET}), "b": reading("steps.x.output.n")},
            ["a > b"],
            "x stands inside a",
            id="reads inside",
        ),
        pytest.param({"a": reading("item")}, [], "only known inside a loop", id="item outside"),
        pytest.param({"a": reading("vars.m")}, [], "there is no variable m", id="unknown variable"),
        pytest.param(
            {"a": loop({"x": reading("steps.y.output.n"), "y": SET})},
            [],
            "y does not come before",
            id="order in a body",
        ),
        pytest.param(
            {"a": {**SET, "undo": step("wait-for-event")}},
            [],
            "cannot undo a step",
            id="undo by a wait",
        ),
        pytest.param(
            {"a": {**SET, "undo": step("nothing")}}, [], "is not installed", id="undo by nothing"
        ),
        pytest.param(
            {"a": {**SET, "undo": step("set-data")}},
            [],
            "Values is missing",
            id="undo without config",
        ),
        pytest.param(
            {"a": step("call-workflow", config={"flow": "gone"})},
            [],
            "no workflow gone",
            id="unknown flow",
        ),
        pytest.param(
            {"a": step("call-workflow", config={"flow": "child", "version": 9})},
            [],
            "no version 9: use 2",
            id="unknown version",
        ),
        pytest.param(
            {"a": step("call-workflow", config={"flow": "new"})},
            [],
            "new is not published",
            id="unpublished flow",
        ),
        pytest.param(
            {"a": step("call-workflow", config={"flow": "= trigger.x"})},
            [],
            "not an expression",
            id="expression as flow",
        ),
    ],
)
def test_what_would_stop_it_is_named_with_the_remedy(
    steps: dict[str, Any], wires: list[str], said: str
) -> None:
    found = messages(steps, *wires)

    assert [one for one in found if said in one], found


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        pytest.param(
            {"settings": {"concurrency": {"policy": "skip", "key": "= steps.a.output"}}},
            "only trigger is known",
            id="key reads a step",
        ),
        pytest.param(
            {"settings": {"on_failure": {"flow": "gone"}}}, "no workflow gone", id="error workflow"
        ),
        pytest.param({"input": {"type": "nonsense"}}, "input", id="input is no schema"),
    ],
)
def test_what_is_wrong_with_the_settings_is_named(parts: dict[str, Any], said: str) -> None:
    found = messages({"a": SET}, **parts)

    assert [one for one in found if said in one], found


def test_loops_stand_in_each_other_only_so_deep() -> None:
    inner = {"z": SET}
    for name in ("e", "d", "c", "b", "a"):
        inner = {name: loop(inner)}

    assert [one for one in messages(inner) if "over 4 deep" in one]


def test_names_that_are_too_long_together_are_refused() -> None:
    inner: dict[str, Any] = {"x" * 60: SET}
    for letter in "dcb":
        inner = {letter * 60: loop(inner)}

    found = messages({"a": SET, "e" * 60: loop(inner)}, "a > " + "e" * 60)

    assert [one for one in found if "characters too long together" in one]
