"""Two documents of a workflow as one drawing: what is there, and what was, marked by its change.

Pure. What was removed stands where it stood, as a ghost; it is drawn inside its loop where that is
still there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.registry import Registry
from runtime.drafts.aligning import aligned
from runtime.drafts.flat import WITHIN, flattened, loose_steps, nested
from runtime.drafts.wording import Kind, Told, changes_told

Document = Mapping[str, Any]
_WORST_FIRST = ("removed", "added", "changed", "moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changed from one document to another.

    Attributes:
        told: In words.
        drawn: The workflow of both, to be drawn.
        nodes: By id, what became of a step or trigger; those that stayed are left out.
        wires: By `from>to`, what became of a wire.
    """

    told: list[Told]
    drawn: dict[str, Any]
    nodes: dict[str, Kind]
    wires: dict[str, Kind]

    @property
    def count(self) -> int:
        """Count what changes what is done: moving something does not."""
        return sum(one.kind != "moved" for one in self.told)


def difference(old: Document, new: Document, registry: Registry) -> Difference:
    """Compare two documents, whichever came first; None of them changes."""
    told = changes_told(old, new, registry)
    nodes: dict[str, Kind] = {}
    for one in sorted(told, key=lambda one: -_WORST_FIRST.index(one.kind)):
        if one.node:
            nodes[one.node] = one.kind
    before, after = flattened(aligned(old, new, registry)[0]), flattened(new)
    wires: dict[str, Kind] = {}
    for wire in (*before["wires"], *after["wires"]):
        if wire not in after["wires"]:
            wires[_key(wire)] = "removed"
        elif wire not in before["wires"]:
            wires[_key(wire)] = "added"
    return Difference(told=told, drawn=_drawn(before, after), nodes=nodes, wires=wires)


def _drawn(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    gone = [wire for wire in before["wires"] if wire not in after["wires"]]
    both = {
        **after,
        "steps": {**before["steps"], **after["steps"]},
        "triggers": {**before["triggers"], **after["triggers"]},
        "wires": [*after["wires"], *gone],
    }
    for id_ in loose_steps(both):
        both["steps"][id_] = {k: v for k, v in both["steps"][id_].items() if k != WITHIN}
    return nested(both)


def _key(wire: Mapping[str, str]) -> str:
    return f"{wire['from']}>{wire['to']}"
