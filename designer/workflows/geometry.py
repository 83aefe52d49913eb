"""Where the nodes of a workflow stand on the canvas when nobody placed them.

Workflows made over REST or from files often carry no positions. Each node then stands one column
right of the furthest node that leads to it. Pure; positions a person chose are never moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COLUMN = 272
"""From one column to the next, canvas units; a node is 208 wide."""
ROW = 160


def laid_out(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with a position for every node that had none.

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
            shelves[shelf][id_] = {"position": [column * COLUMN, row * ROW], **node}
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
