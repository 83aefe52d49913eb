"""Boxes: sets of combinations of values, one set of atoms for each input; exact, bounded work.

Pure. Rows are boxes; what no row covers is a list of boxes that do not overlap. Sets of atoms are
whole numbers, a bit for each atom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Box = tuple[int, ...]
WORK_MAX = 60_000


@dataclass(slots=True)
class Budget:
    """How much work is left; `is_spent` once there was too little."""

    left: int = WORK_MAX
    is_spent: bool = False

    def take(self, amount: int = 1) -> bool:
        """Take from it; False when it is used up."""
        self.left -= amount
        self.is_spent = self.is_spent or self.left < 0
        return not self.is_spent


def meet(one: Box, other: Box) -> Box | None:
    """Give what two boxes have in common; None where there is nothing.

    >>> meet((0b011, 0b1), (0b110, 0b1)), meet((0b001,), (0b010,))
    ((2, 1), None)
    """
    common = tuple(a & b for a, b in zip(one, other, strict=True))
    return common if all(common) else None


def uncovered(box: Box, covers: Sequence[Box], *, most: int, budget: Budget) -> list[Box]:
    """List what of a box no cover takes, as at most `most` boxes that do not overlap.

    Column by column, atoms that the same covers take go together; the same question about the
    rest of the columns is answered once. Stops, with what was found, when the budget is spent.
    """
    clipped = [common for one in covers if (common := meet(box, one)) is not None]
    return _Search(box, clipped, budget).gaps(0, tuple(range(len(clipped))), most)


@dataclass
class _Search:
    box: Box
    covers: list[Box]
    budget: Budget
    whole: set[tuple[int, tuple[int, ...]]] = field(default_factory=set)

    def gaps(self, column: int, alive: tuple[int, ...], most: int) -> list[Box]:
        """Search from a column on, among the covers that took everything before it."""
        if not alive:
            return [self.box[column:]]
        if (column, alive) in self.whole or self._is_covered(column, alive):
            return []
        if not self.budget.take(len(alive)):
            return []
        found: list[Box] = []
        for atoms, still in self._parted(column, alive).items():
            rest = self.gaps(column + 1, still, most - len(found))
            found.extend((atoms, *one) for one in rest)
            if len(found) >= most or self.budget.is_spent:
                return found[:most]
        if not found:
            self.whole.add((column, alive))
        return found

    def _is_covered(self, column: int, alive: tuple[int, ...]) -> bool:
        return any(self.covers[one][column:] == self.box[column:] for one in alive)

    def _parted(self, column: int, alive: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
        """Part the column's atoms by which covers take them: set of atoms to those covers."""
        parts = {self.box[column]: tuple[int, ...]()}
        for one in alive:
            cover, split = self.covers[one][column], dict[int, tuple[int, ...]]()
            for atoms, still in parts.items():
                if atoms & cover:
                    split[atoms & cover] = (*still, one)
                if atoms & ~cover:
                    split[atoms & ~cover] = still
            parts = split
        return parts
