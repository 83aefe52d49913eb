"""What happened within a time that slides along: instants of late. Pure.

A window ends at the instant at hand, which is in it; its start is not. It slides rather than begin
at full hours, so that no verdict depends on where a boundary happens to fall.
"""

from __future__ import annotations

from collections.abc import Sequence


def within(instants: Sequence[float], *, now_s: float, window_s: float) -> list[float]:
    """Give those instants that lie in the window, the earliest first; later ones count as now.

    >>> within([0, 30, 60], now_s=60, window_s=60)
    [30, 60]
    """
    return sorted(min(one, now_s) for one in instants if one > now_s - window_s)


def free_at(instants: Sequence[float], *, most: int, window_s: float) -> float:
    """Say when the next may come, of at most so many in a window that now has them all.

    >>> free_at([0, 10, 20], most=2, window_s=60)
    70
    """
    return sorted(instants)[-most] + window_s
