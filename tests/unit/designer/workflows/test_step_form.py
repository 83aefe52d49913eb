"""What every step has beside its settings: retries in a sentence, and what takes it back."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from blocks.registry import standard_registry
from designer.inspecting.failing import failing_of
from designer.workflows.inspector import node_sections, read_node
from tests.factories.flows import flow_document, step

REGISTRY = standard_registry()


def test_a_sentence_that_says_nothing_of_retries_leaves_none() -> None:
    form = MultiDict({"/node/retry": "{}", "/node/retry/base_s": "5"})

    assert "retry" not in read_node(step("wait"), form, REGISTRY)


def test_what_the_sentence_does_not_show_of_retries_is_kept() -> None:
    node = step("wait", retry={"max": 1, "jitter": 0.5})
    form = MultiDict({"/node/retry": "{}", "/node/retry/max": "3"})

    assert read_node(node, form, REGISTRY)["retry"] == {"max": 3, "jitter": 0.5}


def test_a_block_that_takes_a_step_back_is_chosen_set_up_and_let_go() -> None:
    node = step("raise-alarm")

    chosen = read_node(node, MultiDict({"/undo/block": "garland.clear-alarm@1.0.0"}), REGISTRY)
    form = {"/undo/block": "garland.clear-alarm@1.0.0", "/undo/input/alarm_id": "= run.id"}
    filled = read_node(chosen, MultiDict(form), REGISTRY)
    gone = read_node(filled, MultiDict({"/undo/block": ""}), REGISTRY)

    assert "Undo: data in" in [one.title for one in node_sections(chosen, REGISTRY)]
    assert filled["undo"]["input"]["alarm_id"] == "= run.id"
    assert "undo" not in gone


def test_only_who_may_place_work_chooses_the_workers() -> None:
    form = MultiDict({"/node/worker_group": "edge"})

    assert "worker_group" not in read_node(step("wait"), form, REGISTRY)
    assert read_node(step("wait"), form, REGISTRY, may_place=True)["worker_group"] == "edge"
    kept = read_node(step("wait", worker_group="core"), form, REGISTRY)
    assert kept["worker_group"] == "core"


def test_it_is_said_where_a_run_goes_on_when_a_step_fails() -> None:
    document = flow_document(
        {"a": step("wait"), "b": step("wait")}, ["rule > a", "a:error > b"], name="Flow"
    )
    document["settings"] = {"on_failure": {"alarm": "major"}}

    failing = failing_of(document, "a", {"b": "Tell somebody"})

    assert failing == (["Tell somebody"], "major")
    assert failing_of(document, "b", {}).goes_to == []
