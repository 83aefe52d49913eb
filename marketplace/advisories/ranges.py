"""Which versions of a block are meant: ranges as `>=1.0.0,<1.4.2`, several parted by `||`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from blocks.versions import precedence
from kernel.errors import InvalidError, Problem

RANGE_MAX = 300
PARTS_MAX = 20
_VERSION = (
    r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}"
    r"(?:-(?:0|[1-9][0-9]{0,8}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
    r"(?:\.(?:0|[1-9][0-9]{0,8}|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?"
)
_SPAN = re.compile(
    rf"(?:>=\s*(?P<low>{_VERSION}))?\s*,?\s*(?:(?P<how><=?)\s*(?P<high>{_VERSION}))?"
)
_ONE = re.compile(rf"=?\s*({_VERSION})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Versions from one on to another.

    Attributes:
        first: The lowest one; "" for all from the beginning.
        before: The lowest that is not meant any more; "" where `last` says it, or nothing does.
        last: The highest one that is meant; "" as above.
    """

    first: str = ""
    before: str = ""
    last: str = ""

    def holds(self, version: str) -> bool:
        """Tell whether a version lies in it."""
        place = precedence(version)
        if self.first and place < precedence(self.first):
            return False
        if self.before:
            return place < precedence(self.before)
        return not self.last or place <= precedence(self.last)

    @property
    def text(self) -> str:
        """As it is written."""
        if self.first and self.first == self.last:
            return self.first
        parts = [f">={self.first}" if self.first else ""]
        parts.append(f"<{self.before}" if self.before else f"<={self.last}" if self.last else "")
        return ",".join(one for one in parts if one) or "*"


def read_ranges(text: str) -> tuple[Span, ...]:
    """Read which versions are meant.

    Raises:
        InvalidError: it can't be read, or one of its parts holds no version.

    >>> [one.text for one in read_ranges(">= 1.0.0, <1.4.2 || 2.0.0")]
    ['>=1.0.0,<1.4.2', '2.0.0']
    """
    parts = text.split("||")
    if len(text) > RANGE_MAX or len(parts) > PARTS_MAX:
        raise _refusal(f"write {RANGE_MAX} characters and {PARTS_MAX} parts at most")
    return tuple(_span(one.strip()) for one in parts)


def write_ranges(spans: tuple[Span, ...]) -> str:
    """Write ranges the one way they are kept."""
    return " || ".join(one.text for one in spans)


def affects(affected: str, version: str) -> bool:
    """Tell whether a version is one of those that are meant.

    >>> affects(">=1.0.0,<1.4.2", "1.4.1"), affects(">=1.0.0,<1.4.2", "1.4.2")
    (True, False)
    """
    return any(one.holds(version) for one in read_ranges(affected))


def _span(text: str) -> Span:
    if text == "*":
        return Span()
    if one := _ONE.fullmatch(text):
        return Span(first=one[1], last=one[1])
    found = _SPAN.fullmatch(text) if text else None
    if found is None or not (found["low"] or found["high"]):
        raise _refusal("write versions such as >=1.0.0,<1.4.2 or 1.3.0, or * for all")
    low, high = found["low"] or "", found["high"] or ""
    is_open = found["how"] == "<"
    span = Span(first=low, before=high if is_open else "", last="" if is_open else high)
    if low and high and not span.holds(low):
        raise _refusal(f"no version lies in {text}: the second must be higher")
    return span


def _refusal(told: str) -> InvalidError:
    message = f"affected: {told}"
    return InvalidError(message, problems=[Problem("/affected", message)])
