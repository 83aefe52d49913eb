"""What BPMN calls things: namespaces, and which element a step of a workflow becomes.

Source: BPMN 2.0.2 (OMG formal/2013-12-09), chapters 8 to 10 and 12, and its XML schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.registry import Block

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OWN = "https://garland.invalid/bpmn"
"""Garland's own namespace: what BPMN has no place for; other tools keep or ignore it."""

SCALE = (1.6, 1.0)
"""From the canvas to a diagram: gateways stand between what are neighbours on the canvas."""
TASKS = frozenset(
    {
        "task",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "userTask",
        "manualTask",
        "scriptTask",
        "businessRuleTask",
        "callActivity",
    }
)
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
NODES = TASKS | SUB_PROCESSES | GATEWAYS | EVENTS
_BY_BLOCK = {
    "garland.approval": "userTask",
    "garland.decide": "businessRuleTask",
    "garland.code": "scriptTask",
    "garland.wait": "task",
    "garland.branch": "task",
    "garland.switch": "task",
    "garland.send-trap": "sendTask",
    "garland.mqtt-publish": "sendTask",
}
_BY_CONTROL = {"call": "callActivity", "event": "receiveTask"}
_WITHOUT_ERRORS = {
    "garland.branch": "exclusiveGateway",
    "garland.switch": "exclusiveGateway",
    "garland.wait": "intermediateCatchEvent",
}
"""Gateways and events, from which no error can lead on."""
_BY_CATEGORY = {
    "data": "scriptTask",
    "notify": "sendTask",
    "alarms": "serviceTask",
    "correlate": "serviceTask",
    "tickets": "serviceTask",
    "devices": "serviceTask",
    "connect": "serviceTask",
}


def element_of(step: Mapping[str, Any], block: Block | None, *, leads_on: bool, fails: bool) -> str:
    """Say which element a step becomes.

    Args:
        step: Its document.
        block: Its block, None where that is not installed.
        leads_on: Whether a wire leaves it by a port that is not `error`.
        fails: Whether a wire leaves it by `error`; no event and no gateway has such.
    """
    control = block.manifest.behaviour.control if block is not None else ""
    name, category = str(step["block"]), block.manifest.category if block is not None else ""
    if "body" in step or control in ("each", "repeat"):
        return "subProcess"
    if not fails and (control == "end" or name == "garland.fail") and not leads_on:
        return "endEvent"
    if not fails and name in _WITHOUT_ERRORS:
        return _WITHOUT_ERRORS[name]
    return (
        _BY_BLOCK.get(name) or _BY_CONTROL.get(control or "") or _BY_CATEGORY.get(category, "task")
    )
