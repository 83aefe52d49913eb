"""Where the shapes of a diagram stand on the canvas. Pure."""

from __future__ import annotations

from math import isfinite

from blocks.drawings.faces import HEAD_HEIGHT
from runtime.flows.bpmn.diagram import TASK
from runtime.flows.bpmn.words import SCALE
from runtime.xml_files import Element

MOST = 1_000_000.0
_OTHERS = (1.8, 1.4)
"""From other tools' diagrams, whose tasks are smaller and closer, to the canvas."""

Point = tuple[float, float]
Rect = tuple[float, float, float, float]


class Places:
    """The shapes of a file by the element they show."""

    def __init__(self, root: Element, *, is_own: bool) -> None:
        self._scale = (1 / SCALE[0], 1 / SCALE[1]) if is_own else _OTHERS
        self._rects: dict[str, Rect] = {}
        for shape in root.walk():
            bounds = shape.first("Bounds") if shape.local == "BPMNShape" else None
            if bounds is not None:
                named = (bounds.attributes.get(one, "") for one in ("x", "y", "width", "height"))
                numbers = [_number(text) for text in named]
                if all(number is not None for number in numbers):
                    x, y, w, h = (number or 0.0 for number in numbers)
                    self._rects[shape.attributes.get("bpmnElement", "")] = (x, y, w, h)

    def of(self, element: Element) -> Point | None:
        """Give where the node of an element stands, so that flows enter it at the same height."""
        rect = self._rects.get(element.attributes.get("id", ""))
        if rect is None:
            return None
        x, y, w, h = rect
        left = x - max(0.0, (TASK[0] - w) / 2)
        return _kept(left * self._scale[0]), _kept((y + h / 2) * self._scale[1] - HEAD_HEIGHT / 2)

    def corner(self, element: Element) -> Point | None:
        """Give where the upper left corner of an element's shape stands."""
        rect = self._rects.get(element.attributes.get("id", ""))
        return rect and (_kept(rect[0] * self._scale[0]), _kept(rect[1] * self._scale[1]))

    def holds(self, outer: Element, inner: Element) -> bool:
        """Tell whether the middle of a shape stands in another."""
        a = self._rects.get(outer.attributes.get("id", ""))
        b = self._rects.get(inner.attributes.get("id", ""))
        if a is None or b is None:
            return False
        x, y = b[0] + b[2] / 2, b[1] + b[3] / 2
        return a[0] <= x <= a[0] + a[2] and a[1] <= y <= a[1] + a[3]


def _kept(value: float) -> float:
    return round(min(max(value, -MOST), MOST), 1)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) else None
