"""A publisher's newer version and what was made of a template here: nothing is lost."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.registry import standard_registry
from marketplace.sharing.merging import Merged, merge
from runtime.drafts.merging import is_same
from runtime.flows.validate import check_flow
from tests.factories.flows import chain_document, step
from tests.factories.rules import make_rule_document
from tests.support.size import examples

REGISTRY = standard_registry()
Document = dict[str, Any]


def base() -> Document:
    document = chain_document(4)
    document["vars"] = {"a": 1, "b": 2}
    return document


def put(theirs: Document, mine: Document, choices: Any = None) -> Merged:
    return merge(base(), theirs, mine, REGISTRY, choices)


def errors(document: Document) -> list[str]:
    return [one.message for one in check_flow(document, REGISTRY) if one.severity == "error"]


def _wire(start: str, end: str) -> dict[str, str]:
    return {"from": f"{start}:done", "to": end}


@st.composite
def edits(draw: st.DrawFn) -> Document:
    """The base with some valid changes: texts, variables, steps added and taken away, wires."""
    document = base()
    for _ in range(draw(st.integers(0, 4))):
        what = draw(st.sampled_from(["title", "value", "var", "add", "remove", "wire", "rename"]))
        _CHANGES[what](document, draw(st.sampled_from(["s1", "s2", "s3", "s4"])), draw)
    return document if not errors(document) else base()


def _title(document: Document, id_: str, draw: Any) -> None:
    if id_ in document["steps"]:
        document["steps"][id_]["title"] = draw(st.sampled_from(["One", "Two"]))


def _value(document: Document, id_: str, draw: Any) -> None:
    if id_ in document["steps"]:
        name = draw(st.sampled_from(["x", "y"]))
        document["steps"][id_]["config"]["values"][name] = draw(st.integers(0, 2))


def _var(document: Document, _id: str, draw: Any) -> None:
    document["vars"][draw(st.sampled_from(["a", "b", "c"]))] = draw(st.integers(1, 3))


def _add(document: Document, id_: str, draw: Any) -> None:
    new = f"new_{id_}"
    document["steps"][new] = step("set-data", config={"values": {"z": draw(st.integers(1, 2))}})
    if id_ in document["steps"]:
        document["wires"].append(_wire(id_, new))


def _remove(document: Document, id_: str, _draw: Any) -> None:
    document["steps"].pop(id_, None)
    document["wires"] = [
        one for one in document["wires"] if one["from"].split(":")[0] != id_ and one["to"] != id_
    ]


def _wires(document: Document, id_: str, draw: Any) -> None:
    other = draw(st.sampled_from(["s1", "s2", "s3", "s4"]))
    one = _wire(id_, other)
    if {id_, other} <= set(document["steps"]) and one not in document["wires"]:
        document["wires"].append(one)


def _renamed(document: Document, _id: str, draw: Any) -> None:
    document["name"] = draw(st.sampled_from(["A", "B"]))


_CHANGES = {
    "title": _title,
    "value": _value,
    "var": _var,
    "add": _add,
    "remove": _remove,
    "wire": _wires,
    "rename": _renamed,
}


@settings(max_examples=examples(40))
@given(edits())
def test_without_a_change_on_one_side_it_is_the_other(one: Document) -> None:
    assert put(one, base()).document == one
    assert put(base(), one).document == one
    assert put(one, one) == Merged(document=one, conflicts=())


@settings(max_examples=examples(60))
@given(edits(), edits())
def test_what_does_not_conflict_is_the_same_both_ways(one: Document, other: Document) -> None:
    there, back = put(one, other), put(other, one)

    assert {c.pointer for c in there.conflicts} == {
        c.pointer for c in back.conflicts
    } or there.notes
    if not there.conflicts and not there.notes:
        assert is_same(_loose(there.document), _loose(back.document))


@settings(max_examples=examples(80))
@given(edits(), edits())
def test_what_has_no_conflicts_works_if_both_sides_did(one: Document, other: Document) -> None:
    found = put(one, other)

    assert found.conflicts or errors(found.document) == []


@settings(max_examples=examples(60))
@given(edits(), edits(), st.sampled_from(["mine", "theirs"]))
def test_choosing_leads_to_an_end_that_works(one: Document, other: Document, side: str) -> None:
    choices: dict[str, Any] = {}
    for _ in range(4):
        found = put(one, other, choices)
        choices |= {conflict.pointer: side for conflict in found.conflicts}

    found = put(one, other, choices)
    assert found.conflicts == ()
    assert errors(found.document) == []


def test_two_wires_that_close_a_circle_are_asked_about() -> None:
    theirs, mine = base(), base()
    for one in (theirs, mine):
        one["steps"] |= {
            "p": step("set-data", config={"values": {"z": 1}}),
            "q": step("set-data", config={"values": {"z": 1}}),
        }
    started = deepcopy(mine)
    theirs["wires"] += [_wire("s4", "p"), _wire("p", "q")]
    mine["wires"] += [_wire("s4", "q"), _wire("q", "p")]

    found = merge(started, theirs, mine, REGISTRY)
    chosen = merge(started, theirs, mine, REGISTRY, {"/wires": "theirs"})

    [conflict] = found.conflicts
    assert conflict.why == "together the wires go round in a circle, through p, q"
    assert (conflict.mine, conflict.theirs) == ("q:done to p", "p:done to q")
    assert _wire("p", "q") in chosen.document["wires"]
    assert _wire("q", "p") not in chosen.document["wires"]


def test_a_step_that_one_took_away_and_the_other_reads_anew_is_asked_about() -> None:
    theirs, mine = base(), base()
    _remove(theirs, "s4", None)
    mine["steps"]["tell"] = step("set-data", config={"values": {"z": "= steps.s4.output.n"}})
    mine["wires"].append(_wire("s4", "tell"))

    [conflict] = put(theirs, mine).conflicts

    assert conflict.pointer == "/"
    assert "s4" in conflict.why
    assert put(theirs, mine, {"/": "mine"}).document == mine
    assert put(theirs, mine, {"/": "theirs"}).document == theirs


def test_a_conflict_is_told_by_the_step_and_the_field_with_secrets_hidden() -> None:
    theirs, mine, before = base(), base(), base()
    for one, said in ((before, "a"), (theirs, "b"), (mine, "hunter2")):
        headers = {"Authorization": said, "Accept": said}
        one["steps"]["s1"] = step("http-request", title="Ask", config={"headers": headers})

    found = merge(before, theirs, mine, REGISTRY)

    assert [(one.place, one.mine) for one in found.conflicts] == [
        ("“Ask”, field “Headers”, “Authorization”", "••••••"),
        ("“Ask”, field “Headers”, “Accept”", "hunter2"),
    ]


def test_an_overlay_and_a_tenants_edits_both_survive_an_update() -> None:
    newer, overlay = base(), base()
    newer["vars"]["c"] = 3
    overlay["steps"]["s2"]["title"] = "By the CSP"
    tenants = deepcopy(overlay)
    tenants["steps"]["s3"]["title"] = "By the tenant"

    layered = put(newer, overlay).document
    found = merge(overlay, layered, tenants, REGISTRY)

    assert found.conflicts == ()
    assert found.document["vars"]["c"] == 3
    assert found.document["steps"]["s2"]["title"] == "By the CSP"
    assert found.document["steps"]["s3"]["title"] == "By the tenant"


@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_a_rule_is_merged_field_by_field(side: Any) -> None:
    before = make_rule_document()
    theirs = {**before, "priority": 7, "name": "Theirs"}
    mine = {**before, "cooldown_s": 9, "name": "Mine"}

    [conflict] = merge(before, theirs, mine, REGISTRY).conflicts
    found = merge(before, theirs, mine, REGISTRY, {conflict.pointer: side})

    assert (conflict.place, conflict.mine, conflict.theirs) == ("Field “name”", "Mine", "Theirs")
    assert found.document == {**before, "priority": 7, "cooldown_s": 9, "name": side.title()}


def _loose(document: Document) -> Document:
    wires = sorted((one["from"], one["to"]) for one in document["wires"])
    return {**document, "wires": wires}
