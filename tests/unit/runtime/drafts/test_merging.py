"""Two people's changes of one draft put together: nothing is lost, nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.registry import standard_registry
from runtime.drafts.flat import flattened, nested
from runtime.drafts.merging import ABSENT, Choices, Merge, Said, is_same, merged
from runtime.flows.model import shape_problems
from tests.factories.flows import chain_document, step

REGISTRY = standard_registry()
STEPS = ("s1", "s2", "s3", "each", "inner", "fresh", "fresh_2")
Document = dict[str, Any]


def base() -> Document:
    """A chain of three steps, and a loop with one inside."""
    document = chain_document(3)
    body = {"steps": {"inner": step("wait", config={"for": "1m"})}, "wires": []}
    document["steps"]["each"] = step("for-each", config={"items": "= []"}, body=body)
    document["wires"].append({"from": "s3:done", "to": "each"})
    return document


def merge(mine: Document, theirs: Document, choices: Choices | None = None) -> Merge:
    return merged(base(), mine, theirs, REGISTRY, choices)


def changed(*path: str, to: Any) -> Document:
    """The base with another value at a path; `ABSENT` takes it away."""
    document = base()
    place: Any = document
    for name in path[:-1]:
        place = place.setdefault(name, {})
    if to is ABSENT:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return document


S1 = ("steps", "s1", "config", "values")


def test_different_fields_of_one_step_are_both_taken() -> None:
    found = merge(changed(*S1, "n", to=7), changed(*S1, "m", to=8))

    assert found.document["steps"]["s1"]["config"]["values"] == {"n": 7, "m": 8}
    assert found.collisions == ()


def test_the_same_field_is_a_collision_and_mine_stays_until_somebody_chooses() -> None:
    mine, theirs = changed(*S1, "n", to=7), changed(*S1, "n", to=8)

    found = merge(mine, theirs)
    chosen = merge(mine, theirs, {"/steps/s1/config/values/n": "theirs"})

    [collision] = found.collisions
    assert (collision.pointer, collision.base, collision.mine, collision.theirs) == (
        "/steps/s1/config/values/n",
        1,
        7,
        8,
    )
    assert found.document == mine
    assert (chosen.document, chosen.collisions) == (theirs, ())


@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_a_step_that_one_removed_and_the_other_changed_is_asked_about(side: Any) -> None:
    mine, theirs = changed("steps", "s2", to=ABSENT), changed("steps", "s2", "title", to="Two")

    found = merge(mine, theirs)
    chosen = merge(mine, theirs, {"/steps/s2": side})

    assert [one.pointer for one in found.collisions] == ["/steps/s2"]
    assert ("s2" in chosen.document["steps"]) == (side == "theirs")


def test_a_step_that_one_removed_and_the_other_only_moved_is_gone() -> None:
    found = merge(changed("steps", "s2", to=ABSENT), changed("steps", "s2", "position", to=[1, 2]))

    assert "s2" not in found.document["steps"]
    assert found.collisions == ()


def test_what_both_added_under_one_id_is_kept_twice_and_expressions_follow() -> None:
    mine, theirs = base(), base()
    mine["steps"]["fresh"] = step("set-data", config={"values": {"a": 1}})
    mine["steps"]["reads"] = step("set-data", config={"values": {"b": "= steps.fresh.output.a"}})
    mine["wires"].append({"from": "fresh:done", "to": "reads"})
    theirs["steps"]["fresh"] = step("set-data", config={"values": {"a": 2}})

    found = merge(mine, theirs)

    steps = found.document["steps"]
    assert steps["fresh"]["config"]["values"] == {"a": 2}
    assert steps["fresh_2"]["config"]["values"] == {"a": 1}
    assert steps["reads"]["config"]["values"] == {"b": "= steps.fresh_2.output.a"}
    assert {"from": "fresh_2:done", "to": "reads"} in found.document["wires"]
    assert found.said == (Said("renamed", "fresh", "fresh_2"),)


def test_a_wire_to_what_the_other_removed_goes_with_it_and_is_said() -> None:
    mine, theirs = base(), base()
    mine["wires"].append({"from": "hand", "to": "s3"})
    del theirs["steps"]["s3"]
    theirs["wires"] = theirs["wires"][:3]

    found = merge(mine, theirs)

    assert all("s3" not in str(wire) for wire in found.document["wires"])
    assert Said("wire_gone", "hand", "s3") in found.said


def test_a_step_put_into_a_loop_that_the_other_removed_stands_outside_and_is_said() -> None:
    mine, theirs = base(), changed("steps", "each", to=ABSENT)
    mine["steps"]["each"]["body"]["steps"]["mine"] = step("wait")

    found = merge(mine, theirs)

    assert "mine" in found.document["steps"]
    assert Said("loop_gone", "mine", "each") in found.said


def test_a_step_moved_into_a_loop_keeps_what_the_other_changed_in_it() -> None:
    mine, theirs = base(), changed("steps", "s2", "title", to="Two")
    mine["steps"]["each"]["body"]["steps"]["s2"] = mine["steps"].pop("s2")

    found = merge(mine, theirs)

    assert found.document["steps"]["each"]["body"]["steps"]["s2"]["title"] == "Two"


def test_places_are_never_asked_about() -> None:
    at = ("steps", "s1", "position")

    found = merge(changed(*at, to=[1, 1]), changed(*at, to=[2, 2]))

    assert found.document["steps"]["s1"]["position"] == [1, 1]
    assert (found.collisions, found.said) == ((), (Said("placed", "s1"),))


def test_a_trigger_of_another_kind_is_taken_whole() -> None:
    webhook = {"kind": "webhook", "title": "Called"}

    found = merge(
        changed("triggers", "rule", to=webhook), changed("triggers", "rule", "title", to="Cut")
    )

    assert [one.pointer for one in found.collisions] == ["/triggers/rule"]
    assert found.document["triggers"]["rule"] == webhook


def test_what_fits_no_schema_when_put_together_is_asked_about_whole() -> None:
    start = base()
    start["triggers"]["rule"] = {"kind": "schedule", "cron": "0 6 * * mon", "timezone": "UTC"}
    mine, theirs = deepcopy(start), deepcopy(start)
    mine["triggers"]["rule"] = {"kind": "schedule", "every_s": 60}
    theirs["triggers"]["rule"]["timezone"] = "Europe/Berlin"

    found = merged(start, mine, theirs, REGISTRY, {"/triggers/rule/timezone": "theirs"})

    assert shape_problems(found.document) == []


def test_members_of_a_group_are_merged_one_by_one() -> None:
    def grouped(*steps: str) -> Document:
        group = {"title": "Ask", "colour": "blue", "steps": list(steps)}
        return {**base(), "canvas": {"groups": {"g": group}, "notes": {}}}

    found = merged(grouped("s1"), grouped("s1", "s2"), grouped("s1", "s3"), REGISTRY, None)

    assert found.document["canvas"]["groups"]["g"]["steps"] == ["s1", "s2", "s3"]


def _one_edit() -> st.SearchStrategy[tuple[Any, ...]]:
    steps, values = st.sampled_from(STEPS), st.integers(0, 2) | st.booleans() | st.just("= trigger")
    ends = st.sampled_from(["rule", "s1:done", "s2:done", "s2:error", "fresh:done"])
    return st.one_of(
        st.tuples(st.just("set"), steps, st.sampled_from(["a", "n"]), values),
        st.tuples(st.just("title"), steps, st.sampled_from(["One", "Two"])),
        st.tuples(st.just("move"), steps, st.integers(0, 3)),
        st.tuples(st.just("add"), st.sampled_from(["fresh", "fresh_2"]), values),
        st.tuples(st.just("remove"), steps),
        st.tuples(st.just("into"), steps),
        st.tuples(st.just("wire"), ends, steps),
        st.tuples(st.just("unwire"), st.integers(0, 4)),
        st.tuples(st.just("var"), st.sampled_from(["v", "w"]), values),
        st.tuples(st.just("kind"), st.sampled_from(["rule", "manual", "webhook"])),
        st.tuples(st.just("named"), st.sampled_from(["Chain", "Other"])),
    )


def _set(flat: Document, id_: str, name: str, value: Any) -> None:
    flat["steps"][id_].setdefault("config", {}).setdefault("values", {})[name] = value


def _remove(flat: Document, id_: str) -> None:
    del flat["steps"][id_]
    flat["wires"] = [w for w in flat["wires"] if id_ not in (w["from"].partition(":")[0], w["to"])]
    for one in flat["steps"].values():
        if one.get("within") == id_:
            del one["within"]


def _into(flat: Document, id_: str) -> None:
    if id_ != "each" and "each" in flat["steps"]:
        flat["steps"][id_]["within"] = "each"


_ON_STEPS: dict[str, Callable[..., Any]] = {
    "set": _set,
    "remove": _remove,
    "into": _into,
    "title": lambda flat, id_, title: flat["steps"][id_].update(title=title),
    "move": lambda flat, id_, x: flat["steps"][id_].update(position=[x, 0]),
}
_ON_FLOW: dict[str, Callable[..., Any]] = {
    "add": lambda flat, id_, value: flat["steps"].setdefault(
        id_, step("set-data", config={"values": {"a": value}})
    ),
    "unwire": lambda flat, at: flat["wires"].pop(at) if at < len(flat["wires"]) else None,
    "var": lambda flat, name, value: flat.setdefault("vars", {}).update({name: value}),
    "kind": lambda flat, kind: flat["triggers"].update(rule={"kind": kind}),
    "named": lambda flat, name: flat.update(name=name),
}


def _edited(edits: list[tuple[Any, ...]]) -> Document:
    flat = flattened(base())
    for what, *facts in edits:
        if what == "wire":
            source, target = facts
            known = {*flat["steps"], *flat["triggers"]}
            if source.partition(":")[0] in known and target in flat["steps"]:
                flat["wires"].append({"from": source, "to": target})
        elif what in _ON_FLOW:
            _ON_FLOW[what](flat, *facts)
        elif facts[0] in flat["steps"]:
            _ON_STEPS[what](flat, *facts)
    return nested(deepcopy(flat))


documents = st.lists(_one_edit(), max_size=6).map(_edited)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    else:
        yield path, value


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(document, dict) or name not in document:
            return ABSENT
        document = document[name]
    return document


def _loose(document: Document) -> Document:
    flat = flattened(document)
    return {**flat, "wires": sorted(map(str, flat["wires"]))}


@given(documents)
def test_without_a_change_of_theirs_it_is_mine_and_the_other_way_round(mine: Document) -> None:
    assert merge(mine, base()).document == mine
    assert merge(base(), mine).document == mine
    assert merge(mine, mine).document == mine


@given(documents, documents)
def test_it_is_the_same_whoever_merges_where_nothing_collides(
    mine: Document, theirs: Document
) -> None:
    one, other = merge(mine, theirs), merge(theirs, mine)

    assert {c.pointer for c in one.collisions} == {c.pointer for c in other.collisions} or one.said
    if not one.collisions and not one.said:
        assert is_same(_loose(one.document), _loose(other.document))


@given(documents, documents)
def test_what_comes_out_has_always_a_workflows_shape(mine: Document, theirs: Document) -> None:
    assert shape_problems(merge(mine, theirs).document) == []


@given(documents, documents)
def test_choosing_one_side_everywhere_leaves_nothing_to_choose(
    mine: Document, theirs: Document
) -> None:
    pointers = [one.pointer for one in merge(mine, theirs).collisions]

    assert merge(mine, theirs, dict.fromkeys(pointers, "theirs")).collisions == ()


@given(documents, documents)
def test_no_change_that_collides_with_nothing_is_lost(mine: Document, theirs: Document) -> None:
    found, before = merge(mine, theirs), flattened(base())
    result, moved = flattened(found.document), {one.one for one in found.said}
    collided = {one.path for one in found.collisions}
    for side, other in ((mine, theirs), (theirs, mine)):
        for path, value in _leaves(flattened(side)):
            is_theirs = is_same(_at(before, path), value)
            untouched = is_same(_at(flattened(other), path), _at(before, path))
            is_asked = any(path[: len(one)] == one for one in collided)
            if path == ("wires",) or is_theirs or not untouched or is_asked:
                continue
            if path[1:2] and path[1] in moved:  # under another id, or out of its loop: said
                continue
            if path[-1] == "position":  # of a step that the other removed
                continue
            assert is_same(_at(result, path), value), path


@given(documents, documents)
def test_every_wire_that_one_drew_is_there_if_its_ends_are(
    mine: Document, theirs: Document
) -> None:
    found, before = merge(mine, theirs), flattened(base())["wires"]
    if any(one.what == "renamed" for one in found.said):
        return
    result = flattened(found.document)
    nodes = {*result["steps"], *result["triggers"]}

    for wire in (*flattened(mine)["wires"], *flattened(theirs)["wires"]):
        if wire not in before and {wire["from"].partition(":")[0], wire["to"]} <= nodes:
            assert wire in result["wires"]
