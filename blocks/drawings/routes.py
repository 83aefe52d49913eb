"""The way a wire takes, as an SVG path: as the canvas draws it where no block is in the way. Pure.

Forward wires are one smooth curve; one that has to go back leaves to the right, passes under or
over both nodes and enters from the left, so that it never runs through what it joins.
"""

from __future__ import annotations

from blocks.drawings.faces import Face

STUB = 24
CLEAR = 28
BEND_MAX = 160
_RADIUS = 10

Point = tuple[float, float]


def wire_path(source: Face, port: str, target: Face) -> str:
    """Give the path of a wire from a node's port into another node."""
    (x1, y1), (x2, y2) = source.exit(port), target.entrance
    if x2 >= x1 + STUB:
        bend = min(max((x2 - x1) / 2, STUB), BEND_MAX)
        return f"M{at(x1, y1)}C{at(x1 + bend, y1)} {at(x2 - bend, y2)} {at(x2, y2)}"
    return _back_path((x1, y1), (x2, y2), _lane(source, target))


def at(x: float, y: float) -> str:
    """Write a point.

    >>> at(10.0, 2.54)
    '10 2.5'
    """
    return f"{number(x)} {number(y)}"


def number(value: float) -> str:
    """Write a number shortly, to a tenth.

    >>> number(1_000_000.0), number(-0.01)
    ('1000000', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _lane(source: Face, target: Face) -> float:
    """Give the height a back-wire runs at: between the nodes when there is room, else below."""
    bottom, other = source.y + source.height, target.y + target.height
    if target.y - bottom >= CLEAR:
        return (bottom + target.y) / 2
    if source.y - other >= CLEAR:
        return (other + source.y) / 2
    return max(bottom, other) + CLEAR


def _back_path(start: Point, end: Point, lane: float) -> str:
    (x1, y1), (x2, y2) = start, end
    right, left = x1 + STUB, x2 - STUB
    down = _RADIUS if lane > y1 else -_RADIUS
    up = _RADIUS if y2 > lane else -_RADIUS
    return "".join(
        [
            f"M{at(x1, y1)}H{number(right - _RADIUS)}",
            f"Q{at(right, y1)} {at(right, y1 + down)}V{number(lane - down)}",
            f"Q{at(right, lane)} {at(right - _RADIUS, lane)}H{number(left + _RADIUS)}",
            f"Q{at(left, lane)} {at(left, lane + up)}V{number(y2 - up)}",
            f"Q{at(left, y2)} {at(left + _RADIUS, y2)}H{number(x2)}",
        ]
    )
