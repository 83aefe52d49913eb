"""Workflows as BPMN 2.0: valid, drawn, and read back as the same workflow."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree  # type: ignore[import-untyped]

from blocks.registry import standard_registry
from runtime.flows._schema import STEPS_MAX
from runtime.flows.bpmn.reading import read_bpmn
from runtime.flows.bpmn.words import MODEL
from runtime.flows.bpmn.writing import write_bpmn
from runtime.flows.exchange.canonical import canonical_text
from runtime.flows.exchange.secrets import without_secrets
from runtime.flows.layout import laid_out
from tests.factories.flows import flow_document, step
from tests.support.size import examples
from tests.unit.runtime.flows.documents import flow_documents
from tests.unit.runtime.flows.test_exchange import DEMO, FILES, document_of

SCHEMAS = Path(__file__).parents[4] / "node_modules/bpmn-moddle/resources/bpmn/xsd/BPMN20.xsd"
READER = Path(__file__).parents[3] / "support" / "read_bpmn.mjs"


needs_schemas = pytest.mark.skipif(
    not SCHEMAS.is_file(), reason="the XML schemas of BPMN come with the npm package bpmn-moddle"
)


@cache
def compiled() -> Any:
    return etree.XMLSchema(etree.parse(SCHEMAS))


def bpmn(document: dict[str, Any]) -> str:
    return write_bpmn(document, standard_registry(), slug="it")


def tree(document: dict[str, Any]) -> Any:
    return etree.fromstring(bpmn(document).encode())


def tags(document: dict[str, Any]) -> Counter[str]:
    """Count what stands in the process, sub-processes too."""
    process = tree(document).find(f"{{{MODEL}}}process")
    assert process is not None
    return Counter(etree.QName(one).localname for one in process.iter("*"))


def flows(document: dict[str, Any]) -> set[str]:
    """Give the sequence flows as "source > target"."""
    found = tree(document).iter(f"{{{MODEL}}}sequenceFlow")
    return {f"{one.get('sourceRef')} > {one.get('targetRef')}" for one in found}


@pytest.mark.parametrize(
    "document",
    [*DEMO, *map(document_of, FILES)],
    ids=[*(one["name"] for one in DEMO), *(one.parents[1].name for one in FILES)],
)
def test_every_workflow_that_comes_with_garland_is_read_back(document: dict[str, Any]) -> None:
    (carried,) = read_bpmn(bpmn(document).encode())

    assert (carried.slug, carried.notes) == ("it", ())
    assert canonical_text(carried.document) == canonical_text(document)


@needs_schemas
def test_every_workflow_that_comes_with_garland_is_valid() -> None:
    for document in [*DEMO, *map(document_of, FILES)]:
        compiled().assertValid(tree(document))


def test_a_workflow_of_as_many_steps_as_there_may_be_is_read_back() -> None:
    config = {"url": "https://crm.example/customers", "method": "GET"}
    steps = {f"ask_{n}": step("http-request", config=config) for n in range(STEPS_MAX)}
    onward = [f"ask_{n}:done > ask_{n + 1}" for n in range(STEPS_MAX - 1)]
    document = laid_out(flow_document(steps, ["hand > ask_0", *onward]))

    (carried,) = read_bpmn(bpmn(document).encode())

    assert canonical_text(carried.document) == canonical_text(document)


@settings(max_examples=examples(30))
@given(flow_documents)
def test_any_workflow_of_the_schema_is_read_back(document: dict[str, Any]) -> None:
    safe, left_out = without_secrets(document, standard_registry())

    (carried,) = read_bpmn(bpmn(document).encode())

    assert canonical_text(carried.document) == canonical_text(safe)
    assert carried.left_out == tuple(left_out)


@needs_schemas
@settings(max_examples=examples(30))
@given(flow_documents)
def test_any_workflow_of_the_schema_is_valid(document: dict[str, Any]) -> None:
    compiled().assertValid(tree(document))


@needs_schemas
def test_the_reader_of_bpmn_io_has_nothing_to_complain_of() -> None:
    files = [bpmn(one) for one in [*DEMO, *map(document_of, FILES)]]

    done = subprocess.run(
        ["node", READER], input=json.dumps(files), capture_output=True, text=True, check=True
    )

    found = json.loads(done.stdout)
    assert [one["warnings"] for one in found] == [[]] * len(files)
    assert all(one["nodes"] > 0 and one["shapes"] > 0 for one in found)


@pytest.mark.parametrize(
    ("trigger", "definition"),
    [
        pytest.param({"kind": "rule"}, "conditionalEventDefinition", id="a rule"),
        pytest.param({"kind": "webhook"}, "messageEventDefinition", id="a webhook"),
        pytest.param({"kind": "schedule", "cron": "0 6 * * *"}, "timeCycle", id="a cron line"),
        pytest.param({"kind": "schedule", "every_s": 60}, "timeCycle", id="an interval"),
        pytest.param(
            {"kind": "schedule", "at": "2026-12-01T06:00:00Z"}, "timeDate", id="one moment"
        ),
    ],
)
def test_what_starts_it_is_a_start_event_of_its_kind(
    trigger: dict[str, Any], definition: str
) -> None:
    found = tags(flow_document({}, [], triggers={"go": trigger}))

    assert (found["startEvent"], found[definition]) == (1, 1)


@pytest.mark.parametrize(
    ("name", "element"),
    [
        pytest.param("approval", "userTask", id="people decide"),
        pytest.param("send-email", "sendTask", id="something is sent"),
        pytest.param("http-request", "serviceTask", id="a system is called"),
        pytest.param("set-data", "scriptTask", id="data is worked on"),
        pytest.param("decide", "businessRuleTask", id="a table decides"),
        pytest.param("call-workflow", "callActivity", id="a workflow is called"),
        pytest.param("wait", "intermediateCatchEvent", id="time passes"),
        pytest.param("wait-for-event", "receiveTask", id="an event is waited for"),
        pytest.param("branch", "exclusiveGateway", id="one way or the other"),
        pytest.param("end", "endEvent", id="it ends"),
        pytest.param("not-there", "task", id="a block that is not installed"),
    ],
)
def test_a_step_is_the_element_that_its_block_is(name: str, element: str) -> None:
    document = flow_document({"it": step(name)}, ["hand > it"])

    assert tags(document)[element] == 1


def test_ways_out_are_conditional_flows_and_the_error_port_a_boundary_event() -> None:
    steps = {
        "site": step("look-up-table", config={"table": "sites"}),
        "a": step("set-data"),
        "b": step("set-data"),
        "c": step("write-log"),
    }
    document = flow_document(
        steps, ["hand > site", "site:found > a", "site:not-found > b", "site:error > c"]
    )

    assert {
        "step_site > ways_site",
        "ways_site > step_a",
        "ways_site > step_b",
        "error_site > step_c",
    } <= flows(document)
    assert tags(document)["errorEventDefinition"] == 1


def test_a_branch_that_only_goes_on_for_no_ends_for_yes() -> None:
    steps = {"ask": step("branch", config={"when": "vars.x > 1"}), "a": step("write-log")}
    document = flow_document(steps, ["hand > ask", "ask:no > a"])

    assert {"step_ask > step_a", "step_ask > end_step_ask"} <= flows(document)
    (carried,) = read_bpmn(bpmn(document).encode())
    assert sorted(one["from"] for one in carried.document["wires"]) == ["ask:no", "hand"]


def test_a_way_that_leads_to_several_forks_and_joins_in_parallel() -> None:
    steps = {name: step("set-data") for name in ("a", "b", "c", "d")}
    document = flow_document(
        steps, ["hand > a", "a:done > b", "a:done > c", "b:done > d", "c:done > d"]
    )

    assert tags(document)["parallelGateway"] == 2
    assert {"fork_step_a > step_b", "step_c > join_d", "join_d > step_d"} <= flows(document)


def test_ways_of_a_branch_join_as_inclusive_which_waits_for_what_may_come() -> None:
    steps = {
        "ask": step("branch", config={"when": "true"}),
        "a": step("set-data"),
        "b": step("set-data"),
        "c": step("set-data"),
    }
    wires = ["hand > ask", "ask:yes > a", "ask:no > b", "a:done > c", "b:done > c"]

    found = tags(flow_document(steps, wires))

    assert (found["inclusiveGateway"], found["parallelGateway"]) == (1, 0)


def test_a_loop_is_a_sub_process_with_its_body_in_it() -> None:
    body = {"steps": {"a": step("set-data")}, "wires": []}
    steps = {
        "each": step("for-each", config={"items": [1]}, body=body),
        "again": step("repeat", config={"until": "true", "rounds_max": 3}, body=body),
    }

    found = tags(flow_document(steps, []))

    assert found["subProcess"] == 2
    assert found["multiInstanceLoopCharacteristics"] == 1
    assert found["standardLoopCharacteristics"] == 1


def test_the_diagram_has_a_shape_for_each_node_and_an_edge_for_each_flow() -> None:
    text = bpmn(laid_out(DEMO[-1]))

    nodes = re.findall(
        r'<(?:\w*Event|\w*[tT]ask|\w*Gateway|subProcess|callActivity) id="([^"]+)"', text
    )
    shown = re.findall(r'<bpmndi:BPMNShape id="[^"]+" bpmnElement="([^"]+)"', text)
    edges = re.findall(r'<bpmndi:BPMNEdge id="[^"]+" bpmnElement="([^"]+)"', text)
    assert sorted(shown) == sorted(nodes)
    assert sorted(edges) == sorted(re.findall(r'<sequenceFlow id="([^"]+)"', text))
    assert len(nodes) > 15


def test_notes_and_groups_come_along() -> None:
    document = flow_document({"a": step("set-data", position=[0, 0])}, [])
    document["canvas"] = {
        "notes": {"n": {"text": "Ask Marta", "position": [0, 200]}},
        "groups": {"g": {"title": "Night", "colour": "blue", "steps": ["a"]}},
    }

    text = bpmn(document)

    assert "<text>Ask Marta</text>" in text
    assert 'value="Night"' in text
    assert read_bpmn(text.encode())[0].document["canvas"] == document["canvas"]


def test_a_diagram_of_ours_that_was_changed_keeps_what_each_step_is_set_up_with() -> None:
    text = bpmn(DEMO[0]).replace('name="Write it down"', 'name="Log it"')

    (carried,) = read_bpmn(text.encode())

    renamed = next(
        one for one in carried.document["steps"].values() if one.get("title") == "Log it"
    )
    before = next(one for one in DEMO[0]["steps"].values() if one.get("title") == "Write it down")
    assert renamed == {**before, "title": "Log it"}
    assert carried.notes[0].startswith("The diagram was changed by another tool")
    assert {tuple(one.values()) for one in carried.document["wires"]} == {
        tuple(one.values()) for one in DEMO[0]["wires"]
    }
