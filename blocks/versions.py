"""Versions: which of two is higher, and whether the SDK's lies in the range a block asks for."""

from __future__ import annotations

import re

SDK_VERSION = "1.1"
"""Of `blocks.sdk`: the first number grows when a block may stop working, the second with more."""

_RANGE = re.compile(r">=([0-9]+)(?:\.([0-9]+))?(?:,<([0-9]+)(?:\.([0-9]+))?)?")


def precedence(version: str) -> tuple[object, ...]:
    """Order versions as semver 2.0.0, clause 11, does.

    >>> sorted(["1.0.0", "1.0.0-rc.2", "1.0.0-rc.10", "0.9.9"], key=precedence)
    ['0.9.9', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0']
    """
    release, _, pre = version.partition("-")
    numbers = tuple(int(part) for part in release.split("."))
    marks = tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in pre.split(".")
    )
    return (*numbers, not pre, marks)


def sdk_problem(wanted: str, *, sdk: str = SDK_VERSION) -> str:
    """Say why an SDK does not lie in a range; "" when it does, or when any will do.

    Args:
        wanted: `>=1.0`, `>=1,<2` or "".
        sdk: The version at hand, two numbers.

    >>> sdk_problem(">=1.0,<2"), sdk_problem(">=1.4", sdk="1.2")
    ('', 'it needs an SDK >=1.4 and this is 1.2: use a newer release, or ask for less')
    """
    match = _RANGE.fullmatch(wanted)
    if match is None:
        return ""
    major, minor, below_major, below_minor = (int(part or 0) for part in match.groups())
    lowest, here = (major, minor), tuple(int(part) for part in sdk.split("."))
    highest = (below_major, below_minor) if match[3] is not None else None
    if highest is not None and highest <= lowest:
        return f"no version lies in {wanted}: the second number must be higher"
    if here < lowest:
        return f"it needs an SDK {wanted} and this is {sdk}: use a newer release, or ask for less"
    if highest is not None and here >= highest:
        return f"it was written for an SDK {wanted} and this is {sdk}: try it, then widen the range"
    return ""
