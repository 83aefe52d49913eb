"""What a node of another tool's diagram becomes: a block where that is plain, else a placeholder.

Pure. A placeholder writes to the log and goes on, so that the workflow can be tried as it is; its
note says which block to choose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.ids import slugify
from kernel.numbers import whole_number
from runtime.flows.bpmn._times import is_moment, schedule_of, seconds_of
from runtime.flows.bpmn.words import MODEL, SUB_PROCESSES
from runtime.xml_files import Element

VERSION = "1.0.0"
MAIN_PORTS = {
    "garland.approval": "approved",
    "garland.wait-for-event": "happened",
    "garland.decide": "decided",
    "garland.branch": "yes",
    "garland.switch": "otherwise",
}
"""The port that a step leaves by when it went well, where that is not `done`."""
_INSTEAD = {
    "task": "the block that does it",
    "manualTask": "Approval where somebody has to say that it is done",
    "serviceTask": "the block that does it, such as HTTP request",
    "sendTask": "a block such as Send e-mail or Send chat message",
    "scriptTask": "Set data, or Code for a script",
    "intermediateThrowEvent": "a block such as Send e-mail or HTTP request",
    "endEvent": "a block that tells, such as Send e-mail",
    "eventBasedGateway": "Wait for an event with a time limit, and draw on from its ports",
}
_KINDS = {
    "messageEventDefinition": "message",
    "timerEventDefinition": "timer",
    "signalEventDefinition": "signal",
    "conditionalEventDefinition": "condition",
    "errorEventDefinition": "error",
    "terminateEventDefinition": "terminate",
    "escalationEventDefinition": "escalation",
    "compensateEventDefinition": "compensation",
    "cancelEventDefinition": "cancel",
    "linkEventDefinition": "link",
}


@dataclass(slots=True)
class Mapped:
    """What a node becomes.

    Attributes:
        node: The document of a step or trigger; None where none is needed.
        notes: What a person has to know and do.
    """

    node: dict[str, Any] | None
    notes: list[str] = field(default_factory=list)


def kind_of(event: Element) -> str:
    """Say what an event is about: "" for nothing in particular, "multiple" for several things."""
    found = [_KINDS[one.local] for one in event.children if one.local in _KINDS]
    return found[0] if len(found) == 1 else "multiple" if found else ""


def timer_of(event: Element) -> tuple[str, str]:
    """Give how an event's timer is set, and to what."""
    timer = event.first("timerEventDefinition")
    for name in ("timeDuration", "timeDate", "timeCycle"):
        if timer is not None and timer.first(name) is not None:
            return name, timer.said(name)
    return "", ""


def trigger_for(event: Element) -> Mapped:
    """Say what a start event becomes."""
    kind = kind_of(event)
    if kind == "timer":
        return _schedule(event)
    told = {
        "message": ("webhook", "became a webhook: it has an address once it is published"),
        "signal": ("rule", "its signal became a rule: say in a rule which alarms start this"),
        "condition": ("rule", "its condition became a rule: say in one which alarms start this"),
        "": ("manual", ""),
    }
    found, note = told.get(kind, ("manual", f"started by {kind}, which is not known: now by hand"))
    return Mapped({"kind": found}, [note] if note else [])


def _schedule(event: Element) -> Mapped:
    name, text = timer_of(event)
    when = schedule_of(name, text)
    told = f"its time {text!r} is not taken: say in its settings when it starts"
    return Mapped({"kind": "schedule", **(when or {})}, [] if when is not None else [told])


def step_for(node: Element, title: str, messages: Mapping[str, str]) -> Mapped:
    """Say what a task or event becomes; sub-processes and gateways are dealt with elsewhere."""
    makers = {
        "userTask": _question,
        "businessRuleTask": _decision,
        "callActivity": _call,
        "receiveTask": _message,
        "intermediateCatchEvent": _catch,
        "endEvent": _ending,
    }
    if node.local == "intermediateThrowEvent" and not kind_of(node):
        return Mapped(None)
    make = makers.get(node.local, placeholder)
    return make(node, title, messages)


def placeholder(node: Element, title: str, _messages: Mapping[str, str]) -> Mapped:
    """Put a step in its place that says what to choose."""
    instead = _INSTEAD.get(node.local, _INSTEAD["task"])
    config = {"message": f"{title or 'This step'}: choose {instead}"[:1_000]}
    told = f"became a placeholder that only writes to the log: choose {instead}, and remove it"
    found = Mapped(block("write-log", config), [told])
    said = [f"{key.rpartition(' ')[2]} {value}" for key, value in _of_tool(node)]
    if said:
        found.notes.append(f"its tool was told: {', '.join(said)[:300]}")
    return found


def _of_tool(node: Element) -> Iterator[tuple[str, str]]:
    """Yield what a tool wrote into a node in a namespace of its own."""
    for element in node.walk():
        is_own = element.namespace not in ("", MODEL)
        for key, value in element.attributes.items():
            if is_own or " " in key:
                yield key, value


def block(name: str, config: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Make a step with a block of Garland's."""
    return {"block": f"garland.{name}", "version": VERSION, "config": dict(config or {})}


def loop_for(node: Element) -> Mapped:
    """Say what a sub-process becomes: a loop, of one round where it is none."""
    each = node.first("multiInstanceLoopCharacteristics")
    again = node.first("standardLoopCharacteristics")
    notes = []
    if node.local != "subProcess":
        notes.append(f"is a {node.local}, of which only what stands in it is taken")
    if each is not None:
        is_one = each.attributes.get("isSequential") == "true"
        config: dict[str, Any] = {"items": [], "at_once": 1 if is_one else 10}
        return Mapped(block("for-each", config), [*notes, "say in its settings which items"])
    if again is not None:
        asked = again.said("loopCondition")
        most = whole_number(again.attributes.get("loopMaximum", ""), most=9_999)
        limit = 10 if most is None else most
        config = {"until": "true", "rounds_max": max(1, min(limit, 1_000))}
        told = f"say in its settings until when it is repeated; it was while {asked or 'nothing'}"
        return Mapped(block("repeat", config), [*notes, told])
    told = "became a loop of one round, which keeps its steps together"
    return Mapped(block("for-each", {"items": [1]}), [*notes, told])


def is_loop(node: Element) -> bool:
    """Tell whether a node has others in it."""
    return node.local in SUB_PROCESSES


def wait_limit(event: Element) -> float | None:
    """Give after how many seconds a boundary timer breaks off; None where it cannot be taken."""
    name, text = timer_of(event)
    return seconds_of(text) if name == "timeDuration" else None


def _question(_node: Element, title: str, _messages: Mapping[str, str]) -> Mapped:
    told = "became a question to people: say in its settings who may answer"
    return Mapped(block("approval", {"title": (title or "Is it done?")[:300]}), [told])


def _decision(_node: Element, _title: str, _messages: Mapping[str, str]) -> Mapped:
    return Mapped(block("decide"), ["choose the decision table in its settings"])


def _call(node: Element, _title: str, _messages: Mapping[str, str]) -> Mapped:
    called = node.attributes.get("calledElement", "")
    if not called:
        return Mapped(block("call-workflow"), ["choose the workflow that it calls"])
    told = f"calls {called}: see that a workflow of this short name is there"
    return Mapped(block("call-workflow", {"flow": slugify(called)}), [told])


def _message(node: Element, _title: str, messages: Mapping[str, str]) -> Mapped:
    definition = node.first("messageEventDefinition") or node
    name = messages.get(definition.attributes.get("messageRef", ""), "")
    told = f"waits for the message{f' {name}' if name else ''}: give it a correlation value"
    return Mapped(block("wait-for-event", {"event": "message"}), [told])


def _catch(node: Element, title: str, messages: Mapping[str, str]) -> Mapped:
    kind = kind_of(node)
    if kind == "timer":
        return _pause(node)
    if kind == "message":
        return _message(node, title, messages)
    if kind in ("signal", "condition"):
        told = f"its {kind} became waiting for an alarm: say in its settings which"
        return Mapped(block("wait-for-event", {"event": "alarm"}), [told])
    return placeholder(node, title, messages)


def _pause(node: Element) -> Mapped:
    name, text = timer_of(node)
    seconds = seconds_of(text) if name == "timeDuration" else None
    if seconds is not None:
        return Mapped(block("wait", {"for_s": seconds}))
    if name == "timeDate" and is_moment(text):
        return Mapped(block("wait", {"until": text.strip()}))
    return Mapped(block("wait"), [f"its time {text!r} is not taken: say how long it waits"])


def _ending(node: Element, title: str, messages: Mapping[str, str]) -> Mapped:
    kind = kind_of(node)
    if kind == "terminate":
        return Mapped(block("end"))
    if kind == "error":
        definition = node.first("errorEventDefinition")
        name = messages.get(definition.attributes.get("errorRef", "") if definition else "", "")
        return Mapped(block("fail", {"message": (title or name or "It failed")[:500]}))
    return placeholder(node, title, messages) if kind else Mapped(None)
