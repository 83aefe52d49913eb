"""A step or a variable called otherwise: whatever reads it follows, nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.registry import standard_registry
from kernel.errors import InvalidError
from runtime.drafts.renaming import Renaming, Sort, rename
from runtime.expressions.rewriting import renamed
from tests.factories.flows import chain_document, step

REGISTRY = standard_registry()


def done(document: dict[str, Any], sort: Sort, old: str, new: str) -> Renaming:
    return rename(document, sort, old, new, REGISTRY)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("steps.a.output.a", "steps.b.output.a", id="a path"),
        pytest.param("steps['a'].output", "steps['b'].output", id="by its name in brackets"),
        pytest.param("steps.?a.output.orValue(1)", "steps.?b.output.orValue(1)", id="optional"),
        pytest.param("steps.`a`.output", "steps.`b`.output", id="in backticks"),
        pytest.param("steps.a.n + steps.a.m", "steps.b.n + steps.b.m", id="twice"),
        pytest.param("'steps.a' + steps.ab.x", "'steps.a' + steps.ab.x", id="text, and another"),
        pytest.param("trigger.steps.a // steps.a", "trigger.steps.a // steps.a", id="no variable"),
        pytest.param("steps[a].output", "steps[a].output", id="known only while running"),
    ],
)
def test_an_expression_follows_what_it_reads_and_not_what_looks_like_it(
    before: str, after: str
) -> None:
    assert renamed(before, {("steps", "a"): "b"}) == after


def test_expressions_conditions_undos_bodies_wires_and_groups_follow_a_step() -> None:
    document = chain_document(2)
    document["steps"]["ask"] = step("branch", config={"when": "steps.s1.output.n > 1"})
    undo = step("set-data", config={"values": {"u": "= steps.s1.output.n"}})
    inner = step("set-data", config={"values": {"i": "= steps.s1.output.n"}}, undo=undo)
    document["steps"]["each"] = step("for-each", body={"steps": {"inner": inner}, "wires": []})
    document["canvas"] = {"groups": {"g": {"title": "G", "steps": ["s1"]}}}

    found = done(document, "step", "s1", "first")

    steps = found.document["steps"]
    assert steps["ask"]["config"]["when"] == "steps.first.output.n > 1"
    assert steps["s2"]["config"]["values"]["n"] == "= steps.first.output.n + 1"
    inside = steps["each"]["body"]["steps"]["inner"]
    assert inside["config"]["values"]["i"] == "= steps.first.output.n"
    assert inside["undo"]["config"]["values"]["u"] == "= steps.first.output.n"
    assert found.document["canvas"]["groups"]["g"]["steps"] == ["first"]
    assert "s1" not in str(found.document)
    assert (len(found.rewrites), found.wires) == (4, 3)


def test_a_variable_is_renamed_where_it_is_read_and_set() -> None:
    document = {**chain_document(1), "vars": {"site": "ZRH", "n": 1}}
    document["steps"]["set"] = step("set-variables", config={"values": {"n": "= vars.n + 1"}})

    found = done(document, "variable", "n", "tries").document

    assert found["vars"] == {"site": "ZRH", "tries": 1}
    assert found["steps"]["set"]["config"]["values"] == {"tries": "= vars.tries + 1"}


@pytest.mark.parametrize(
    ("old", "new", "remedy"),
    [
        pytest.param("s1", "s2", "s2 is taken: choose another, such as s2_2", id="taken"),
        pytest.param("s1", "rule", "such as rule_2", id="taken by a trigger"),
        pytest.param("s1", "Two words", "use small letters", id="no name"),
        pytest.param("s1", "in", "such as in_value", id="a word of expressions"),
        pytest.param("s9", "x", "there is no step s9", id="not there"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_remedy(old: str, new: str, remedy: str) -> None:
    with pytest.raises(InvalidError) as refused:
        done(chain_document(2), "step", old, new)

    assert remedy in refused.value.message


def test_renaming_there_and_back_gives_the_same() -> None:
    document = chain_document(3)

    there = done(document, "step", "s2", "second").document

    assert done(there, "step", "second", "s2").document == document
