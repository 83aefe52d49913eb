"""Gateways that ask, as the blocks Branch and Switch. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from runtime.flows.bpmn._mapping import Mapped, block
from runtime.flows.bpmn._part import Flow
from runtime.xml_files import Element

ASKING = ("exclusiveGateway", "inclusiveGateway", "complexGateway")
CASES_MAX = 20
_NO_PORT = re.compile(r"[^a-z0-9]+")
_WRAPPED = re.compile(r"[$#]\{(.*)\}", re.DOTALL)


def asks(gateway: Element, flows: Sequence[Flow]) -> bool:
    """Tell whether a gateway chooses a way: one that only joins, or forks, does not.

    One way with a condition is a choice too: where it is not met, nothing follows.
    """
    default = gateway.attributes.get("default", "")
    has_conditions = any(flow.condition and flow.id != default for flow in flows)
    parts = gateway.local == "exclusiveGateway" and len(flows) > 1
    return parts or (gateway.local in ASKING and has_conditions)


def gate_for(gateway: Element, flows: Sequence[Flow]) -> tuple[Mapped, dict[str, str]]:
    """Give the step that a gateway becomes, and the port of each of its flows by their ids."""
    default = gateway.attributes.get("default", "")
    asked = [flow for flow in flows if flow.condition and flow.id != default]
    rest = [flow for flow in flows if flow not in asked]
    notes = _notes(gateway, asked, rest, default)
    if len(flows) <= 2:  # noqa: PLR2004  yes and no
        yes = asked[0] if asked else next(one for one in flows if one.id != default)
        step = block("branch", {"when": condition_of(yes.condition)})
        return Mapped(step, notes), {one.id: "yes" if one is yes else "no" for one in flows}
    if not rest or (rest[0].id != default and len(rest) > 1):
        cases = list(flows)
    else:
        otherwise = next((one for one in rest if one.id == default), rest[0])
        cases = [one for one in flows if one is not otherwise]
    ports = {flow.id: f"{_word(flow.name)}_{at}" for at, flow in enumerate(cases, 1)}
    said = [
        {
            "port": ports[flow.id],
            **({"title": flow.name[:60]} if flow.name else {}),
            "when": condition_of(flow.condition),
        }
        for flow in cases
    ]
    step = block("switch", {"cases": said})
    return Mapped(step, notes), {**dict.fromkeys((one.id for one in flows), "otherwise"), **ports}


def own_ports(step: Mapping[str, Any], gateway: Element, flows: Sequence[Flow]) -> dict[str, str]:
    """Give the port of each flow that leaves a step of ours which asks."""
    config, default = step.get("config", {}), gateway.attributes.get("default", "")
    if step["block"] == "garland.branch":
        return {one.id: "no" if one.id == default else "yes" for one in flows}
    cases = config.get("cases")
    by_condition = {
        str(case.get("when")): str(case.get("port"))
        for case in (cases if isinstance(cases, list) else ())
        if isinstance(case, dict)
    }
    return {one.id: by_condition.get(one.condition, "otherwise") for one in flows}


def condition_of(text: str) -> str:
    """Give a condition as it stands, out of the signs that other tools put round one.

    >>> condition_of("${amount > 100}"), condition_of("=amount > 100"), condition_of("")
    ('amount > 100', 'amount > 100', 'true')
    """
    wrapped = _WRAPPED.fullmatch(text.strip())
    inner = wrapped[1] if wrapped else text.strip().removeprefix("=")
    return inner.strip()[:2_048] or "true"


def _notes(
    gateway: Element, asked: Sequence[Flow], rest: Sequence[Flow], default: str
) -> list[str]:
    notes = []
    if asked:
        said = "; ".join(flow.condition for flow in asked)[:300]
        notes.append(
            f"its conditions stand as they were, check that they can be asked here: {said}"
        )
    blank = [flow for flow in rest if flow.id != default]
    if len(blank) > 1 or (blank and default):
        notes.append("a way has no condition: say in its settings when it is taken")
    if gateway.local != "exclusiveGateway":
        notes.append("it could take several ways at once; now it takes the first that is true")
    return notes


def _word(name: str) -> str:
    found = _NO_PORT.sub("_", name.lower()).strip("_0123456789")[:30].strip("_")
    return found or "way"
