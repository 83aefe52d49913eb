"""Where the nodes of a workflow stand on the canvas when nobody placed them.

Workflows made over REST or from files often carry no positions. Each node then stands one column
right of the furthest node that leads to it. Pure; positions a person chose are never moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

COLUMN = 272
"""From one column to the next, canvas units; a node is 208 wide."""
ROW = 160
NODE_WIDTH = 208
HEAD_HEIGHT = 48
PORT_HEIGHT = 22
FOOT_HEIGHT = 6
"""Measures of a node; those of static/js/canvas/face.js."""
BOX_PADDING = 24
BOX_HEAD = 44
BOX_GAP = 56


def laid_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with a position for every node that had none, in bodies too.

    >>> flow = {"triggers": {"t": {}}, "steps": {"a": {}}, "wires": [{"from": "t", "to": "a"}]}
    >>> laid_out(flow)["steps"]["a"]["position"]
    [272, 0]
    """
    columns = _columns(document)
    filled: dict[int, int] = {}
    shelves: dict[str, dict[str, Any]] = {}
    for shelf in ("triggers", "steps"):
        shelves[shelf] = {}
        for id_, node in document[shelf].items():
            column = columns[id_]
            row = filled.get(column, 0)
            if "position" not in node:
                filled[column] = row + 1
            placed = {"position": [column * COLUMN, row * ROW], **node}
            if "body" in node:
                inner = laid_out({"triggers": {}, **node["body"]})
                placed["body"] = {"steps": inner["steps"], "wires": inner["wires"]}
            shelves[shelf][id_] = placed
    return {**document, **shelves}


def _columns(document: Mapping[str, Any]) -> dict[str, int]:
    """Give each node's longest way from a start; a circle stops growing after one round."""
    columns = dict.fromkeys([*document["triggers"], *document["steps"]], 0)
    wires = [(wire["from"].partition(":")[0], wire["to"]) for wire in document["wires"]]
    known = [
        (source, target) for source, target in wires if source in columns and target in columns
    ]
    for _ in range(len(columns)):
        late = [(source, target) for source, target in known if columns[target] <= columns[source]]
        if not late:
            break
        for source, target in late:
            columns[target] = min(columns[source] + 1, len(columns))
    return columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A part of a workflow laid out, the bodies of its loops in boxes below it.

    Attributes:
        nodes: By id, each step's document with its position, without its body.
        boxes: One a loop: `id`, `x`, `y`, `w`, `h`, and `from`, where its step stands.
    """

    nodes: dict[str, dict[str, Any]]
    wires: list[Mapping[str, str]]
    boxes: list[dict[str, Any]]
    left: float
    top: float
    right: float
    bottom: float


def spread_out(
    document: Mapping[str, Any], ports_of: Callable[[Mapping[str, Any]], int]
) -> dict[str, Any]:
    """Return a workflow as one sheet: the steps in bodies stand among the others, in boxes.

    `ports_of` says how many ways out a step has, which is how tall it is drawn.
    """
    placed = laid_out(document)
    sheet = _sheet(placed, ports_of)
    flow = {**placed, "steps": sheet.nodes, "wires": sheet.wires}
    return {"flow": flow, "boxes": sheet.boxes}


def _sheet(placed: Mapping[str, Any], ports_of: Callable[[Mapping[str, Any]], int]) -> Sheet:
    nodes, boxes = dict[str, dict[str, Any]](), list[dict[str, Any]]()
    wires = list(placed["wires"])
    corners = [(*one["position"], HEAD_HEIGHT) for one in placed["triggers"].values()]
    for id_, step in placed["steps"].items():
        nodes[id_] = {name: part for name, part in step.items() if name != "body"}
        corners.append((*step["position"], _height(ports_of(step))))
    left = min((x for x, _, _ in corners), default=0)
    top = min((y for _, y, _ in corners), default=0)
    right = max((x + NODE_WIDTH for x, _, _ in corners), default=NODE_WIDTH)
    bottom = max((y + height for _, y, height in corners), default=HEAD_HEIGHT)
    across, below = left, bottom
    loops = [(id_, step) for id_, step in placed["steps"].items() if "body" in step]
    for id_, step in sorted(loops, key=lambda pair: pair[1]["position"][0]):
        inner = _sheet({"triggers": {}, **step["body"]}, ports_of)
        at = (max(across, step["position"][0]), bottom + BOX_GAP)
        box = _box(id_, step, inner, at, _height(ports_of(step)))
        shift = (at[0] + BOX_PADDING - inner.left, at[1] + BOX_HEAD - inner.top)
        nodes |= {name: _shifted(node, shift) for name, node in inner.nodes.items()}
        wires += inner.wires
        boxes += [box, *(_moved(one, shift) for one in inner.boxes)]
        across = at[0] + box["w"] + BOX_PADDING
        right, below = max(right, at[0] + box["w"]), max(below, at[1] + box["h"])
    return Sheet(
        nodes=nodes, wires=wires, boxes=boxes, left=left, top=top, right=right, bottom=below
    )


def _height(ports: int) -> int:
    return HEAD_HEIGHT + ports * PORT_HEIGHT + FOOT_HEIGHT


def _box(
    id_: str, step: Mapping[str, Any], inner: Sheet, at: tuple[float, float], height: int
) -> dict[str, Any]:
    x, y = step["position"]
    return {
        "id": id_,
        "title": step.get("title") or id_,
        "x": at[0],
        "y": at[1],
        "w": inner.right - inner.left + 2 * BOX_PADDING,
        "h": inner.bottom - inner.top + BOX_HEAD + BOX_PADDING,
        "from": [x + NODE_WIDTH / 2, y + height],
    }


def _shifted(node: Mapping[str, Any], by: tuple[float, float]) -> dict[str, Any]:
    x, y = node["position"]
    return {**node, "position": [x + by[0], y + by[1]]}


def _moved(box: Mapping[str, Any], by: tuple[float, float]) -> dict[str, Any]:
    x, y = box["from"]
    return {**box, "x": box["x"] + by[0], "y": box["y"] + by[1], "from": [x + by[0], y + by[1]]}
