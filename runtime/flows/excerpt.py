"""One step of a workflow as a small workflow of its own, to be tried alone. Pure.

The other steps are left out, so that what is unfinished in them is in nobody's way; a loop keeps
its body.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kernel.errors import NotFoundError
from runtime.flows.model import every_step
from runtime.flows.problems import FlowProblem

TRIGGER = "start"
_LEFT_OUT = ("join", "position", "undo")


def container_of(document: Mapping[str, Any], step: str) -> str:
    """Give the loop a step stands in, "" for none; raises NotFoundError."""
    for id_, _, container in every_step(document):
        if id_ == step:
            return container
    raise NotFoundError(f"there is no step {step} in the draft: save it first", step=step)


def excerpt(document: Mapping[str, Any], step: str, *, kind: str) -> dict[str, Any]:
    """Make the document of one step alone, started by a trigger of a kind.

    Raises:
        NotFoundError: the workflow has no such step.
    """
    container_of(document, step)
    found = next(part for id_, part, _ in every_step(document) if id_ == step)
    trigger = TRIGGER if step != TRIGGER else f"{TRIGGER}_1"
    kept = {name: value for name, value in found.items() if name not in _LEFT_OUT}
    return {
        "flow": 1,
        "name": document["name"],
        "triggers": {trigger: {"kind": kind}},
        "steps": {step: kept},
        "wires": [{"from": trigger, "to": step}],
        **({"vars": document["vars"]} if document.get("vars") else {}),
    }


def problems_inside(
    problems: Iterable[FlowProblem], document: Mapping[str, Any], step: str
) -> list[FlowProblem]:
    """Give the errors of a step, and of what stands in its body."""
    inside = {step}
    for id_, _, container in every_step(document):  # what holds a step comes before it
        if container in inside:
            inside.add(id_)
    return [one for one in problems if one.severity == "error" and one.step in inside]
