"""Blocks in their layers: in which order each layer holds them, and at which height. Pure.

Sweeps go forth and back. A block is put between those its wires lead to (barycentres; the order
with the fewest crossings is kept), and then as near to their height as its neighbours let it
(isotonic regression).

Source: "Methods for visual understanding of hierarchical system structures" (IEEE Transactions on
Systems, Man, and Cybernetics, 1981), for layers and barycentres; the heights are our own choice.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

DOWN = 32
BESIDE = 16
"""The room that a wire which passes a layer is given."""
SWEEPS = 16
_PASSING = 8.0
"""How much straighter the wire past a layer is kept than one that ends there."""
_MAIN = 4.0
"""The same of the wire from a block's first port against those from its others."""
_TALL = 10_000.0
"""More than most blocks are tall: makes how far down a tie ends a part of one place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What is laid out as one, and how large it is."""

    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A wire between two blocks.

    `leaves` and `enters` are how far down its blocks its ends are, when it is drawn straight; `row`
    is the port it leaves by, from the top: 0 is the main way.
    """

    source: str
    target: str
    leaves: float = 0
    enters: float = 0
    row: int = 0


Key = str | tuple[int, int]
"""A block, or where the n-th tie passes a layer."""


class _End(NamedTuple):
    """The other end of a tie, from one of its ends; `own` and `far` are how far down they are."""

    key: Key
    weight: float
    own: float
    far: float
    row: int


Near = Mapping[Key, list[_End]]


@dataclass(slots=True)
class Sheet:
    """Blocks in their layers, and what each is tied to in the layer before it and the one after."""

    blocks: dict[Key, Block]
    layers: list[list[Key]]
    before: dict[Key, list[_End]] = field(default_factory=lambda: defaultdict(list))
    after: dict[Key, list[_End]] = field(default_factory=lambda: defaultdict(list))

    def draw(self, number: int, tie: Tie, passed: Iterable[int]) -> None:
        """Draw a tie, which gets a place in each layer that it passes."""
        places: list[Key] = [(number, rank) for rank in passed]
        weight = _PASSING if places else _MAIN if tie.row == 0 else 1.0
        for place, rank in zip(places, passed, strict=True):
            self.layers[rank].append(place)
            self.blocks[place] = Block(width=0, height=0)
        for source, target in pairwise([tie.source, *places, tie.target]):
            leaves = tie.leaves if source == tie.source else 0.0
            enters = tie.enters if target == tie.target else 0.0
            self.after[source].append(_End(target, weight, leaves, enters, tie.row))
            self.before[target].append(_End(source, weight, enters, leaves, tie.row))


def order(sheet: Sheet) -> None:
    """Put each layer in the order in which the fewest ties cross that the sweeps come upon."""
    best, fewest = [list(layer) for layer in sheet.layers], _crossings(sheet)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        forth = sweep % 2 == 0
        pairs = list(pairwise(sheet.layers if forth else sheet.layers[::-1]))
        for fixed, layer in pairs:
            _sort(layer, fixed, sheet.before if forth else sheet.after)
        crossings = _crossings(sheet)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in sheet.layers], crossings
    sheet.layers[:] = best


def _sort(layer: list[Key], fixed: Sequence[Key], near: Near) -> None:
    """Sort a layer by where the ties of each lead in the layer that stays."""
    at = {key: place for place, key in enumerate(fixed)}
    wish = {}
    for place, key in enumerate(layer):
        ends = [at[end.key] + (end.far + end.row) / _TALL for end in near.get(key, ())]
        wish[key] = sum(ends) / len(ends) if ends else place * len(fixed) / len(layer)
    layer.sort(key=wish.__getitem__)


def _crossings(sheet: Sheet) -> int:
    """Count how often ties cross between neighbouring layers."""
    found = 0
    for layer, following in pairwise(sheet.layers):
        at = {key: place for place, key in enumerate(following)}
        seen: list[tuple[int, float]] = []
        for key in layer:
            ends = sorted(sheet.after.get(key, ()), key=lambda end: (end.own, end.row))
            for end in ends:
                place = (at[end.key], end.far)
                found += len(seen) - bisect_right(seen, place)
                insort(seen, place)
    return found


def heights_of(sheet: Sheet) -> dict[Key, float]:
    """Give each block's upper edge."""
    heights: dict[Key, float] = {}
    for layer in sheet.layers:
        down = 0.0
        for key in layer:
            heights[key] = down
            down += _room(sheet.blocks[key])
    both = (sheet.before, sheet.after)
    rounds = [both[:1], both[1:], *[both] * (SWEEPS - 2)]  # first what is known already alone
    for at, sides in enumerate(rounds):
        for layer in sheet.layers if at % 2 == 0 else sheet.layers[::-1]:
            _settle(sheet, layer, sides, heights)
    return heights


def _room(block: Block) -> float:
    return block.height + DOWN if block.height else BESIDE


def _settle(
    sheet: Sheet,
    layer: Sequence[Key],
    sides: Iterable[Near],
    heights: dict[Key, float],
) -> None:
    """Move a layer's blocks to where their ties lead straight, as far as there is room.

    Blocks that would lie on each other share what they miss: pooled until all are in order.
    """
    pools: list[tuple[float, float, list[Key]]] = []  # the sum of wishes, the weight, who
    offset, offsets = 0.0, {}
    for key in layer:
        block = sheet.blocks[key]
        offsets[key] = offset
        offset += _room(block)
        ends = [end for side in sides for end in side.get(key, ())]
        weight = sum(end.weight for end in ends) or 0.01
        wishes = ((heights[end.key] + end.far - end.own) * end.weight for end in ends)
        wish = sum(wishes) / weight if ends else heights[key]
        pool = ((wish - offsets[key]) * weight, weight, [key])
        while pools and pools[-1][0] / pools[-1][1] > pool[0] / pool[1]:
            total, heavy, keys = pools.pop()
            pool = (total + pool[0], heavy + pool[1], keys + pool[2])
        pools.append(pool)
    for total, weight, keys in pools:
        heights |= {key: total / weight + offsets[key] for key in keys}
