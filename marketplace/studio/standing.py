"""Where a publisher stands, in plain words: what comes next, and whose turn it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.releases._tables import Outcome, PublisherState
from marketplace.releases.keeping import WITHDRAWN
from marketplace.releases.publishers import PublisherView
from marketplace.releases.reviewing import OPEN
from marketplace.releases.states import FOLLOWING, OVER, PUBLIC, Channel, ReleaseState
from marketplace.releases.store import CheckView, ReleaseView

YOURS = "It is your turn."
WAITS_ON_PUBLISHER = (ReleaseState.QUESTIONED, ReleaseState.REFUSED, ReleaseState.REJECTED)
_DONE = frozenset({Outcome.PASSED, Outcome.NOTED, Outcome.FAILED, Outcome.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a release is.

    Attributes:
        title: In a few words.
        text: What that means and what comes next.
        turn: Whose turn it is; "" where nobody has to do anything.
        tone: As banners have it.
    """

    title: str
    text: str
    turn: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What a publisher may do with a release where it is now."""

    answer: bool
    withdraw: bool
    deprecate: bool
    restore: bool
    to_stable: bool
    to_beta: bool
    change_news: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the four steps to being listed; `state` is done, next or later."""

    title: str
    text: str
    state: str


def stand_of(release: ReleaseView) -> Stand:
    """Say where a release is and what comes next."""
    title, text, turn, tone = _STANDS[release.state]
    if release.state is ReleaseState.REJECTED and release.state_reason == WITHDRAWN:
        title, text, turn = "Withdrawn", _WITHDRAWN, ""
    if release.state is ReleaseState.LISTED and release.channel is Channel.BETA:
        title, text = "Listed as beta", _BETA
    return Stand(title=title, text=text, turn=turn, tone=tone)


def deeds_of(release: ReleaseView) -> Deeds:
    """Say what may be done; while the checks run, nothing: the page follows them."""
    state, is_beta = release.state, release.channel is Channel.BETA
    may_move = state not in OVER | {ReleaseState.CHECKING, ReleaseState.RECALLED}
    return Deeds(
        answer=state in OPEN,
        withdraw=ReleaseState.REJECTED in FOLLOWING[state],
        deprecate=state is ReleaseState.LISTED,
        restore=state is ReleaseState.DEPRECATED,
        to_stable=may_move and is_beta and "-" not in release.version,
        to_beta=may_move and not is_beta and state not in PUBLIC,
        change_news=may_move,
    )


def checks_done(checks: Iterable[CheckView]) -> int:
    """Count the checks that are over."""
    return sum(one.outcome in _DONE for one in checks)


def steps_of(
    publishers: Iterable[PublisherView], *, has_release: bool, has_listed: bool
) -> list[Step]:
    """Give the four steps to being listed, the first open one as what comes next.

    >>> [one.state for one in steps_of([], has_release=False, has_listed=False)]
    ['next', 'later', 'later', 'later']
    """
    known = list(publishers)
    verified = [one for one in known if one.state is PublisherState.VERIFIED]
    keyed = [one for one in verified if any(key.revoked_at is None for key in one.keys)]
    is_claimed = any(one.state is PublisherState.CLAIMED for one in known)
    done = (bool(verified), bool(keyed), has_release, has_listed)
    first = _CLAIMED if is_claimed and not verified else _STEPS[0]
    found = []
    for place, (title, text) in enumerate((first, *_STEPS[1:])):
        is_next = not done[place] and all(done[:place])
        state = "done" if done[place] else "next" if is_next else "later"
        found.append(Step(title=title, text=text, state=state))
    return found


_STEPS = (
    (
        "Claim a namespace",
        "What the ids of your blocks and packs begin with. The marketplace's vendor verifies it.",
    ),
    ("List a key", "The public half of the key that you sign packages with."),
    ("Submit a package", "Ten automatic checks look at it within minutes and say what to mend."),
    ("Be reviewed", "Two reviewers approve it; then everybody can find and install it."),
)
_CLAIMED = (
    "Namespace claimed",
    "The vendor looks at what shows that it is yours. Nothing is to be done until it answers.",
)
_AGAIN = "Mend it and submit the package again; the same version may be used."
_WITHDRAWN = (
    "You took it back before it was listed. The same version may be submitted again, also with "
    "another package."
)
_DEPRECATED = (
    "It is marked as deprecated wherever it is shown, and the search leaves it out. You may take "
    "that back."
)
_BETA = (
    "Those who try new things can find and install it. Once it has proven itself, move it to the "
    "stable channel."
)
_STANDS = {
    ReleaseState.CHECKING: (
        "Being checked",
        "Ten automatic checks look at it for seconds or minutes. Until then it is yours alone.",
        "Nothing is to be done: the checks run.",
        "info",
    ),
    ReleaseState.REFUSED: (
        "Refused by a check",
        f"What to mend stands with each check that failed. {_AGAIN}",
        YOURS,
        "bad",
    ),
    ReleaseState.IN_REVIEW: (
        "In review",
        "The checks are done. Two reviewers look at the release; what they ask stands here.",
        "It is the reviewers' turn.",
        "notice",
    ),
    ReleaseState.QUESTIONED: (
        "The reviewers asked something",
        "The review goes on once you have answered.",
        YOURS,
        "notice",
    ),
    ReleaseState.APPROVED: (
        "Approved",
        "Two reviewers approved it. The vendor lists it once its index vouches for the package.",
        "It is the vendor's turn.",
        "good",
    ),
    ReleaseState.REJECTED: (
        "Rejected",
        f"A reviewer turned it down and says why. {_AGAIN}",
        YOURS,
        "bad",
    ),
    ReleaseState.LISTED: ("Listed", "Everybody can find and install it.", "", "good"),
    ReleaseState.DEPRECATED: (
        "Deprecated",
        _DEPRECATED,
        "",
        "notice",
    ),
    ReleaseState.RECALLED: (
        "Recalled",
        "No run uses it any more, and that stays so. Submit a new version that mends it.",
        YOURS,
        "bad",
    ),
}
