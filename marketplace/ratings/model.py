"""Ratings as numbers and words: the average that is shown, and what may be given. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from kernel.errors import InvalidError, Problem
from kernel.json_text import kept_text

STARS = (1, 2, 3, 4, 5)
WORDS_MAX = 2_000
LEAST = 3
"""So many organisations have to have rated before an average is shown: our own choice."""
PRIOR_MEAN = Fraction(7, 2)
PRIOR_WEIGHT = 4
"""The prior: as if four more organisations had given three and a half stars each.

So few good ratings never pass many good ones, and one bad rating among few does little harm.
"""
NO_STARS = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an organisation gives: stars, words if it likes, and whether its name stands by them."""

    stars: int
    words: str = ""
    is_signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingSummary:
    """How a listing is rated.

    Attributes:
        organisations: How many rated it, of those whose rating counts.
        average: With the prior, 1 to 5; None below `LEAST` organisations.
        counts: How many gave one star, two, and so on to five; all nought below `LEAST`.
    """

    organisations: int
    average: float | None
    counts: tuple[int, ...]

    @property
    def missing(self) -> int:
        """How many more have to rate before an average is shown."""
        return max(0, LEAST - self.organisations)


def summary_of(counts: Sequence[int]) -> RatingSummary:
    """Say how a listing is rated, of how many organisations gave one star, two and so on.

    >>> summary_of((0, 0, 0, 0, 2)).average is None, summary_of((0, 0, 0, 0, 3)).average
    (True, 4.14)
    """
    average = average_of(counts)
    organisations = sum(counts)
    return RatingSummary(
        organisations=organisations,
        average=None if average is None else round(float(average), 2),
        counts=tuple(counts) if average is not None else NO_STARS,
    )


def average_of(counts: Sequence[int]) -> Fraction | None:
    """Give the average with the prior, exactly; None below `LEAST` organisations.

    (4 x 3.5 + the stars given) / (4 + how many gave some): a Bayesian average, as IMDb's
    "weighted rating" and others' are, with a prior of our own choice.

    Raises:
        ValueError: there are not five numbers, each 0 or more.
    """
    if len(counts) != len(STARS) or min(counts) < 0:
        raise ValueError("give five numbers, each 0 or more")
    organisations = sum(counts)
    if organisations < LEAST:
        return None
    given = sum(stars * number for stars, number in zip(STARS, counts, strict=True))
    return (PRIOR_MEAN * PRIOR_WEIGHT + given) / (PRIOR_WEIGHT + organisations)


def checked(given: Given) -> Given:
    """Give a rating as it is kept: its words without the space around them.

    Raises:
        InvalidError: the stars are not 1 to 5, or the words too long.
    """
    problems = []
    if given.stars not in STARS:
        problems.append(Problem("/stars", "stars: choose 1 to 5"))
    words = kept_text(given.words).replace("\r\n", "\n").strip()
    if len(words) > WORDS_MAX:
        told = f"words: {len(words):,} characters are too many, shorten them to {WORDS_MAX:,}"
        problems.append(Problem("/words", told))
    if problems:
        raise InvalidError("; ".join(one.message for one in problems), problems=problems)
    return Given(stars=given.stars, words=words, is_signed=given.is_signed)


def told_as(kind: str, provider_kind: str) -> str:
    """Say what kind of organisation rated, without its name.

    >>> told_as("customer", "csp"), told_as("csp", "vendor")
    ('A customer of a CSP', 'A CSP')
    """
    if kind == "csp":
        return "A CSP"
    if kind == "reseller":
        return "A reseller"
    return "A customer of a reseller" if provider_kind == "reseller" else "A customer of a CSP"
