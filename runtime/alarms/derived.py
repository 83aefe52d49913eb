"""How far an alarm is from what the network said: alarms that alarms led to, told apart from it.

Rules derive alarms from alarms, and workflows that an alarm started raise others. What is raised so
carries its depth, so that none of them goes round for ever. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.errors import InvalidError

DEPTH = "derived_depth"
DEPTH_MAX = 3


class TooDeepError(InvalidError):
    """Alarms led to alarms that led to alarms: it would go round."""

    code = "runtime.derived_too_deep"


def depth_in(attributes: Mapping[str, Any]) -> int:
    """Give how deep something is by its attributes; 0 for what the network itself said.

    >>> depth_in({"derived_depth": 2}), depth_in({"derived_depth": "x"}), depth_in({})
    (2, 0, 0)
    """
    depth = attributes.get(DEPTH, 0)
    return max(depth, 0) if isinstance(depth, int) else 0


def deeper(depth: int, *, remedy: str) -> int:
    """Give the depth of what is raised because of something that deep.

    Raises:
        TooDeepError: that goes too deep; `remedy` says what to do about it.
    """
    if depth >= DEPTH_MAX:
        raise TooDeepError(f"alarms derived from derived alarms go no deeper: {remedy}")
    return depth + 1
