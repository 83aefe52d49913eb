"""What stands on the canvas, read from a workflow's document: sizes follow from what steps show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blocks.drawings.faces import NODE_WIDTH, Face, face_of_step, face_of_trigger
from designer.tidying.arranging import Drawing, Rect
from designer.tidying.layers import Tie
from runtime.flows.layout import BODY_OFFSET

NOTE_SIZE = (208, 144)
"""Of a note that says no size; as in static/js/canvas/marks.js."""


def drawing_of(document: Mapping[str, Any], entries: Mapping[str, Any]) -> Drawing:
    """Read a document of the schema; `entries` are those of the blocks in it, by their keys."""
    triggers = document["triggers"].items()
    faces = {id_: face_of_trigger(id_, one, entries) for id_, one in triggers}
    wires, loops, within = list(document["wires"]), set[str](), dict[str, str]()
    for id_, step, loop, (left, top) in _steps(document["steps"], "", (0, 0)):
        x, y = step.get("position", (0, 0))
        place = {"position": [left + x, top + y]}
        faces[id_] = face_of_step(id_, {**step, **place}, entries)
        within[id_] = loop
        if "body" in step:
            loops.add(id_)
            wires += step["body"]["wires"]
    marks = document.get("canvas", {})
    return Drawing(
        nodes={id_: Rect(x=at.x, y=at.y, w=NODE_WIDTH, h=at.height) for id_, at in faces.items()},
        ties=[_tie(wire, faces) for wire in wires],
        loops=frozenset(loops),
        within=within,
        groups=[group["steps"] for group in marks.get("groups", {}).values()],
        notes={id_: _note(note) for id_, note in marks.get("notes", {}).items()},
    )


def _steps(
    steps: Mapping[str, Any], loop: str, corner: tuple[float, float]
) -> Iterator[tuple[str, Mapping[str, Any], str, tuple[float, float]]]:
    """Give every step, the loop it stands in, and where that loop's body begins."""
    for id_, step in steps.items():
        yield id_, step, loop, corner
        if "body" in step:
            x, y = step.get("position", (0, 0))
            inner = (corner[0] + x + BODY_OFFSET[0], corner[1] + y + BODY_OFFSET[1])
            yield from _steps(step["body"]["steps"], id_, inner)


def _tie(wire: Mapping[str, str], faces: Mapping[str, Face]) -> Tie:
    source, _, port = wire["from"].partition(":")
    row = faces[source].way(port)[0] if source in faces else 0
    return Tie(source=source, target=wire["to"], row=row)


def _note(note: Mapping[str, Any]) -> Rect:
    (x, y), (w, h) = note["position"], note.get("size", NOTE_SIZE)
    return Rect(x=x, y=y, w=w, h=h)
