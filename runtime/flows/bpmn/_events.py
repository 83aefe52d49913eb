"""What stands inside the events and loops of a diagram: when they start, wait and end. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.xml_files import write_element

_FORMAL = {"xsi:type": "tFormalExpression"}
RULE_FIRES = "a rule fires for an alarm"
FOUND = "a block finds something new"


def expression(name: str, text: str) -> str:
    """Write an expression as BPMN has it."""
    return write_element(name, _FORMAL, text=text)


def starting(trigger: Mapping[str, Any]) -> list[str]:
    """Say what starts a workflow."""
    kind = trigger["kind"]
    if kind == "schedule":
        return [_timer(*_when(trigger))]
    if kind == "webhook":
        return ["<messageEventDefinition/>"]
    if kind in ("rule", "block"):
        said = expression("condition", RULE_FIRES if kind == "rule" else FOUND)
        return [write_element("conditionalEventDefinition", children=(said,))]
    return []


def catching(step: Mapping[str, Any]) -> list[str]:
    """Say what the block Wait waits for."""
    config = step.get("config", {})
    if "for_s" in config:
        return [_timer("timeDuration", duration(config["for_s"]))]
    if "until" in config:
        return [_timer("timeDate", str(config["until"]))]
    moment = f"{config.get('calendar', '')} {config.get('moment', '')}".strip()
    return [_timer("timeDate" if moment else "", moment)]


def closing(step: Mapping[str, Any]) -> list[str]:
    """Say how the blocks End and Fail end a run."""
    is_failure = step["block"] == "garland.fail"
    return ["<errorEventDefinition/>" if is_failure else "<terminateEventDefinition/>"]


def boundary(step: Mapping[str, Any], *, is_time: bool) -> list[str]:
    """Say what breaks off a task: an error, or that its time is up."""
    if not is_time:
        return ["<errorEventDefinition/>"]
    time = step.get("config", {}).get("timeout_s")
    return [_timer("timeDuration" if time is not None else "", duration(time or 0))]


def loop_of(step: Mapping[str, Any]) -> list[str]:
    """Say how often a sub-process is gone through."""
    config = step.get("config", {})
    if step["block"] != "garland.repeat":
        is_one = config.get("at_once", 1) == 1
        said = {"isSequential": "true" if is_one else "false"}
        return [write_element("multiInstanceLoopCharacteristics", said)]
    most = config.get("rounds_max", 10)
    said = {"testBefore": "false"} | ({"loopMaximum": str(most)} if isinstance(most, int) else {})
    until = expression("loopCondition", f"!({config.get('until', '')})")
    return [write_element("standardLoopCharacteristics", said, children=(until,))]


def duration(seconds: Any) -> str:
    """Write seconds as ISO 8601 has them; an expression stays what it is.

    >>> duration(90), duration(1.5), duration("= vars.pause")
    ('PT90S', 'PT1.5S', '= vars.pause')
    """
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return f"PT{float(seconds):.3f}".rstrip("0").rstrip(".") + "S" if is_number else str(seconds)


def _when(trigger: Mapping[str, Any]) -> tuple[str, str]:
    if "every_s" in trigger:
        return "timeCycle", f"R/PT{trigger['every_s']}S"
    if "at" in trigger:
        return "timeDate", str(trigger["at"])
    return ("timeCycle", str(trigger["cron"])) if trigger.get("cron") else ("", "")


def _timer(name: str, text: str) -> str:
    children = (expression(name, text),) if name else ()
    return write_element("timerEventDefinition", children=children)
