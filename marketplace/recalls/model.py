"""What became of a run that was under way when a version was recalled. Pure."""

from __future__ import annotations

from enum import Enum

STOPPED_BY = frozenset({"block.withdrawn", "block.held"})


class Fate(Enum):
    """What became of a run; the first goes on, all others are over."""

    UNDER_WAY = "under_way"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REMOVED = "removed"


WORDS = {
    Fate.UNDER_WAY: "has not come to the block yet, or is let finish",
    Fate.STOPPED: "stopped at the block",
    Fate.FINISHED: "came to its end",
    Fate.FAILED: "failed for another reason",
    Fate.CANCELLED: "was cancelled by somebody",
    Fate.REMOVED: "is not kept any more",
}

LOOKS = {
    Fate.UNDER_WAY: ("Under way", "info", "loader-circle"),
    Fate.STOPPED: ("Stopped", "bad", "circle-x"),
    Fate.FINISHED: ("Came to its end", "good", "circle-check"),
    Fate.FAILED: ("Failed otherwise", "bad", "circle-alert"),
    Fate.CANCELLED: ("Cancelled", "neutral", "ban"),
    Fate.REMOVED: ("Not kept any more", "neutral", "trash-2"),
}
"""How each is shown: word, tone and icon."""


def fate_of(state: str, error_code: str) -> Fate:
    """Say what became of a run by its state, "" for one that is not there, and its error's code.

    >>> fate_of("failed", "block.withdrawn").value, fate_of("waiting", "").value
    ('stopped', 'under_way')
    """
    if state == "failed":
        return Fate.STOPPED if error_code in STOPPED_BY else Fate.FAILED
    ended = {"succeeded": Fate.FINISHED, "cancelled": Fate.CANCELLED, "": Fate.REMOVED}
    return ended.get(state, Fate.UNDER_WAY)
