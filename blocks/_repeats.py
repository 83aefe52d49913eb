"""Which entries of a list stood in it before."""

from __future__ import annotations

from collections.abc import Sequence


def repeats(names: Sequence[str]) -> list[int]:
    """List the places of names that were there already.

    >>> repeats(["a", "b", "a"])
    [2]
    """
    return [index for index, name in enumerate(names) if name in names[:index]]
