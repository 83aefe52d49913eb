"""Counts that stay cheap: they stop at a limit and say so."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Tally:
    """A count with an end: where `is_least`, there may be more."""

    count: int
    is_least: bool = False

    @override
    def __str__(self) -> str:
        """Write it for people.

        >>> str(Tally(1000, is_least=True)), str(Tally(12))
        ('1,000+', '12')
        """
        return f"{self.count:,}{'+' if self.is_least else ''}"

    @classmethod
    def of(cls, found: int, *, most: int) -> Tally:
        """Make one of what was found by looking for one more than `most`.

        >>> str(Tally.of(11, most=10))
        '10+'
        """
        return cls(min(found, most), is_least=found > most)
