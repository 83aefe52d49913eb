"""Where the nodes of a workflow stand on the canvas when nobody placed them.

Workflows made over REST or from files often carry no positions. Each node then stands one column
right of the furthest node that leads to it; beside and below a loop there is room for its body. A
step in a body is placed relative to its loop (static/js/canvas/bodies.js), and the box round it is
drawn by one rule wherever a workflow is drawn (static/js/canvas/boxes.js). Pure; positions a
person chose are never moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLUMN = 272
"""From one column to the next, canvas units; a node is 208 wide."""
ROW = 160
NODE = (208, 120)
"""How wide a node is, and how tall one with three ports; as in static/js/canvas/face.js."""
BODY_OFFSET = (24, 176)
"""From a loop's corner to the origin of its body; as in static/js/canvas/bodies.js."""
BOX = (256, 132)
"""The box of an empty body, and what its edge keeps from the steps in it; as in boxes.js."""
PADDING = 24
FAR = 1_000_000
"""How far from the origin the schema lets anything stand."""
BETWEEN = (COLUMN - NODE[0], ROW - NODE[1])


def laid_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with a position for every node that had none, in bodies too.

    >>> flow = {"triggers": {"t": {}}, "steps": {"a": {}}, "wires": [{"from": "t", "to": "a"}]}
    >>> laid_out(flow)["steps"]["a"]["position"]
    [272, 0]
    """
    steps = {id_: _with_body(step) for id_, step in document["steps"].items()}
    shelves: dict[str, dict[str, Any]] = {"triggers": dict(document["triggers"]), "steps": steps}
    columns = _columns(document)
    starts = _starts(columns, {**document["triggers"], **steps})
    filled: dict[int, int] = {}
    for shelf in shelves.values():
        for id_, node in shelf.items():
            column = columns[id_]
            top = filled.get(column, 0)
            place = [min(starts[column], FAR), min(top, FAR)]
            shelf[id_] = {"position": place, **node}
            if "position" not in node:
                filled[column] = top + _extent(node)[1] + BETWEEN[1]
    return {**document, **shelves}


def _with_body(step: Mapping[str, Any]) -> Mapping[str, Any]:
    if "body" not in step:
        return step
    inner = laid_out({"triggers": {}, **step["body"]})
    return {**step, "body": {"steps": inner["steps"], "wires": inner["wires"]}}


def _starts(columns: Mapping[str, int], nodes: Mapping[str, Any]) -> list[int]:
    """Give where each column begins: right of the widest node before it."""
    widths = [NODE[0]] * (max(columns.values(), default=0) + 1)
    for id_, column in columns.items():
        widths[column] = max(widths[column], _extent(nodes[id_])[0])
    return [sum(widths[:at]) + at * BETWEEN[0] for at in range(len(widths))]


def _extent(node: Mapping[str, Any]) -> tuple[int, int]:
    """Give how far a node reaches to the right and down, with the box of its body."""
    if "body" not in node:
        return NODE
    inside = [
        (step["position"][0] + extent[0], step["position"][1] + extent[1])
        for step in node["body"]["steps"].values()
        for extent in [_extent(step)]
    ]
    right, down = (max((corner[at] for corner in inside), default=0) for at in (0, 1))
    width = max(BOX[0], BODY_OFFSET[0] + right + PADDING)
    height = max(BOX[1] + BODY_OFFSET[1], BODY_OFFSET[1] + down + PADDING)
    return width, height


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
