"""The states of a release, and which may follow which: a table, and nothing that looks further."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType

from kernel.errors import ConflictError


class ReleaseState(Enum):
    """Where a release is on its way."""

    CHECKING = "checking"
    REFUSED = "refused"
    IN_REVIEW = "in_review"
    QUESTIONED = "questioned"
    APPROVED = "approved"
    REJECTED = "rejected"
    LISTED = "listed"
    DEPRECATED = "deprecated"
    RECALLED = "recalled"

    @property
    def words(self) -> str:
        """As people read it."""
        return _WORDS[self]

    @property
    def is_over(self) -> bool:
        """Tell whether nothing came of it: the same version may be submitted again."""
        return self in OVER

    @property
    def is_public(self) -> bool:
        """Tell whether everybody may know of it."""
        return self in PUBLIC


class Channel(Enum):
    """For whom a release is meant: those who try new things, or everybody."""

    BETA = "beta"
    STABLE = "stable"


class ReleaseStateError(ConflictError):
    """A release cannot do this where it is now."""

    code = "marketplace.release_state"


_WORDS = MappingProxyType(
    {
        ReleaseState.CHECKING: "being checked",
        ReleaseState.REFUSED: "refused by a check",
        ReleaseState.IN_REVIEW: "in review",
        ReleaseState.QUESTIONED: "waiting for an answer",
        ReleaseState.APPROVED: "approved",
        ReleaseState.REJECTED: "rejected",
        ReleaseState.LISTED: "listed",
        ReleaseState.DEPRECATED: "deprecated",
        ReleaseState.RECALLED: "recalled",
    }
)
OVER = frozenset({ReleaseState.REFUSED, ReleaseState.REJECTED})
PUBLIC = frozenset({ReleaseState.LISTED, ReleaseState.DEPRECATED, ReleaseState.RECALLED})
FOLLOWING: MappingProxyType[ReleaseState, frozenset[ReleaseState]] = MappingProxyType(
    {
        ReleaseState.CHECKING: frozenset({ReleaseState.REFUSED, ReleaseState.IN_REVIEW}),
        ReleaseState.REFUSED: frozenset(),
        ReleaseState.IN_REVIEW: frozenset(
            {ReleaseState.QUESTIONED, ReleaseState.APPROVED, ReleaseState.REJECTED}
        ),
        ReleaseState.QUESTIONED: frozenset({ReleaseState.IN_REVIEW, ReleaseState.REJECTED}),
        ReleaseState.APPROVED: frozenset({ReleaseState.LISTED, ReleaseState.REJECTED}),
        ReleaseState.REJECTED: frozenset(),
        ReleaseState.LISTED: frozenset({ReleaseState.DEPRECATED, ReleaseState.RECALLED}),
        ReleaseState.DEPRECATED: frozenset({ReleaseState.LISTED, ReleaseState.RECALLED}),
        ReleaseState.RECALLED: frozenset(),
    }
)
"""What may come next; what is recalled stays so, whoever wants it back submits a new version."""


def follow(now: ReleaseState, then: ReleaseState) -> ReleaseState:
    """Give the next state.

    Raises:
        ReleaseStateError: it may not follow; the words say where the release is.

    >>> follow(ReleaseState.LISTED, ReleaseState.DEPRECATED).value
    'deprecated'
    """
    if then not in FOLLOWING[now]:
        told = f"the release is {now.words}: it cannot become {then.words} from there"
        raise ReleaseStateError(told, state=now.value)
    return then
