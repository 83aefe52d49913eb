"""Which answers an entry of a manifest's `answers` is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Statuses:
    """From one status to another, both included.

    >>> 204 in Statuses.read("200-299"), 404 in Statuses.read("404")
    (True, True)
    """

    first: int
    last: int

    @classmethod
    def read(cls, text: str) -> Statuses:
        """Read `404` or `200-299`, as the manifest's schema lets through."""
        first, _, last = text.partition("-")
        return cls(int(first), int(last or first))

    def __contains__(self, status: object) -> bool:
        return isinstance(status, int) and self.first <= status <= self.last


def answer_for(answers: Sequence[Mapping[str, Any]], status: int) -> Mapping[str, Any] | None:
    """Give the first entry for a status, None when none is."""
    return next((one for one in answers if status in Statuses.read(one["status"])), None)
