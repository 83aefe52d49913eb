"""What a step can read: every path that is offered holds, whatever the data that fits."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.registry import standard_registry
from designer.data.mapped import Data
from designer.data.tree import Datum, each_of, tree_of
from runtime.expressions.evaluating import evaluate
from runtime.expressions.references import read_path
from runtime.flows.reading import Readable, readable_by
from tests.factories.flows import flow_document, step

REGISTRY = standard_registry()
NAMES = st.sampled_from(["site", "x-y", "in", "née", 'quo"te', "a b", "null", "1st"])
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text("abc ü", max_size=3),
    "integer": st.integers(-5, 5),
    "boolean": st.booleans(),
}


def _schemas() -> st.SearchStrategy[dict[str, Any]]:
    scalars = st.sampled_from(list(_SCALARS)).map(lambda kind: {"type": kind})
    maybe = st.sampled_from(list(_SCALARS)).map(lambda kind: {"type": [kind, "null"]})
    return st.recursive(
        scalars | maybe,
        lambda inner: st.one_of(
            st.builds(lambda one: {"type": "array", "items": one}, inner),
            st.builds(_object, st.dictionaries(NAMES, inner, max_size=3), st.sets(NAMES)),
        ),
        max_leaves=6,
    )


def _object(properties: dict[str, Any], required: set[str]) -> dict[str, Any]:
    needed = sorted(required & properties.keys())
    return {"type": "object", "properties": properties, "required": needed}


def _fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    kind = schema["type"]
    if isinstance(kind, list):
        return st.none() | _SCALARS[kind[0]]
    if kind == "array":
        return st.lists(_fitting(schema["items"]), max_size=2)
    if kind != "object":
        return _SCALARS[kind]
    parts = {name: _fitting(part) for name, part in schema["properties"].items()}
    needed = {name: parts[name] for name in schema["required"]}
    others = {name: part for name, part in parts.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=others)


@settings(max_examples=150)
@given(st.data(), _schemas(), st.booleans())
def test_every_path_that_is_offered_gives_a_value_of_any_data_that_fits(
    data: st.DataObject, schema: dict[str, Any], is_certain: bool
) -> None:
    given_value = data.draw(_fitting(schema))
    is_there = is_certain or data.draw(st.booleans())
    source = Readable(
        title="Look",
        about="",
        path=("steps", "look", "output"),
        schema=schema,
        certain=(True, is_certain, True),
    )
    steps = {"look": {"port": "done", "output": given_value}} if is_there else {}

    for one in each_of([tree_of(source, given_value)]):
        evaluate(one.path, {"steps": steps})


def _tree(document: dict[str, Any], reader: str, **variables: Any) -> list[Datum]:
    return Data(readable_by(document, reader, REGISTRY), variables).tree


def _paths(document: dict[str, Any], reader: str, **variables: Any) -> dict[str, str]:
    return {one.trail: one.path for one in each_of(_tree(document, reader, **variables))}


CHAIN = flow_document(
    {
        "look": step("look-up-table", title="Find the site"),
        "gold": step("branch"),
        "log": step("write-log"),
        "after": step("write-log"),
    },
    ["rule > look", "look:found > gold", "gold:yes > log", "look:found > log", "log > after"],
    triggers={"rule": {"kind": "rule"}},
)


def test_a_step_reads_the_nearest_first_and_nothing_behind_it() -> None:
    titles = [one.title for one in _tree(CHAIN, "log")]

    assert titles[:2] == ["Branch", "Find the site"] or titles[:2] == ["Find the site", "Branch"]
    assert "Alarm" in titles
    assert not any("log" in one.path for one in each_of(_tree(CHAIN, "log")) if "steps" in one.path)


def test_what_every_way_leads_through_is_read_plainly_and_all_else_as_maybe_absent() -> None:
    paths = {one.title: one.path for one in _tree(CHAIN, "log")}

    assert paths["Find the site"] == "steps.look.output"
    assert paths["Branch"].startswith("steps.?gold.?output.orValue(")


def test_fields_that_only_the_last_run_showed_are_offered_with_their_values() -> None:
    steps = {"look": {"port": "found", "output": {"tier": "gold", "x-y": 1}}}

    found = {one.trail: one for one in each_of(_tree(CHAIN, "log", steps=steps))}

    tier = found["Find the site \u203a Tier"]
    assert (tier.path, tier.value) == ('steps.look.output.?tier.orValue("")', "gold")
    assert found["Find the site \u203a X y"].path == 'steps.look.output[?"x-y"].orValue(0)'


def test_an_alarm_that_only_some_starts_bring_may_be_absent() -> None:
    triggers = {"rule": {"kind": "rule"}, "clock": {"kind": "schedule", "cron": "0 6 * * *"}}
    document = flow_document(
        {"log": step("write-log")}, ["rule > log", "clock > log"], triggers=triggers
    )

    paths = _paths(document, "log")

    assert paths["Alarm \u203a Managed object"] == 'trigger.?alarm.?managed_object.orValue("")'
    assert paths["Due at"] == 'trigger.?at.orValue("")'


def test_only_what_starts_the_run_of_this_step_is_offered() -> None:
    triggers = {"hook": {"kind": "webhook"}, "hand": {"kind": "manual"}}
    document = flow_document(
        {"log": step("write-log"), "other": step("write-log")},
        ["hook > log", "hand > other"],
        triggers=triggers,
    )
    document["input"] = {"type": "object", "properties": {"site": {"type": "string"}}}

    assert "Body" in _paths(document, "log")
    assert "Body" not in _paths(document, "other")
    assert "What it was started with \u203a Site" in _paths(document, "other")


def test_a_step_in_a_loop_reads_the_item_of_its_round_and_what_stands_around() -> None:
    body = {"steps": {"call": step("write-log")}, "wires": []}
    each = step("for-each", config={"items": "= trigger.alarm.affected_services"}, body=body)
    document = flow_document(
        {"look": step("look-up-table"), "each": each}, ["rule > look", "look:found > each"]
    )

    paths = _paths(document, "call")

    assert paths["Item of this round"] == "item"
    assert paths["Number of this round, from 0"] == "steps.each.index"
    assert paths["Look up in a table"] == "steps.look.output"


def test_only_plain_reading_is_taken_for_a_path() -> None:
    assert read_path('trigger.?alarm["x-y"].orValue("")') == ("trigger", "alarm", "x-y")
    assert read_path("trigger.n + 1") is None
    assert read_path("trigger.a.orValue(b) + c.orValue(1)") is None
    assert read_path("") is None
