"""A workflow drawn as SVG, as the canvas shows it: self-contained, nothing in it acts or loads.

Presentation attributes rather than a style sheet carry the looks, so that a picture looks the same
in a page with a strict content policy, in an office document and in a drawing program.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from blocks.drawings.colours import GROUPS, Theme, colours, style_of
from blocks.drawings.faces import HEAD_HEIGHT, NODE_WIDTH, PORT_HEIGHT, Face, Way
from blocks.drawings.icons import icon_markup
from blocks.drawings.routes import at, number, wire_path
from blocks.drawings.sheets import Frame, Sheet, bounds, rects, sheet_of
from blocks.drawings.words import fitting, wrapped, written

MARGIN = 32
NAMES_WIDTH = 142
SAID_MAX = 40
NOTE_SIZE = (208.0, 144.0)
_TITLE, _SMALL, _HEAD = 13, 11, 12
_LINE = 17
_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
_FONT = "Inter, system-ui, sans-serif"
_WIRES = {"good": "good", "bad": "notice", "error": "bad"}


def draw(
    document: Mapping[str, Any],
    entries: Mapping[str, Any],
    theme: Theme = "auto",
    *,
    marked: Collection[str] = (),
) -> str:
    """Draw a workflow.

    Args:
        document: A workflow of the schema, its nodes with positions.
        entries: What draws each block and trigger, by key; a step without one is a missing block.
        theme: Its colours.
        marked: The nodes that the picture is about.
    """
    return _Drawing(document, sheet_of(document, entries), theme, frozenset(marked)).text()


class _Drawing:
    """One picture in the making."""

    def __init__(
        self, document: Mapping[str, Any], sheet: Sheet, theme: Theme, marked: frozenset[str]
    ) -> None:
        self._document = document
        self._sheet = sheet
        self._theme: Theme = theme
        self._marked = marked
        self._colours = colours(theme)
        self._notes: Mapping[str, Any] = document.get("canvas", {}).get("notes", {})

    def text(self) -> str:
        """Give the whole picture."""
        x, y, w, h = self._extent()
        size = f'width="{number(w)}" height="{number(h)}"'
        look = f'font-family="{_FONT}" font-size="{_SMALL}" {self._fill("ink-soft")}'
        ground = f'<rect x="{number(x)}" y="{number(y)}" {size} {self._fill("ground")}/>'
        drawn = [
            *([ground] if self._theme != "page" else ()),
            *(part for group in self._sheet.groups for part in self._group(group)),
            *(part for box in self._sheet.boxes for part in self._box(box)),
            *(part for note in self._notes.values() for part in self._note(note)),
            *(self._wire(*wire) for wire in self._sheet.wires),
            *(part for face in self._sheet.faces.values() for part in self._node(face)),
        ]
        style = style_of(self._theme, "\n".join([look, *drawn]))
        head = [
            f'<svg {_NAMESPACE} viewBox="{at(x, y)} {at(w, h)}" {size} role="img" {look}>',
            f"<title>{written(str(self._document['name']))}</title>",
            f"<desc>{written(self._said())}</desc>",
            *([f"<style>{style}</style>"] if style else ()),
        ]
        return "\n".join([*head, *drawn, "</svg>\n"])

    def _extent(self) -> tuple[float, float, float, float]:
        frames = [*rects(self._sheet), *((g.x, g.y, g.w, g.h) for g in self._sheet.groups)]
        notes = self._notes.values()
        frames += [(*note["position"], *note.get("size", NOTE_SIZE)) for note in notes]
        left, top, right, bottom = bounds(frames)
        low = max((_lowest(self._sheet, wire) for wire in self._sheet.wires), default=bottom)
        x, y = left - MARGIN, top - MARGIN
        return x, y, right - x + MARGIN, max(bottom, low) - y + MARGIN

    def _said(self) -> str:
        """Say in words what leads where, for those who do not see it."""
        onward: dict[str, list[str]] = {}
        for source, _, target in self._sheet.wires:
            onward.setdefault(source, []).append(self._sheet.faces[target].title)
        faces = list(self._sheet.faces.values())
        lines = [self._line_of(face, onward.get(face.id, ())) for face in faces[:SAID_MAX]]
        if len(faces) > len(lines):
            lines.append(f"{len(faces) - len(lines)} more steps.")
        return " ".join(lines) or "Nothing was drawn yet."

    def _line_of(self, face: Face, onward: Collection[str]) -> str:
        loop = self._sheet.within.get(face.id)
        inside = f", in each round of {self._sheet.faces[loop].title}," if loop else ""
        where = f"to {', '.join(dict.fromkeys(onward))}" if onward else "nowhere"
        return f"{face.title}{inside} leads {where}."

    def _fill(self, name: str) -> str:
        return f'fill="{self._colours[name]}"'

    def _line(self, name: str, width: float = 1, dash: str = "") -> str:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        return f'stroke="{self._colours[name]}" stroke-width="{width:g}"{dashes}'

    def _group(self, group: Frame) -> Iterator[str]:
        colour = group.colour if group.colour in GROUPS else "grey"
        look = f"{self._fill(f'{colour}-soft')} {self._line(colour)}"
        yield f'<rect {_place(group)} rx="10" {look} fill-opacity="0.6"/>'
        yield self._head(group, colour)

    def _box(self, box: Frame) -> Iterator[str]:
        loop = self._sheet.faces[box.id]
        line = self._line("line-strong", 1.5, "4 4")
        start = at(loop.x + NODE_WIDTH / 2, loop.y + loop.height)
        yield f'<path d="M{start}V{number(box.y)}" fill="none" {line}/>'
        look = f'{self._fill("sunken")} fill-opacity="0.6" {line}'
        yield f'<rect {_place(box)} rx="10" {look}/>'
        yield self._head(box, "ink-soft")

    def _head(self, frame: Frame, colour: str) -> str:
        said = fitting(frame.title, _HEAD, frame.w - 28)
        where = f'x="{number(frame.x + 14)}" y="{number(frame.y + 25)}"'
        look = f'font-size="{_HEAD}" font-weight="600" {self._fill(colour)}'
        return f"<text {where} {look}>{written(said)}</text>"

    def _wire(self, source: str, port: str, target: str) -> str:
        faces = self._sheet.faces
        _, way = faces[source].way(port)
        dash = "5 4" if way.tone == "error" else ""
        line = self._line(_WIRES.get(way.tone, "line-strong"), 1.75, dash)
        return f'<path d="{wire_path(faces[source], port, faces[target])}" fill="none" {line}/>'

    def _node(self, face: Face) -> Iterator[str]:
        yield f'<g transform="translate({at(face.x, face.y)})">'
        size = f'width="{NODE_WIDTH}" height="{face.height}" rx="7"'
        yield f"<rect {size} {self._fill('node')} {self._edge(face)}/>"
        if face.disabled:
            yield '<g opacity="0.55">'
        badge = 'x="10" y="10" width="28" height="28" rx="4"'
        yield f"<rect {badge} {self._fill('accent-soft')}/>"
        drawn = icon_markup(face.icon) or icon_markup("puzzle")
        colour = f'color="{self._colours["accent"]}" {self._fill("accent")}'
        yield f'<g transform="translate(15.5 15.5)" {colour}>{drawn}</g>'
        title = written(fitting(face.title, _TITLE, NAMES_WIDTH))
        look = f'font-size="{_TITLE}" font-weight="620" {self._fill("ink")}'
        yield f'<text x="47" y="21" {look}>{title}</text>'
        yield f'<text x="47" y="36">{written(fitting(face.subtitle, _SMALL, NAMES_WIDTH))}</text>'
        if face.sort == "step":
            ring = f"{self._fill('node')} {self._line('line-strong', 2)}"
            yield f'<circle cx="0" cy="{HEAD_HEIGHT // 2}" r="4.5" {ring}/>'
        for row, way in enumerate(face.ways):
            yield from self._port(way, HEAD_HEIGHT + (row + 0.5) * PORT_HEIGHT)
        yield "</g></g>" if face.disabled else "</g>"

    def _edge(self, face: Face) -> str:
        if face.missing:
            return self._line("bad")
        if face.id in self._marked:
            return self._line("accent", 2)
        if face.disabled:
            return self._line("line-strong", 1, "4 3")
        return self._line("accent" if face.sort == "trigger" else "edge")

    def _port(self, way: Way, y: float) -> Iterator[str]:
        said = written(fitting(way.title, _SMALL, NODE_WIDTH - 28))
        right = NODE_WIDTH - 14
        yield f'<text x="{right}" y="{number(y + 4)}" text-anchor="end">{said}</text>'
        look = f"{self._fill('node')} {self._line(_WIRES.get(way.tone, 'line-strong'), 2)}"
        if way.tone in ("bad", "error"):
            turned = f' transform="rotate(45 {NODE_WIDTH} {number(y)})"' * (way.tone == "error")
            corner = f'x="{NODE_WIDTH - 4.5}" y="{number(y - 4.5)}"'
            yield f'<rect {corner} width="9" height="9" rx="1" {look}{turned}/>'
        else:
            yield f'<circle cx="{NODE_WIDTH}" cy="{number(y)}" r="4.5" {look}/>'

    def _note(self, note: Mapping[str, Any]) -> Iterator[str]:
        (x, y), (w, h) = note["position"], note.get("size", NOTE_SIZE)
        colour = note.get("colour") if note.get("colour") in GROUPS else "amber"
        place = f'x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"'
        yield f'<rect {place} rx="7" {self._fill(f"{colour}-soft")} {self._line(str(colour))}/>'
        lines = wrapped(note["text"], _HEAD, w - 20, max(1, int((h - 16) // _LINE)))
        for row, line in enumerate(lines):
            where = f'x="{number(x + 10)}" y="{number(y + 22 + row * _LINE)}"'
            look = f'font-size="{_HEAD}" {self._fill("ink")}'
            yield f"<text {where} {look}>{written(line)}</text>"


def _place(frame: Frame) -> str:
    corner = f'x="{number(frame.x)}" y="{number(frame.y)}"'
    return f'{corner} width="{number(frame.w)}" height="{number(frame.h)}"'


def _lowest(sheet: Sheet, wire: tuple[str, str, str]) -> float:
    """Say how far down a wire that goes back runs."""
    source, target = sheet.faces[wire[0]], sheet.faces[wire[2]]
    return max(source.y + source.height, target.y + target.height) + MARGIN
