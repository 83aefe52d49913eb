"""Where tidied nodes and notes stand. Pure.

The body of a loop is laid out first and counts as part of its loop, a group as one block that no
stranger stands in. A note belongs to the node that stands nearest: it keeps its place beside that,
and has room there; one that is far from all is left alone. A group that wires leave and come back
to stays together: what stands in between comes after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot

from designer.tidying.layers import Block, Tie, layered

GRID = 16
PADDING, HEAD, DROP, HANG = 24, 44, 132, 16
"""Of the box round a loop's body, as in static/js/canvas/boxes.js."""
EMPTY = (256, 132)
DEEP_MOST = 8
"""Loops in each other; the canvas draws four. What is deeper is left where it is."""
GROUP_PADDING, GROUP_HEAD = 16, 48
"""Of the frame round a group, as in static/js/canvas/marks.js."""
LINE = 24
"""How far below its upper edge a wire enters a node; as in static/js/canvas/face.js."""
NEAR = 160
"""How far from a node, in canvas units, a note may stand and still belong to it."""

CELL = 512
"""How wide and high a cell is in which what stands near is looked for: about two nodes."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rectangle on the canvas: x to the right, y down, in canvas units."""

    x: float
    y: float
    w: float
    h: float

    def gap_to(self, other: Rect) -> float:
        """Give how far apart two rectangles are; 0 where they touch or overlap."""
        across = max(self.x - other.x - other.w, other.x - self.x - self.w, 0)
        return hypot(across, max(self.y - other.y - other.h, other.y - self.y - self.h, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What stands on a canvas.

    `nodes` are rectangles by id; `within` says of those in a body which loop, `loops` which have
    a body; `groups` are ids of nodes; `notes` are rectangles by id.
    """

    nodes: Mapping[str, Rect]
    ties: Sequence[Tie]
    loops: frozenset[str] = frozenset()
    within: Mapping[str, str]
    groups: Sequence[Sequence[str]] = ()
    notes: Mapping[str, Rect]


@dataclass(slots=True)
class _Laid:
    """One block, and how far from its corner each node and note in it stands."""

    block: Block
    places: dict[str, Point]


def arrange(drawing: Drawing, chosen: Sequence[str] = ()) -> dict[str, tuple[int, int]]:
    """Give each node and note that moves its upper left corner; a note's key is "note:" and its id.

    Of several `chosen` nodes only those of one body are placed, and stay where they are as a whole.
    """
    loops = {id_: _loops_around(drawing, id_) for id_ in drawing.nodes}
    wanted = set(chosen)
    roots = {id_: None for id_ in chosen if id_ in loops and not wanted.intersection(loops[id_])}
    level = drawing.within.get(next(iter(roots)), "") if roots else ""
    beside = [id_ for id_ in drawing.nodes if drawing.within.get(id_, "") == level]
    ids = [id_ for id_ in beside if id_ in roots] if chosen else beside
    laid = _Tidying(drawing).sheet(ids)
    stood = [drawing.nodes[id_] for id_ in ids]
    if not stood:
        return {}
    left, top = (min(one.x for one in stood), min(one.y for one in stood)) if chosen else (0, 0)
    left -= min(laid[id_][0] for id_ in ids)
    top -= min(laid[id_][1] for id_ in ids)
    return {key: (_snap(left + x), _snap(top + y)) for key, (x, y) in laid.items()}


def _snap(value: float) -> int:
    return round(value / GRID) * GRID


def _loops_around(drawing: Drawing, id_: str) -> list[str]:
    """Give the loops a node stands in, innermost first."""
    found: list[str] = []
    while (id_ := drawing.within.get(id_, "")) and len(found) <= DEEP_MOST:
        found.append(id_)
    return found


def _notes_by_node(drawing: Drawing) -> dict[str, list[str]]:
    """Give the notes that belong to each node; only what stands about a note is looked at."""
    about: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for number, (id_, rect) in enumerate(drawing.nodes.items()):
        for cell in _cells(rect, NEAR):
            about.setdefault(cell, []).append((number, id_))
    found: dict[str, list[str]] = {}
    for note, rect in drawing.notes.items():
        there = {one for cell in _cells(rect) for one in about.get(cell, ())}
        gaps = [(drawing.nodes[id_].gap_to(rect), number, id_) for number, id_ in there]
        gap, _, near = min(gaps, default=(NEAR + 1, 0, ""))
        if gap <= NEAR:
            found.setdefault(near, []).append(note)
    return found


def _cells(rect: Rect, around: float = 0) -> Iterator[tuple[int, int]]:
    """Yield the cells of a coarse grid that a rectangle touches, or comes as near as `around`."""
    for column in range(_cell(rect.x - around), _cell(rect.x + rect.w + around) + 1):
        for row in range(_cell(rect.y - around), _cell(rect.y + rect.h + around) + 1):
            yield column, row


def _cell(value: float) -> int:
    return int(value // CELL)


class _Tidying:
    """One drawing while it is tidied."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._members: dict[str, list[str]] = {}
        for id_ in drawing.nodes:
            if len(_loops_around(drawing, id_)) <= DEEP_MOST:
                self._members.setdefault(drawing.within.get(id_, ""), []).append(id_)
        self._notes = _notes_by_node(drawing)
        self._leaving: dict[str, list[tuple[int, Tie]]] = {}
        for number, tie in enumerate(drawing.ties):
            self._leaving.setdefault(tie.source, []).append((number, tie))
        self._groups: dict[str, list[tuple[int, Sequence[str]]]] = {}
        for number, group in enumerate(drawing.groups):
            for body in {drawing.within.get(id_, "") for id_ in group}:
                self._groups.setdefault(body, []).append((number, group))

    def sheet(self, ids: Sequence[str]) -> dict[str, Point]:
        """Lay out nodes that stand side by side, with all that belongs to them."""
        if not ids:
            return {}
        parts = {id_: self._node(id_) for id_ in ids}
        holder = {id_: id_ for id_ in ids}
        for number, group in self._groups.get(self._drawing.within.get(ids[0], ""), ()):
            inside = [id_ for id_ in group if holder.get(id_) == id_]
            if inside:
                key = f":{number}"  # no node is called so
                parts[key] = self._group({id_: parts.pop(id_) for id_ in inside})
                holder |= dict.fromkeys(inside, key)
        in_order = {holder[id_]: parts[holder[id_]] for id_ in ids}
        return self._put(in_order, holder).places

    def _node(self, id_: str) -> _Laid:
        """Give a node, its body, and its notes as one."""
        rect = self._drawing.nodes[id_]
        laid = _Laid(Block(width=rect.w, height=rect.h), {id_: (0, 0)})
        if id_ in self._drawing.loops:
            laid = self._with_body(laid)
        rects = [(note, self._drawing.notes[note]) for note in self._notes.get(id_, ())]
        for note, other in rects:
            laid = _beside(laid, f"note:{note}", (other.x - rect.x, other.y - rect.y), other)
        return laid

    def _with_body(self, laid: _Laid) -> _Laid:
        (id_,) = laid.places
        rect = self._drawing.nodes[id_]
        down = max(DROP, rect.h + HANG) + HEAD
        inside = self._members.get(id_, [])
        body = self.sheet(inside)
        places = {key: (x + PADDING, y + down) for key, (x, y) in body.items()}
        right, bottom = _reach(self._drawing, places)
        block = Block(
            width=max(rect.w, right + PADDING, EMPTY[0]),
            height=max(bottom + PADDING, down - HEAD + EMPTY[1]),
        )
        return _Laid(block, laid.places | places)

    def _group(self, parts: Mapping[str, _Laid]) -> _Laid:
        laid = self._put(parts, {id_: id_ for id_ in parts})
        block = Block(
            width=laid.block.width + GROUP_PADDING * 2,
            height=laid.block.height + GROUP_HEAD + GROUP_PADDING,
        )
        moved = {key: (x + GROUP_PADDING, y + GROUP_HEAD) for key, (x, y) in laid.places.items()}
        return _Laid(block, moved)

    def _put(self, parts: Mapping[str, _Laid], holder: Mapping[str, str]) -> _Laid:
        """Lay out blocks by the wires between them; `holder` is the block a node stands in."""
        down = {id_: parts[key].places[id_][1] + LINE for id_, key in holder.items()}
        ties = [
            replace(
                tie,
                source=holder[tie.source],
                target=holder[tie.target],
                leaves=down[tie.source],
                enters=down[tie.target],
            )
            for _, tie in sorted(one for id_ in holder for one in self._leaving.get(id_, ()))
            if tie.target in holder and holder[tie.source] != holder[tie.target]
        ]
        corners = layered({key: laid.block for key, laid in parts.items()}, ties)
        places = {
            key: (x + left, y + top)
            for part, (left, top) in corners.items()
            for key, (x, y) in parts[part].places.items()
        }
        reaches = [(*corners[key], laid.block) for key, laid in parts.items()]
        width = max((x + block.width for x, _, block in reaches), default=0)
        height = max((y + block.height for _, y, block in reaches), default=0)
        return _Laid(Block(width=width, height=height), places)


def _beside(laid: _Laid, key: str, corner: Point, size: Rect) -> _Laid:
    """Give a block with a note beside it; it grows to the left and upwards as well."""
    home = next(iter(laid.places.values()))
    x, y = corner[0] + home[0], corner[1] + home[1]
    left, top = min(x, 0), min(y, 0)
    block = Block(
        width=max(laid.block.width, x + size.w) - left,
        height=max(laid.block.height, y + size.h) - top,
    )
    places = {**laid.places, key: (x, y)}
    return _Laid(block, {one: (a - left, b - top) for one, (a, b) in places.items()})


def _reach(drawing: Drawing, places: Mapping[str, Point]) -> Point:
    """Give how far nodes and notes reach to the right and down."""
    ends = [
        (x + rect.w, y + rect.h)
        for key, (x, y) in places.items()
        for rect in [drawing.nodes.get(key) or drawing.notes[key.removeprefix("note:")]]
    ]
    return max((x for x, _ in ends), default=0), max((y for _, y in ends), default=0)
