"""Requests to publish: the states they go through, and who may say yes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

NAME_MAX = 120
NOTE_MAX = 500
WHO_MAX = 200
OPEN_FOR = timedelta(days=14)
"""How long a request waits for an answer; our own choice: longer than a holiday of a week."""


class RequestState(Enum):
    """How far a request is."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes:
    """A snapshot of a draft that somebody else said yes to; it alone is published.

    Attributes:
        document: What is published, whatever the draft is by now.
        revision: Of the draft that it was.
        took_two: Whether that was a second person; where it takes one only, it need not have been.
        fixed: What it was fixed to when it was asked for, as `fixed_of` gives it; "" for a rule.
        authors: Who had a hand in it elsewhere or before, beside who changed the draft.
    """

    document: Mapping[str, Any]
    revision: int
    fixed: str = ""
    took_two: bool = True
    authors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """One request as one reader sees it.

    Attributes:
        kind: `workflow`, `rule` or `table`.
        subject_id: The workflow or rule.
        against: Number of the version that was live when it was asked for.
        refusal: Why the reader may not say yes; "" when they may.
        is_mine: Whether the reader asked.
        moved_on: Whether the draft is another by now, which is not published with it.
    """

    id: UUID
    kind: str
    subject_id: UUID
    name: str
    mode: str
    document: Mapping[str, Any]
    digest: str
    revision: int
    against: int | None
    fixed: str
    authors: Mapping[str, str]
    note: str
    asked_at: datetime
    asked_by: str
    until: datetime
    state: RequestState
    ended_at: datetime | None
    ended_by: str
    reason: str
    number: int | None
    refusal: str = ""
    is_mine: bool = False
    moved_on: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits."""
        return self.state is RequestState.OPEN

    @property
    def waits_for_reader(self) -> bool:
        """Tell whether the reader may say yes."""
        return self.is_open and not self.refusal

    @property
    def rank(self) -> int:
        """Where it stands in lists: what waits for the reader, for others, for nobody."""
        if not self.is_open:
            return 2
        return 0 if self.waits_for_reader else 1


Known = tuple[int, datetime]
"""Up to which number versions are known elsewhere, of those that were made by an instant."""


def known_since(
    known: Known | None, versions: Sequence[tuple[int, datetime, Mapping[str, str]]]
) -> list[Mapping[str, str]]:
    """Give who made those versions, the last live, that are not known; all where that is known.

    What was made anew under the same name has small numbers again, and its instants tell it.
    """
    number, at = known or (0, datetime.max.replace(tzinfo=UTC))
    fresh = [one[0] > number or one[1] > at for one in versions]
    is_known = not (fresh and fresh[-1])
    return [one[2] for one, is_new in zip(versions, fresh, strict=True) if is_new or is_known]


def state_at(state: RequestState, until: datetime, now: datetime) -> RequestState:
    """Give the state at an instant: what is still open then has expired after its time.

    >>> noon = datetime(2026, 11, 27, 12)
    >>> state_at(RequestState.OPEN, noon, noon).value
    'expired'
    """
    return RequestState.EXPIRED if state is RequestState.OPEN and until <= now else state
