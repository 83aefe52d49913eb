"""Where each thing is drawn: near what it is tied to, each in a cell of its own. Pure.

The same things and ties give the same places, to the last digit. Distances in hops to a few pivots
make two axes (pivot MDS); each thing then takes the free cell nearest to where the axes put it, so
that nothing overlaps. Parts that no tie joins are laid beside each other, the largest first.

Source: "Eigensolver methods for progressive multidimensional scaling of large data" (Graph Drawing,
2006), for the axes; the cells are our own choice: calm to look at, and text stays legible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import floor, hypot, sqrt
from operator import mul
from statistics import fmean

PIVOTS_MAX = 24
ROUNDS = 60
ROOM = 1.7
TALLER = 1.25
STEP_LEAST = 1.05
_PAIR = (0, 1)
_GRAIN = 1e-6

Cell = tuple[int, int]
Near = Mapping[str, Collection[str]]


def arrange(keys: Sequence[str], ties: Iterable[tuple[str, str]]) -> dict[str, Cell]:
    """Give each thing a cell (column, row) from (0, 0) on.

    O(pivots * (things + ties)), and at worst O(things squared) for the cells.

    >>> arrange(["a", "b"], [("a", "b")])
    {'a': (0, 0), 'b': (1, 0)}
    """
    near: dict[str, set[str]] = {key: set() for key in keys}
    for start, end in ties:
        if start != end and start in near and end in near:
            near[start].add(end)
            near[end].add(start)
    parts = sorted(_parts(keys, near), key=lambda part: (-len(part), part[0]))
    return _beside_each_other([_cells_of(part, near) for part in parts])


def _parts(keys: Sequence[str], near: Near) -> Iterator[list[str]]:
    """Give the parts that ties join, each in the order of keys."""
    seen: set[str] = set()
    for key in sorted(keys):
        if key not in seen:
            part = _hops(key, near)
            seen.update(part)
            yield sorted(part)


def _hops(start: str, near: Near) -> dict[str, int]:
    """Give how many hops away each thing is."""
    found, waiting = {start: 0}, deque([start])
    while waiting:
        key = waiting.popleft()
        for other in sorted(near[key]):
            if other not in found:
                found[other] = found[key] + 1
                waiting.append(other)
    return found


def _cells_of(part: Sequence[str], near: Near) -> dict[str, Cell]:
    """Give the things of one part cells of their own, the most tied ones first."""
    wishes = _wishes(part, near)
    taken: dict[Cell, str] = {}
    for key in sorted(part, key=lambda one: (-len(near[one]), one)):
        taken[_nearest_free(wishes[key], taken)] = key
    left = min(column for column, _ in taken)
    upper = min(row for _, row in taken)
    return {key: (column - left, row - upper) for (column, row), key in taken.items()}


def _wishes(part: Sequence[str], near: Near) -> dict[str, tuple[float, float]]:
    """Give where each thing would stand if there were room, in cells."""
    x, y = _axes(part, near)
    area = max(max(x) - min(x), 1.0) * max(max(y) - min(y), 1.0)
    step = max(STEP_LEAST, sqrt(ROOM * len(part) / area)) if len(part) > len(_PAIR) else TALLER
    return {key: (x[at] * step / TALLER, y[at] * step * TALLER) for at, key in enumerate(part)}


def _axes(part: Sequence[str], near: Near) -> list[list[float]]:
    """Give two axes of a part, the longer one first, in hops."""
    columns = _centred([[hops[key] ** 2 for key in part] for hops in _pivots(part, near)])
    table = [[_product(one, other) for other in columns] for one in columns]
    axes: list[list[float]] = []
    for _ in _PAIR:
        weights, strength = _strongest(table)
        axis = [_product(weights, row) for row in zip(*columns, strict=True)]
        size = sqrt(_product(axis, axis)) or 1.0
        length = sqrt(sqrt(max(strength, 0.0) * len(part) / len(columns)))
        length = -length if axis[0] > 0 else length
        axes.append([value * length / size for value in axis])
        table = [
            [cell - strength * one * other for cell, other in zip(row, weights, strict=True)]
            for row, one in zip(table, weights, strict=True)
        ]
    return axes


def _pivots(part: Sequence[str], near: Near) -> Iterator[dict[str, int]]:
    """Give the hops from pivots that lie as far from each other as they can."""
    farness = dict.fromkeys(part, len(part))
    pivot = max(part, key=lambda key: len(near[key]))
    for _ in range(min(PIVOTS_MAX, len(part))):
        hops = _hops(pivot, near)
        yield hops
        farness = {key: min(far, hops[key]) for key, far in farness.items()}
        pivot = max(part, key=lambda key: farness[key])


def _centred(columns: list[list[int]]) -> list[list[float]]:
    """Take the means of rows and columns out of squared distances, halved and turned over."""
    rows = [fmean(row) for row in zip(*columns, strict=True)]
    middle = fmean(rows)
    return [
        [-(cell - row - fmean(column) + middle) / 2 for cell, row in zip(column, rows, strict=True)]
        for column in columns
    ]


def _strongest(table: list[list[float]]) -> tuple[list[float], float]:
    """Give the eigenvector of a symmetric table with the largest eigenvalue, and that value."""
    weights = [1.0 + 0.1 * at for at in range(len(table))]
    strength = 0.0
    for _ in range(ROUNDS):
        size = sqrt(_product(weights, weights)) or 1.0
        weights = [one / size for one in weights]
        moved = [_product(row, weights) for row in table]
        strength = _product(moved, weights)
        if not any(moved):
            break
        weights = moved
    size = sqrt(_product(weights, weights)) or 1.0
    return [one / size for one in weights], strength


def _product(one: Iterable[float], other: Iterable[float]) -> float:
    return float(sum(map(mul, one, other)))


def _nearest_free(wish: tuple[float, float], taken: Collection[Cell]) -> Cell:
    """Give the free cell nearest to a wish; a ring further out is looked at for the corners."""
    column, row = (floor(one + 0.5 - _GRAIN) for one in wish)
    best: Cell | None = None
    size = 0
    while True:
        free = [cell for cell in _ring(column, row, size) if cell not in taken]
        if best is not None:
            free.append(best)
        if free:
            nearest = min(free, key=lambda cell: (_apart(cell, wish), cell))
            if best is not None or size == 0:
                return nearest
            best = nearest
        size += 1


def _ring(column: int, row: int, size: int) -> Iterator[Cell]:
    """Give the cells of a square ring."""
    if size == 0:
        yield column, row
        return
    for at in range(-size, size + 1):
        yield column + at, row - size
        yield column + at, row + size
    for at in range(1 - size, size):
        yield column - size, row + at
        yield column + size, row + at


def _apart(cell: Cell, wish: tuple[float, float]) -> float:
    return round(hypot(cell[0] - wish[0], cell[1] - wish[1]), 6)


def _beside_each_other(parts: Sequence[Mapping[str, Cell]]) -> dict[str, Cell]:
    """Lay parts on shelves, as wide as makes the whole about square."""
    sizes = [
        (1 + max(cell[0] for cell in part.values()), 1 + max(cell[1] for cell in part.values()))
        for part in parts
    ]
    area = sum((wide + (wide > 1)) * (high + (high > 1)) for wide, high in sizes)
    widest = max([sqrt(area), *(wide for wide, _ in sizes)], default=0)
    found: dict[str, Cell] = {}
    left = upper = tallest = 0
    for part, (wide, high) in zip(parts, sizes, strict=True):
        if left and left + wide > widest:
            left, upper, tallest = 0, upper + tallest, 0
        for key, (column, row) in part.items():
            found[key] = (left + column, upper + row)
        left += wide + (wide > 1)
        tallest = max(tallest, high + (high > 1))
    return found
