"""BPMN files of other tools: taken as far as it goes, and what is not is said with its remedy."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from blocks.registry import standard_registry
from kernel.errors import InvalidError
from runtime.flows.bpmn.reading import read_bpmn
from runtime.flows.exchange.carried import Carried
from runtime.flows.model import shape_problems
from runtime.flows.validate import check_flow

CAMUNDA = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler">
  <bpmn:message id="Message_1" name="Ticket closed"/>
  <bpmn:process id="Process_1" name="Handle a fibre cut" isExecutable="true">
    {inner}
  </bpmn:process>
  <bpmndi:BPMNDiagram id="BPMNDiagram_1"><bpmndi:BPMNPlane id="Plane_1" bpmnElement="Process_1">
    {shapes}
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""


def flow(start: str, end: str, condition: str = "", name: str = "") -> str:
    said = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}'
    inner = f"{said}</bpmn:conditionExpression>" if condition else ""
    ends = f'sourceRef="{start}" targetRef="{end}" name="{name}"'
    return f'<bpmn:sequenceFlow id="f_{start}_{end}" {ends}>{inner}</bpmn:sequenceFlow>'


def node(tag: str, id_: str, name: str = "", inner: str = "", **more: str) -> str:
    said = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<bpmn:{tag} id="{id_}" name="{name}"{said}>{inner}</bpmn:{tag}>'


def timer(kind: str, text: str) -> str:
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    )


def shape(id_: str, x: int, y: int, w: int = 100, h: int = 80) -> str:
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/>'
    return f'<bpmndi:BPMNShape id="{id_}_di" bpmnElement="{id_}">{bounds}</bpmndi:BPMNShape>'


def taken(*inner: str, shapes: str = "") -> Carried:
    """Read a process with these elements, started by hand unless it says how."""
    text = CAMUNDA.replace("{inner}", "".join(inner)).replace("{shapes}", shapes)
    (carried,) = read_bpmn(text.encode())
    assert shape_problems(carried.document) == []
    return carried


def wires(carried: Carried) -> set[str]:
    return {f"{one['from']} > {one['to']}" for one in carried.document["wires"]}


def steps(carried: Carried) -> dict[str, Any]:
    found: dict[str, Any] = carried.document["steps"]
    return found


def test_a_chain_of_tasks_becomes_steps_with_their_names_and_places() -> None:
    carried = taken(
        node("startEvent", "s", "Go"),
        node("userTask", "ask", "May we dispatch?"),
        node("callActivity", "call", "Dispatch", calledElement="Dispatch_crew"),
        node("endEvent", "e"),
        *(flow("s", "ask"), flow("ask", "call"), flow("call", "e")),
        shapes=shape("s", 150, 102, 36, 36) + shape("ask", 240, 80) + shape("call", 400, 80),
    )

    assert (carried.slug, carried.document["name"]) == ("handle-a-fibre-cut", "Handle a fibre cut")
    assert wires(carried) == {"go > may_we_dispatch", "may_we_dispatch:approved > dispatch"}
    assert steps(carried)["may_we_dispatch"] == {
        "block": "garland.approval",
        "version": "1.0.0",
        "config": {"title": "May we dispatch?"},
        "title": "May we dispatch?",
        "position": [378, 144],
    }
    assert steps(carried)["dispatch"]["config"] == {"flow": "dispatch-crew"}


def test_what_has_no_plain_block_becomes_a_placeholder_that_says_what_to_choose() -> None:
    inner = '<zeebe:taskDefinition type="open-ticket"/>'
    told = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
    carried = taken(
        node("startEvent", "s"),
        node("serviceTask", "t", "Open a ticket", told),
        flow("s", "t"),
    )

    step, who = steps(carried)["open_a_ticket"], "Service task “Open a ticket” (t)"
    became = "became a placeholder that only writes to the log: choose the block that does it, such"
    became += " as HTTP request"
    assert step["block"] == "garland.write-log"
    assert step["config"]["message"].startswith("Open a ticket: choose the block that does it")
    assert [note for note in carried.notes if "Open a ticket" in note] == [
        f"{who}: {became}, and remove it.",
        f"{who}: its tool was told: type open-ticket.",
    ]
    errors = [
        one for one in check_flow(carried.document, standard_registry()) if one.severity == "error"
    ]
    assert errors == []


def test_two_ways_become_a_branch_and_more_a_switch() -> None:
    two = taken(
        node("startEvent", "s"),
        node("exclusiveGateway", "g", "Gold?", default="f_g_b"),
        *(node("task", "a", "A"), node("task", "b", "B")),
        *(flow("s", "g"), flow("g", "a", "${tier == 'gold'}"), flow("g", "b")),
    )
    three = taken(
        node("startEvent", "s"),
        node("exclusiveGateway", "g", "Tier?", default="f_g_c"),
        *(node("task", name, name.upper()) for name in "abc"),
        *(flow("s", "g"), flow("g", "a", "=tier = 1", "Gold")),
        *(flow("g", "b", "=tier = 2", "Silver"), flow("g", "c")),
    )

    assert steps(two)["gold"]["config"] == {"when": "tier == 'gold'"}
    assert {"gold:yes > a", "gold:no > b"} <= wires(two)
    assert [one["port"] for one in steps(three)["tier"]["config"]["cases"]] == [
        "gold_1",
        "silver_2",
    ]
    assert {"tier:gold_1 > a", "tier:silver_2 > b", "tier:otherwise > c"} <= wires(three)
    assert any("check that they can be asked here: =tier = 1" in note for note in three.notes)


def test_one_way_with_a_condition_is_a_choice_too() -> None:
    carried = taken(
        node("startEvent", "s"),
        *(node("exclusiveGateway", "g", "Gold?"), node("task", "a", "A")),
        *(flow("s", "g"), flow("g", "a", "${tier == 'gold'}")),
    )

    assert steps(carried)["gold"]["config"] == {"when": "tier == 'gold'"}
    assert wires(carried) == {"start > gold", "gold:yes > a"}
    assert any("check that they can be asked here" in note for note in carried.notes)


def test_gateways_that_fork_and_join_become_wires() -> None:
    carried = taken(
        node("startEvent", "s"),
        *(node("parallelGateway", "fork"), node("parallelGateway", "join")),
        *(node("task", "a", "A"), node("task", "b", "B"), node("task", "c", "C")),
        *(flow("s", "fork"), flow("fork", "a"), flow("fork", "b")),
        *(flow("a", "join"), flow("b", "join"), flow("join", "c")),
    )

    assert wires(carried) == {"start > a", "start > b", "a:done > c", "b:done > c"}


@pytest.mark.parametrize(
    ("definition", "trigger", "told"),
    [
        pytest.param(
            timer("timeCycle", "R/PT15M"), {"timing": "interval", "every_s": 900}, "", id="every"
        ),
        pytest.param(
            timer("timeCycle", "0 30 6 * * MON"),
            {"timing": "cron", "cron": "30 6 * * mon"},
            "",
            id="cron with seconds",
        ),
        pytest.param(timer("timeCycle", "now and then"), {}, "is not taken", id="no known time"),
        pytest.param(
            "<bpmn:messageEventDefinition/>", {"kind": "webhook"}, "webhook", id="message"
        ),
        pytest.param("<bpmn:signalEventDefinition/>", {"kind": "rule"}, "rule", id="signal"),
        pytest.param("<bpmn:errorEventDefinition/>", {"kind": "manual"}, "by hand", id="error"),
    ],
)
def test_what_starts_it_becomes_a_trigger(
    definition: str, trigger: dict[str, Any], told: str
) -> None:
    carried = taken(node("startEvent", "s", "", definition), node("task", "t"), flow("s", "t"))

    found = carried.document["triggers"]["start"]
    assert found == {"kind": "schedule", **trigger}
    assert any(told in note for note in carried.notes)


def test_waits_become_waiting_blocks() -> None:
    message = '<bpmn:messageEventDefinition messageRef="Message_1"/>'
    carried = taken(
        node("startEvent", "s"),
        node("intermediateCatchEvent", "w", "Settle", timer("timeDuration", "PT5M")),
        node("intermediateCatchEvent", "m", "Closed", message),
        *(flow("s", "w"), flow("w", "m")),
    )

    assert steps(carried)["settle"]["config"] == {"for_s": 300}
    assert steps(carried)["closed"]["config"] == {"event": "message"}
    assert any("message Ticket closed: give it a correlation value" in one for one in carried.notes)


def test_boundary_events_become_the_ports_that_steps_have() -> None:
    carried = taken(
        node("startEvent", "s"),
        *(node("userTask", "ask", "Ask"), node("serviceTask", "do", "Do")),
        *(node("task", "late", "Late"), node("task", "broken", "Broken")),
        node("boundaryEvent", "t", "", timer("timeDuration", "PT1H"), attachedToRef="ask"),
        node("boundaryEvent", "x", "", "<bpmn:errorEventDefinition/>", attachedToRef="do"),
        node("boundaryEvent", "y", "Off", "<bpmn:signalEventDefinition/>", attachedToRef="do"),
        *(flow("s", "ask"), flow("ask", "do"), flow("t", "late"), flow("x", "broken")),
        flow("y", "late"),
    )

    assert {"ask:timeout > late", "do:error > broken"} <= wires(carried)
    assert steps(carried)["ask"]["config"]["timeout_s"] == 3_600
    assert any(one.startswith("Boundary event “Off” (y): left out") for one in carried.notes)


def test_sub_processes_become_loops_with_a_body() -> None:
    each = '<bpmn:multiInstanceLoopCharacteristics isSequential="true"/>'
    inner = node("startEvent", "s2") + node("task", "a", "Inside") + flow("s2", "a")
    carried = taken(
        node("startEvent", "s"),
        node("subProcess", "p", "Each site", inner + each),
        node("subProcess", "q", "Once", node("task", "b", "B")),
        *(flow("s", "p"), flow("p", "q")),
    )

    assert steps(carried)["each_site"]["block"] == "garland.for-each"
    assert list(steps(carried)["each_site"]["body"]["steps"]) == ["inside"]
    assert steps(carried)["once"]["config"] == {"items": [1]}
    assert any("say in its settings which items" in note for note in carried.notes)


def test_ends_end_the_run_only_where_they_say_so() -> None:
    carried = taken(
        node("startEvent", "s"),
        *(node("parallelGateway", "g"), node("endEvent", "plain")),
        node("endEvent", "stop", "Stop", "<bpmn:terminateEventDefinition/>"),
        node("endEvent", "bad", "Refused", "<bpmn:errorEventDefinition/>"),
        *(flow("s", "g"), flow("g", "plain"), flow("g", "stop"), flow("g", "bad")),
    )

    assert {name: one["block"] for name, one in steps(carried).items()} == {
        "stop": "garland.end",
        "refused": "garland.fail",
    }


def test_what_a_workflow_has_no_place_for_is_said_by_name() -> None:
    carried = taken(
        '<bpmn:laneSet id="lanes"/><bpmn:dataObjectReference id="d" name="Order"/>',
        node("startEvent", "s"),
        *(node("task", "a", "A"), node("task", "b", "B")),
        *(flow("s", "a"), flow("a", "b", "${late}"), flow("b", "a")),
        node("eventBasedGateway", "e", "First of"),
        node("subProcess", "p", "On cancel", "", triggeredByEvent="true"),
    )

    said = "\n".join(carried.notes)
    assert "laneSet lanes: left out; a workflow has no lanes" in said
    assert "dataObjectReference Order: left out" in said
    assert "Task “A” (a): leaves by a condition (${late}): put a Branch there." in said
    assert "a → b go in a circle: put what is repeated into Repeat until." in said
    assert "choose Wait for an event with a time limit" in said
    assert "Sub process “On cancel” (p): left out: make a workflow of its own of it." in said


def test_annotations_become_notes_and_groups_keep_what_stands_in_them() -> None:
    note = '<bpmn:textAnnotation id="n"><bpmn:text>Ask Marta</bpmn:text></bpmn:textAnnotation>'
    carried = taken(
        node("task", "a", "A"),
        note,
        '<bpmn:group id="g"/>',
        shapes=shape("a", 100, 100) + shape("n", 0, 0) + shape("g", 50, 50, 300, 300),
    )

    canvas = carried.document["canvas"]
    assert [one["text"] for one in canvas["notes"].values()] == ["Ask Marta"]
    assert [one["steps"] for one in canvas["groups"].values()] == [["a"]]
    assert "Nothing starts it: add a trigger in the designer." in carried.notes


def test_each_process_of_a_file_becomes_a_workflow() -> None:
    second = '</bpmn:process><bpmn:process id="P2" name="Second"><bpmn:task id="t"/>'
    text = CAMUNDA.replace("{inner}", node("task", "a") + second).replace("{shapes}", "")

    assert [one.slug for one in read_bpmn(text.encode())] == ["handle-a-fibre-cut", "second"]


LAUGHS = """<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&b;</definitions>"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(LAUGHS, "document type", id="entities that laugh"),
        pytest.param('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "document type", id="outside"),
        pytest.param("<a>" * 500, "deep", id="too deep"),
        pytest.param("<definitions/>", "no BPMN 2.0", id="no namespace"),
        pytest.param("<a", "no XML", id="cut off"),
        pytest.param(CAMUNDA, "no process with anything in it", id="nothing drawn"),
    ],
)
def test_what_is_no_diagram_is_refused(text: str, told: str) -> None:
    with pytest.raises(InvalidError, match=told):
        read_bpmn(text.replace("{inner}", "").replace("{shapes}", "").encode())


def test_a_flow_that_goes_round_and_round_through_gateways_ends() -> None:
    carried = taken(
        node("startEvent", "s"),
        *(node("parallelGateway", "g"), node("parallelGateway", "h")),
        *(flow("s", "g"), flow("g", "h"), flow("h", "g")),
    )

    assert (steps(carried), wires(carried)) == ({}, set())


def many(form: str, count: int) -> str:
    return "".join(form.replace("@", str(number)) for number in range(count))


TANGLE = '<bpmn:task id="n@"/>' + flow("n@", "g") + flow("g", "n@")


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        pytest.param("<a/>" * 100_000, "100,000 elements: part it", id="elements"),
        pytest.param(many('<bpmn:task id="n@"/>', 10_001), "10,000 tasks", id="tasks"),
        pytest.param(many('<bpmn:group id="g@"/>', 1_001), "1,000 groups", id="groups"),
        pytest.param(
            node("parallelGateway", "g") + many(TANGLE, 500), "too many ways lead on", id="ways"
        ),
        pytest.param(" " * (5 << 20), "larger than 5,242,880 bytes: part it", id="bytes"),
    ],
)
def test_a_diagram_too_large_to_be_read_in_a_moment_is_refused(inner: str, told: str) -> None:
    with pytest.raises(InvalidError, match=told):
        taken(inner)


@pytest.mark.parametrize(
    "inner",
    [
        pytest.param(
            node("task", "a", inner="a" * (4 << 20) + "<t/>a" * 20_000), id="pieces of text"
        ),
        pytest.param(many('<bpmn:task id="n@" name="x"/>', 2_000), id="one name for all"),
        pytest.param(
            node("task", "a")
            + many(
                '<bpmn:boundaryEvent id="n@" attachedToRef="a">'
                "<bpmn:errorEventDefinition/></bpmn:boundaryEvent>",
                9_000,
            ),
            id="errors of one task",
        ),
    ],
)
def test_reading_takes_time_only_as_a_diagram_grows(inner: str) -> None:
    began = process_time()
    taken(inner)

    assert process_time() - began < 3
