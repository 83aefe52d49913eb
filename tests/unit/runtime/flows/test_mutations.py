"""A sound workflow, spoiled in every place: problems are told, what has none is compiled."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from blocks.registry import standard_registry
from runtime.flows.problems import Known, Versions
from runtime.flows.validate import check_flow
from runtime.runs.programs import compile_program
from tests.factories.flows import flow_document, step

KNOWN = Known(flows={"child": Versions(live=2, numbers=frozenset({1, 2}))})
SET = step("set-data", config={"values": {"n": 1}})
UNDO = step("set-data", config={"values": {"n": "= steps.a.output.n"}})
READ = step("set-data", config={"values": {"n": "= item"}})
LAST_WIRES = ["good:no > wait", "wait:timeout > end"]
SOUND: dict[str, Any] = {
    **flow_document(
        {
            "a": {**SET, "undo": UNDO, "retry": {"max": 2}, "join": "any"},
            "each": step(
                "for-each",
                config={"items": [1], "collect": "= steps.x.output.n"},
                body={"steps": {"x": READ, "y": SET}, "wires": [{"from": "x", "to": "y"}]},
            ),
            "call": step("call-workflow", config={"flow": "child", "version": 2}),
            "good": step("branch", config={"when": "steps.a.output.n > 1"}),
            "wait": step("wait-for-event", config={"event": "message", "correlation": "x"}),
            "end": step("end", config={"output": {"a": "= steps.a.output"}}),
        },
        ["hand > a", "rule > a", "a > each", "each > call", "call > good", *LAST_WIRES],
    ),
    "vars": {"v": 1},
    "input": {"type": "object", "properties": {"a": {"type": "string"}}},
    "settings": {"concurrency": {"policy": "queue", "most": 2, "key": "= trigger.input.a"}},
}
SPOILS: list[Any] = [
    *(None, True, -1, 1.5, 10**30, float("inf"), [], {}, [[]], {"a": {}}, {"$ref": "#"}),
    *("", "= ", "= item", "= vars", "= steps.x.output", "= steps[item]", "a:done", "all", "any"),
    *("\0", "= '\0'", "\ud800", "= '\ud800'", "x" * 70, "garland.for-each", "garland.end"),
]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container in a document with each of its keys."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in list(keys):
        yield value, key
        yield from places(value[key])


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """Make a sound workflow with one to four of its values spoiled, swapped or taken out."""
    document = copy.deepcopy(SOUND)
    for _ in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(list(places(document)) or [(document, "name")]))
        match draw(st.sampled_from(("spoil", "swap", "drop"))):
            case "spoil":
                container[key] = copy.deepcopy(draw(st.sampled_from(SPOILS)))
            case "swap":
                other, name = draw(st.sampled_from(list(places(document))))
                container[key] = copy.deepcopy(other[name])
            case "drop":
                del container[key]
    return document


def test_the_workflow_that_is_spoiled_here_is_sound() -> None:
    assert check_flow(SOUND, standard_registry(), KNOWN) == []


@given(document=spoiled())
def test_a_spoiled_workflow_gives_problems_or_can_be_compiled(document: Any) -> None:
    registry = standard_registry()

    found = check_flow(document, registry, KNOWN)

    if not any(one.severity == "error" for one in found):
        compile_program(document, registry)
