"""A workflow with every step on one shelf, as the canvas holds it, and nested again.

A step in a loop's body says `within` which; a loop keeps an empty `body`, so that it stays one
when nothing is left inside. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.flows.model import every_step, every_wire

WITHIN = "within"
Document = Mapping[str, Any]


def has_repeated_ids(document: Document) -> bool:
    """Tell whether two steps have one id: such a workflow cannot be held flat."""
    ids = [id_ for id_, _, _ in every_step(document)]
    return len(ids) != len(set(ids))


def flattened(document: Document) -> dict[str, Any]:
    """Give a workflow whose ids are unique with all steps and all wires side by side.

    >>> inner = {"steps": {"a": {"block": "x"}}, "wires": []}
    >>> flattened({"steps": {"each": {"block": "y", "body": inner}}, "wires": []})["steps"]
    {'each': {'block': 'y', 'body': {}}, 'a': {'block': 'x', 'within': 'each'}}
    """
    steps: dict[str, Any] = {}
    for id_, step, container in every_step(document):
        steps[id_] = {**step, "body": {}} if "body" in step else dict(step)
        if container:
            steps[id_][WITHIN] = container
    return {**document, "steps": steps, "wires": [dict(wire) for wire in every_wire(document)]}


def nested(flat: Document) -> dict[str, Any]:
    """Give the workflow of a flat one: each step and wire in the body it stands in."""
    return {**flat, **_part(flat, "", _wires_by_place(flat))}


def loose_steps(flat: Document) -> list[str]:
    """List the steps that stand in what is no loop any more, or in each other."""
    return [id_ for id_ in flat["steps"] if not _reaches_the_top(flat["steps"], id_)]


def _reaches_the_top(steps: Document, id_: str) -> bool:
    seen = {id_}
    while container := steps[id_].get(WITHIN, ""):
        if container in seen or "body" not in steps.get(container, {}):
            return False
        seen.add(container)
        id_ = container
    return True


def _wires_by_place(flat: Document) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for wire in flat["wires"]:
        ends = (wire["from"].partition(":")[0], wire["to"])
        known = [flat["steps"][end].get(WITHIN, "") for end in ends if end in flat["steps"]]
        found.setdefault(next(iter(known), ""), []).append(wire)
    return found


def _part(flat: Document, container: str, wires: Mapping[str, list[Any]]) -> dict[str, Any]:
    steps = {}
    for id_, step in flat["steps"].items():
        if step.get(WITHIN, "") != container:
            continue
        steps[id_] = {name: value for name, value in step.items() if name != WITHIN}
        if "body" in step:
            steps[id_]["body"] = _part(flat, id_, wires)
    return {"steps": steps, "wires": wires.get(container, [])}
