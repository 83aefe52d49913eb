"""Text patterns (regular expressions) that cannot hang.

A pattern comes from a tenant, the text from the network: a backtracking engine would let one
pair of them freeze the correlator. The kernel's schema validator matches in linear time, so the
patterns run there; look-around and back-references do not exist in it and are refused when saved.
"""

from __future__ import annotations

from functools import lru_cache

from kernel.errors import InvalidError
from kernel.schema import Schema

PATTERN_MAX = 200


def pattern_problem(pattern: str) -> str | None:
    """Say what is wrong with a pattern, or None.

    >>> pattern_problem("^link (up|down)$") is None
    True
    """
    if len(pattern) > PATTERN_MAX:
        return f"is longer than {PATTERN_MAX} characters: shorten the pattern or use contains"
    try:
        _compiled(pattern)
    except ValueError:
        return (
            "is not a pattern we can use: check its brackets; look-around such as (?=…) and "
            "back-references such as \\1 are not available"
        )
    return None


def matches(pattern: str, text: str) -> bool:
    """Tell whether the pattern is found anywhere in the text, ignoring case. Linear time.

    >>> matches("^LOS", "Los on port 5"), matches("(a+)+$", "a" * 4000 + "b")
    (True, False)
    """
    return _compiled(pattern).accepts(text)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Schema:
    try:
        return Schema({"type": "string", "pattern": f"(?i){pattern}"})
    except (InvalidError, ValueError) as error:
        raise ValueError(pattern) from error
