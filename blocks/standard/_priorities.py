"""How bad an alarm is where tickets are kept: a severity that lasts, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_WORST_FIRST = ("critical", "major", "minor", "warning", "indeterminate")


def severity_at_worst(alarm: Mapping[str, Any]) -> str:
    """Give how bad an alarm is or was; indeterminate where only that it is over is known.

    >>> severity_at_worst({"perceived_severity": "Major", "state": "cleared"})
    'major'
    >>> severity_at_worst({"perceived_severity": "cleared"})
    'indeterminate'
    """
    said = str(alarm.get("perceived_severity") or "").lower()
    return said if said in _WORST_FIRST else "indeterminate"


def priority_of(alarm: Mapping[str, Any], usual: Sequence[Any], own: Mapping[str, Any]) -> Any:
    """Give the priority of an alarm: the other system's own, or the usual one, the worst first.

    >>> priority_of({"perceived_severity": "minor"}, (1, 2, 3, 4, 5), {"major": 1})
    3
    """
    severity = severity_at_worst(alarm)
    return own.get(severity, usual[_WORST_FIRST.index(severity)])
