"""A drawing in layers from left to right: few wires cross, and the main way runs straight. Pure.

Every block stands one layer right of the furthest that leads to it. A wire past layers takes its
room in each of them. The same blocks and wires give the same places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from designer.tidying._sheet import DOWN, Block, Key, Sheet, Tie, heights_of, order

__all__ = ["Block", "Tie", "layered"]

ACROSS = 64
"""Canvas units from one layer to the next; enough for a wire's bend and its stub."""
PASSED_MOST = 20_000
"""Layers that ties pass, all in all; further ones are given no room, or one would wait too long."""


def layered(blocks: Mapping[str, Block], ties: Sequence[Tie]) -> dict[str, tuple[float, float]]:
    """Give each block its upper left corner; the leftmost is at x 0 and the topmost at y 0.

    Parts that no tie joins are laid below each other, in the order of their first block. Circles
    are opened at the tie that closes them. O(sweeps * (blocks + layers passed by ties)).

    >>> small = Block(width=200, height=80)
    >>> layered({"a": small, "b": small}, [Tie(source="a", target="b")])
    {'a': (0.0, 0.0), 'b': (264.0, 0.0)}
    """
    places: dict[str, tuple[float, float]] = {}
    top = 0.0
    known = [tie for tie in ties if tie.source in blocks and tie.target in blocks]
    for part in _parts(blocks, known):
        inside = set(part)
        own = [tie for tie in known if tie.source in inside]
        found = _part_laid({id_: blocks[id_] for id_ in part}, own)
        places |= {id_: (x, y + top) for id_, (x, y) in found.items()}
        top += max(y + blocks[id_].height for id_, (_, y) in found.items()) + DOWN
    return places


def _parts(blocks: Iterable[str], ties: Iterable[Tie]) -> Iterator[list[str]]:
    """Give the parts that ties join, each in the order of blocks."""
    near: dict[str, list[str]] = {id_: [] for id_ in blocks}
    for tie in ties:
        near[tie.source].append(tie.target)
        near[tie.target].append(tie.source)
    part_of: dict[str, str] = {}
    for first in near:
        waiting = [first]
        while waiting:
            at = waiting.pop()
            if at not in part_of:
                part_of[at] = first
                waiting += near[at]
    parts: dict[str, list[str]] = {}
    for id_ in near:
        parts.setdefault(part_of[id_], []).append(id_)
    yield from parts.values()


def _part_laid(blocks: Mapping[str, Block], ties: Sequence[Tie]) -> dict[str, tuple[float, float]]:
    sheet = _sheet(blocks, _forward(blocks, ties))
    order(sheet)
    heights = heights_of(sheet)
    least = min(heights[id_] for id_ in blocks)
    places: dict[str, tuple[float, float]] = {}
    left = 0.0
    for layer in sheet.layers:
        here = [key for key in layer if isinstance(key, str)]
        places |= {id_: (left, heights[id_] - least) for id_ in here}
        left += max((blocks[id_].width for id_ in here), default=0.0) + ACROSS
    return places


def _forward(blocks: Iterable[str], ties: Sequence[Tie]) -> list[Tie]:
    """Leave out the ties that lead back to a block on the way to themselves."""
    onward: dict[str, list[Tie]] = {id_: [] for id_ in blocks}
    for tie in reversed(ties):
        onward[tie.source].append(tie)
    kept: list[Tie] = []
    done: dict[str, bool] = {}  # False while its ways onward are walked
    for first in list(onward):
        stack = [] if first in done else [first]
        while stack:
            at = stack[-1]
            done.setdefault(at, False)
            if not onward[at]:
                done[stack.pop()] = True
                continue
            tie = onward[at].pop()
            if done.get(tie.target, True):
                kept.append(tie)
            if tie.target not in done:
                stack.append(tie.target)
    return kept


def _ranks(blocks: Iterable[str], ties: Sequence[Tie]) -> dict[str, int]:
    """Give each block its layer; what only begins stands right before what it leads to."""
    onward: dict[str, list[str]] = {id_: [] for id_ in blocks}
    open_ = dict.fromkeys(onward, 0)
    for tie in ties:
        onward[tie.source].append(tie.target)
        open_[tie.target] += 1
    begins = [id_ for id_, count in open_.items() if not count]
    ranks = dict.fromkeys(onward, 0)
    order = list(begins)
    for id_ in order:  # grows while it is walked
        for target in onward[id_]:
            ranks[target] = max(ranks[target], ranks[id_] + 1)
            open_[target] -= 1
            if not open_[target]:
                order.append(target)
    for id_ in begins:
        ranks[id_] = min((ranks[target] for target in onward[id_]), default=1) - 1
    return ranks


def _sheet(blocks: Mapping[str, Block], ties: Sequence[Tie]) -> Sheet:
    ranks = _ranks(blocks, ties)
    layers: list[list[Key]] = [[] for _ in range(max(ranks.values()) + 1)]
    sheet = Sheet(blocks=dict(blocks.items()), layers=layers)
    for id_ in _reading_order(blocks, ties):
        layers[ranks[id_]].append(id_)
    room = PASSED_MOST
    for number, tie in enumerate(ties):
        passed = range(ranks[tie.source] + 1, ranks[tie.target])
        room -= len(passed)
        if not passed or room > 0:
            sheet.draw(number, tie, passed)
    return sheet


def _reading_order(blocks: Iterable[str], ties: Sequence[Tie]) -> Iterator[str]:
    """Give the blocks as they are met going onward, upper ports first."""
    onward: dict[str, list[str]] = {id_: [] for id_ in blocks}
    entered = {tie.target for tie in ties}
    for tie in sorted(ties, key=lambda one: -one.row):
        onward[tie.source].append(tie.target)
    waiting = sorted(onward, key=lambda id_: id_ not in entered)
    seen: set[str] = set()
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            yield at
            waiting += onward[at]
