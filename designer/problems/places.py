"""Where a problem leads on the canvas. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.flows.problems import FlowProblem

_SHELVES = ("steps", "triggers")
_GIVEN = ("config", "input", "undo", "connections")
_IN_BODY = 3
"""How many parts lead to a body; what has no more is of its loop, which may lack the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is shown of a problem; "" for what there is none of.

    Attributes:
        node: The id of its step or trigger.
        wire: Its wire, as the canvas names it: `from>to`.
        field: The field of the node's form, such as `/config/when`.
    """

    node: str
    wire: str
    field: str


def place_of(problem: FlowProblem, document: Mapping[str, Any]) -> Place:
    """Say where a problem of a document leads."""
    part, rest = document, problem.pointer.split("/")[1:]
    while rest[:1] == ["steps"] and rest[2:3] == ["body"] and len(rest) > _IN_BODY:
        part, rest = part["steps"][rest[1]]["body"], rest[3:]
    shelf, name, *inside = [*rest, "", ""][: max(len(rest), 2)]
    wire = part["wires"][int(name)] if shelf == "wires" and name else None
    given = inside[1:] and inside[0] in _GIVEN
    return Place(
        node=problem.step or (name if shelf == "triggers" else ""),
        wire=f"{wire['from']}>{wire['to']}" if wire else "",
        field="/".join(["" if given else "/node", *inside]) if shelf in _SHELVES else "",
    )
