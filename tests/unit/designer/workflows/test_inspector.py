"""The form of a node: made from its block's schemas, read back into the node."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from blocks.forms import Field
from blocks.registry import standard_registry
from designer.workflows.inspector import node_sections, read_node
from designer.workflows.palette import catalogue
from designer.workflows.trying import trial_start
from kernel.errors import InvalidError
from runtime.flows.layout import laid_out
from tests.factories.flows import flow_document, step
from tests.factories.tenancy import NOON

REGISTRY = standard_registry()


def _fields(node: dict[str, Any]) -> dict[str, Field]:
    sections = node_sections(node, REGISTRY)
    return {field.name: field for section in sections for field in section.fields}


def test_says_beside_the_field_what_is_missing() -> None:
    found = _fields(step("http-request"))

    assert found["/config/url"].error
    assert not found["/node/title"].error


def test_says_beside_the_field_that_a_number_would_lose_digits() -> None:
    values = _fields(step("set-data", config={"values": {"ticket": 10**17}}))["/config/values"]

    assert "write it as text" in values.rows[0].fields[0].error


def test_reads_settings_input_and_what_every_step_has() -> None:
    node = step("write-log", config={"level": "info"}, position=[16, 32], title="Old")
    form = MultiDict({"/config/message": "hello", "/input/message": "hello", "/node/title": "New"})

    read = read_node(node, form, REGISTRY)

    assert read["title"] == "New"
    assert read["position"] == [16, 32]
    assert "hello" in {*read["config"].values(), *read["input"].values()}


def test_an_emptied_title_goes_away() -> None:
    read = read_node(step("wait", title="Old"), MultiDict({"/node/title": ""}), REGISTRY)

    assert "title" not in read


def test_a_schedule_asks_for_times_and_zone() -> None:
    node = {"kind": "schedule", "cron": "* * * * *", "timezone": "UTC"}

    read = read_node(node, MultiDict({"/node/cron": "0 6 * * *"}), REGISTRY)

    assert {"/node/cron", "/node/timezone"} <= set(_fields(node))
    assert read["cron"] == "0 6 * * *"
    assert read["kind"] == "schedule"


def test_a_step_of_a_missing_block_keeps_its_settings() -> None:
    node = {"block": "gone.away", "version": "1.0.0", "config": {"kept": 1}}

    assert read_node(node, MultiDict({}), REGISTRY)["config"] == {"kept": 1}


def test_the_catalogue_has_every_block_and_kind_of_trigger() -> None:
    found = catalogue(REGISTRY, lambda block: f"/{block.manifest.id}")

    assert len(found) == len(REGISTRY.all()) + 4
    assert found["garland.switch@1.0.0"]["dynamic"]["from"] == "/cases"


def test_lays_out_only_what_nobody_placed() -> None:
    steps = {"a": step("wait"), "b": step("wait", position=[5, 5])}
    document = flow_document(steps, ["rule > a", "a:done > b"])

    found = laid_out(document)

    assert found["steps"]["a"]["position"] == [272, 0]
    assert found["steps"]["b"]["position"] == [5, 5]


def test_a_layout_ends_though_the_steps_go_in_a_circle() -> None:
    document = flow_document({"a": step("wait"), "b": step("wait")}, ["a:done > b", "b:done > a"])

    assert set(laid_out(document)["steps"]) == {"a", "b"}


def test_a_trial_takes_the_first_trigger_and_refuses_what_is_no_alarm() -> None:
    document = flow_document({}, [], triggers={"hand": {"kind": "manual"}})

    start = trial_start(document, {"managed_object": "link-7"}, by="Ada", now=NOON)

    assert (start.trigger_id, start.trigger["kind"]) == ("hand", "manual")
    with pytest.raises(InvalidError):
        trial_start(document, [], by="Ada", now=NOON)


def test_a_trial_of_a_webhook_takes_the_sample_as_its_body() -> None:
    document = flow_document({}, [], triggers={"hook": {"kind": "webhook"}})

    start = trial_start(document, {"site": "ZRH"}, by="Ada", now=NOON)

    assert start.trigger["body"] == {"site": "ZRH"}
    assert {"headers", "query", "received_at"} <= set(start.trigger)


def test_a_webhook_is_set_up_in_plain_words() -> None:
    node = {"kind": "webhook"}
    form = {"signed": "true", "respond": "when_done", "correlate": "trigger.body.ticket "}

    read = read_node(node, MultiDict({f"/node/{key}": form[key] for key in form}), REGISTRY)

    assert read == {
        "kind": "webhook",
        "signed": True,
        "respond": "when_done",
        "correlate": "= trigger.body.ticket",
    }
    labels = [field.label for field in _fields(read).values()]
    assert "Take signed deliveries only" in labels
    assert not any(field.can_toggle for field in _fields(read).values())
    assert read_node(read, MultiDict({"/node/correlate": ""}), REGISTRY) == {"kind": "webhook"}


def test_a_trial_of_a_schedule_sees_what_a_run_of_it_sees() -> None:
    clock = {"kind": "schedule", "every_s": 60, "timezone": "Europe/Berlin"}
    document = flow_document({}, [], triggers={"clock": clock})

    start = trial_start(document, {"managed_object": "link-7"}, by="Ada", now=NOON)

    assert start.trigger["at"] == "2026-11-24T12:00:00.000Z"
    assert start.trigger["scheduled_local"] == "2026-11-24T13:00:00"
    assert start.trigger["missed"] == 0


POLL = {
    "kind": "block",
    "block": "garland.poll-http",
    "version": "1.0.0",
    "config": {"url": "https://example.net/"},
}


def test_the_form_of_a_trigger_that_a_block_watches_for_has_its_settings_and_no_expressions() -> (
    None
):
    found = _fields(POLL)

    assert found["/config/url"].text == "https://example.net/"
    assert not any(field.can_toggle for field in found.values())
    assert "/input/cursor" not in found


def test_reads_the_form_of_a_trigger_that_a_block_watches_for() -> None:
    form = MultiDict(
        {"/config/url": "https://example.org/", "/node/every_s": "5", "/node/every_s/#unit": "min"}
    )

    read = read_node(POLL, form, REGISTRY)

    assert read["config"]["url"] == "https://example.org/"
    assert (read["every_s"], read["block"]) == (300, "garland.poll-http")
    assert "input" not in read


def test_the_palette_offers_blocks_that_start_workflows_as_triggers() -> None:
    entry = catalogue(REGISTRY, lambda _: "/icon.svg")["trigger:garland.poll-http@1.0.0"]

    assert (entry["sort"], entry["id"], entry["category"]) == ("trigger", "block", "Start")
    assert entry["config"]["block"] == "garland.poll-http"
