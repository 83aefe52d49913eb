"""What works well after a block: an organisation's own ways first, then those of templates."""

from __future__ import annotations

from collections import Counter

from designer.palette.memory import placed_in
from designer.palette.suggesting import SHOWN, ranked, template_pairs
from runtime.flows.following import ANY, Pair, pairs_of
from tests.factories.flows import flow_document, step

WAIT, END, MAIL = "garland.wait", "garland.end", "garland.send-email"
TICKET = "garland.create-trouble-ticket"


def test_a_pair_is_counted_once_in_a_workflow_for_its_way_out_and_for_any() -> None:
    steps = {"a": step("wait"), "b": step("end"), "c": step("end")}

    found = pairs_of(flow_document(steps, ["rule > a", "a:done > b", "a > c"]))

    assert found == {
        Pair("trigger:rule", "", WAIT),
        Pair("trigger:rule", ANY, WAIT),
        Pair(WAIT, "done", END),
        Pair(WAIT, ANY, END),
    }


def test_what_catches_an_error_is_no_usual_way_on() -> None:
    steps = {"a": step("wait"), "b": step("end")}

    found = pairs_of(flow_document(steps, ["a:error > b"]))

    assert found == {Pair(WAIT, "error", END)}


def test_the_inside_of_a_loop_counts() -> None:
    body = {"steps": {"x": step("wait"), "y": step("end")}, "wires": [{"from": "x", "to": "y"}]}

    found = pairs_of(flow_document({"loop": {**step("for-each"), "body": body}}, []))

    assert Pair(WAIT, "done", END) in found


def test_the_most_usual_comes_first_and_ones_own_before_templates() -> None:
    own = {Pair(WAIT, "done", END): 1, Pair(WAIT, "done", MAIL): 4}
    templates = {Pair(WAIT, "done", TICKET): 9, Pair(WAIT, "done", END): 9}

    found = ranked(own, templates)[f"{WAIT}:done"]

    assert found == [
        (MAIL, "in 4 of your workflows"),
        (END, "in one of your workflows"),
        (TICKET, "in 9 templates"),
    ]


def test_no_more_are_offered_than_a_glance_takes_in() -> None:
    own = Counter({Pair(WAIT, "done", f"acme.b{number}"): 1 for number in range(20)})

    assert len(ranked(own, {})[f"{WAIT}:done"]) == SHOWN


def test_templates_help_where_nothing_is_live_yet() -> None:
    found = ranked({}, template_pairs())

    assert any(end.startswith("trigger:rule:") for end in found)


def test_what_is_placed_is_what_a_draft_has_more_of_the_last_first() -> None:
    before = flow_document({"a": step("wait")}, [])
    after = flow_document({"a": step("wait"), "b": step("end"), "c": step("wait")}, [])

    assert placed_in(before, after) == [WAIT, END]
    assert placed_in(after, before) == []
