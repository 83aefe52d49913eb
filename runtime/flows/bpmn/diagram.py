"""A BPMN diagram as values: nodes with their places, the flows between them, parts within parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TASK = (160.0, 80.0)
EVENT = (36.0, 36.0)
GATEWAY = (50.0, 50.0)
AIR = 30.0
"""Between a node and the gateway or event that goes with it."""
NO_ID = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(slots=True, kw_only=True)
class Node:
    """A flow node, placed by its upper left corner.

    Attributes:
        parts: XML of what stands in it after its flows: definitions of events, loops.
        own: XML of Garland's own extension of it.
        inside: What stands in a sub-process.
    """

    id: str
    tag: str
    name: str = ""
    x: float = 0
    y: float = 0
    size: tuple[float, float] = TASK
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    notes: str = ""
    own: str = ""
    inside: Part | None = None

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.size[0]

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.y + self.size[1]

    @property
    def middle(self) -> float:
        """The height at which flows enter and leave it."""
        return self.y + self.size[1] / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow; `condition` is XML."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


@dataclass(slots=True)
class Part:
    """A process, or what stands in a sub-process."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)

    def lead(
        self, id_: str, source: str, target: str, *, name: str = "", condition: str = ""
    ) -> str:
        """Draw a flow between two nodes; give its id."""
        self.flows[id_] = Flow(id=id_, source=source, target=target, name=name, condition=condition)
        return id_

    def every(self) -> Iterator[Part]:
        """Yield this part and all in it."""
        yield self
        for node in self.nodes.values():
            if node.inside is not None:
                yield from node.inside.every()


@dataclass(slots=True)
class Ids:
    """Hands out the ids of XML, each once."""

    taken: set[str] = field(default_factory=set)

    def new(self, wish: str) -> str:
        """Give an id that reads as wished."""
        stem = NO_ID.sub("_", wish)
        found, number = stem, 1
        while found in self.taken:
            number += 1
            found = f"{stem}.{number}"
        self.taken.add(found)
        return found


def points_of(source: Node, target: Node) -> list[tuple[float, float]]:
    """Give the way of a flow in straight lines."""
    if source.tag == "boundaryEvent":
        return _from_below(source, target)
    if source.inside is not None and target.bottom <= source.y and target.x < source.right:
        x = target.x - AIR / 2  # what follows a loop stands above its box
        return [(x, source.y), (x, target.middle), (target.x, target.middle)]
    start, end = (source.right, source.middle), (target.x, target.middle)
    if end[0] >= start[0] + AIR / 2:
        half = (start[0] + end[0]) / 2
        bends = [] if start[1] == end[1] else [(half, start[1]), (half, end[1])]
        return [start, *bends, end]
    lane = max(source.bottom, target.bottom) + AIR
    right, left = start[0] + AIR / 2, end[0] - AIR / 2
    return [start, (right, start[1]), (right, lane), (left, lane), (left, end[1]), end]


def _from_below(source: Node, target: Node) -> list[tuple[float, float]]:
    x = source.x + source.size[0] / 2
    start, end = (x, source.bottom), (target.x, target.middle)
    if target.x > x and target.middle > source.bottom:
        return [start, (x, target.middle), end]
    lane, left = source.bottom + AIR / 2, end[0] - AIR / 2
    return [start, (x, lane), (left, lane), (left, end[1]), end]


def wrap(node: Node) -> None:
    """Put a sub-process round what stands in it."""
    if node.inside is None or not node.inside.nodes:
        return
    inner = list(node.inside.nodes.values())
    node.x = min(one.x for one in inner) - AIR
    node.y = min(one.y for one in inner) - 2 * AIR
    width = max(one.right for one in inner) + AIR - node.x
    node.size = (width, max(one.bottom for one in inner) + 2 * AIR - node.y)
