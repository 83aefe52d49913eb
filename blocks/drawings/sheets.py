"""A workflow as one sheet: the steps in bodies stand among the others, as the canvas holds it.

Kept, the steps of a loop are placed relative to the loop's step; see `static/js/canvas/bodies.js`.
Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks.drawings.faces import NODE_WIDTH, Face, face_of_step, face_of_trigger

BODY_OFFSET = (24.0, 176.0)
"""From a loop's corner to the origin of its body; as in bodies.js."""
PADDING, TITLE_HEIGHT = 24, 44
EMPTY_BODY = (256, 132)
"""The box of a loop's body, as in boxes.js: round what stands in it, or with room for a step."""
DROP, GAP = 132, 16
GROUP_PADDING, GROUP_TITLE = 16, 48
"""As in marks.js."""

Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle round others: the body of a loop, or a group."""

    id: str
    title: str
    x: float
    y: float
    w: float
    h: float
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A workflow with every node at its place on the canvas.

    Attributes:
        faces: By id, triggers first, a loop before what stands in it.
        wires: Those between nodes that are there, bodies' wires too.
        boxes: The bodies of loops, the outer ones first.
        within: By the id of a step in a body, the loop it stands in.
    """

    faces: dict[str, Face]
    wires: list[tuple[str, str, str]]
    boxes: list[Frame]
    groups: list[Frame]
    within: dict[str, str] = field(default_factory=dict)


def sheet_of(document: Mapping[str, Any], entries: Mapping[str, Any]) -> Sheet:
    """Spread a workflow out; what has no position stands at the origin of what it is in."""
    faces = {id_: face_of_trigger(id_, one, entries) for id_, one in document["triggers"].items()}
    sheet = Sheet(faces, [], [], [])
    _take(document, "", (0.0, 0.0), (sheet, entries))
    sheet.boxes.reverse()  # the inner ones were measured first
    known = [one for one in sheet.wires if one[0] in faces and one[2] in faces]
    sheet.wires[:] = known  # a draft's wires may lead to what is gone
    groups = document.get("canvas", {}).get("groups", {})
    sheet.groups.extend(_groups(groups, sheet))
    return sheet


def bounds(frames: Iterable[Rect]) -> Rect:
    """Give left, top, right and bottom of all; an empty canvas's for none."""
    found = list(frames) or [(0.0, 0.0, float(NODE_WIDTH), 120.0)]
    return (
        min(x for x, _, _, _ in found),
        min(y for _, y, _, _ in found),
        max(x + w for x, _, w, _ in found),
        max(y + h for _, y, _, h in found),
    )


def rects(sheet: Sheet, ids: Collection[str] | None = None) -> Iterator[Rect]:
    """Yield where nodes stand, and the boxes of the loops among them."""
    for id_, face in sheet.faces.items():
        if ids is None or id_ in ids:
            yield face.x, face.y, NODE_WIDTH, face.height
    for box in sheet.boxes:
        if ids is None or box.id in ids:
            yield box.x, box.y, box.w, box.h


def _take(
    part: Mapping[str, Any],
    within: str,
    origin: tuple[float, float],
    into: tuple[Sheet, Mapping[str, Any]],
) -> None:
    sheet, entries = into
    left, top = origin
    for id_, step in part["steps"].items():
        x, y = step.get("position", (0, 0))
        place = (left + x, top + y)
        sheet.faces[id_] = face_of_step(id_, {**step, "position": place}, entries)
        if within:
            sheet.within[id_] = within
        if "body" in step:
            inside = (place[0] + BODY_OFFSET[0], place[1] + BODY_OFFSET[1])
            _take(step["body"], id_, inside, into)
            sheet.boxes.append(_box(sheet, id_, step["body"]["steps"]))
    for wire in part["wires"]:
        source, _, port = wire["from"].partition(":")
        sheet.wires.append((source, port, wire["to"]))


def _box(sheet: Sheet, loop: str, inner: Mapping[str, Any]) -> Frame:
    """Put a frame round what stands in a body; that of an empty one hangs below its loop."""
    face, around = sheet.faces[loop], list(rects(sheet, inner))
    title = f"Each round of {face.title}"
    if not around:
        return Frame(loop, title, face.x, face.y + max(DROP, face.height + GAP), *EMPTY_BODY)
    x, y, right, bottom = bounds(around)
    size = (right - x + 2 * PADDING, bottom - y + TITLE_HEIGHT + PADDING)
    return Frame(loop, title, x - PADDING, y - TITLE_HEIGHT, *size)


def _groups(groups: Mapping[str, Any], sheet: Sheet) -> Iterator[Frame]:
    for id_, group in groups.items():
        around = list(rects(sheet, {one for one in group["steps"] if one in sheet.faces}))
        if around:
            x, y, right, bottom = bounds(around)
            size = (right - x + 2 * GROUP_PADDING, bottom - y + GROUP_TITLE + GROUP_PADDING)
            place = (x - GROUP_PADDING, y - GROUP_TITLE)
            yield Frame(id_, group["title"], *place, *size, group["colour"])
