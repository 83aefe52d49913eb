"""Whether rules allow or refuse a release, and which one decides.

Two ranks: a rule that names the block goes before all others, so that one block can be let in that
a general rule keeps out. Within a rank a refusal goes before an allowance. What no rule speaks of
is as the overlay says. So nothing hangs on the order in which rules stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from blocks.licences import is_open_to
from blocks.quality import Level
from marketplace.catalogue.overlay import About, Effect, Overlay, Rule
from marketplace.catalogue.public import Listing, Release


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a release is let through, and a sentence on why."""

    allows: bool
    why: str


def judge(overlay: Overlay, listing: Listing, release: Release) -> Verdict:
    """Say whether an overlay's rules let a release through."""
    speaking = [(rule, _speaks(rule, listing, release)) for rule in overlay.rules]
    found = [(rule, why) for rule, why in speaking if why]
    if not found:
        allows = overlay.unmatched is Effect.ALLOW
        said = "offers what no rule refuses" if allows else "offers only what a rule allows"
        return Verdict(allows, f"No rule speaks of it, and this catalogue {said}.")
    rule, why = min(found, key=lambda one: _rank(one[0]))
    allows = rule.effect is Effect.ALLOW
    return Verdict(allows, f"The rule {rule.key} {'allows' if allows else 'refuses'} it: {why}.")


def level_named(word: str) -> Level:
    """Give the level of the quality scale with that word; raises KeyError."""
    return Level[word.upper()]


def _rank(rule: Rule) -> tuple[bool, bool, str, str]:
    return (
        rule.about is not About.BLOCK,
        rule.effect is not Effect.REFUSE,
        rule.about.value,
        rule.key,
    )


def _speaks(rule: Rule, listing: Listing, release: Release) -> str:
    """Say why a rule is about a release; "" where it is not."""
    if rule.about is About.BLOCK:
        return "it names this block" if listing.listing_id in rule.values else ""
    if rule.about is About.PUBLISHER:
        return f"it is by {listing.publisher}" if listing.publisher in rule.values else ""
    if rule.about is About.PERMISSION:
        return _by_permission(rule, release)
    if rule.about is About.QUALITY:
        return _by_quality(rule, release)
    return _by_licence(rule, release)


def _by_permission(rule: Rule, release: Release) -> str:
    if rule.effect is Effect.REFUSE:
        asked = release.permissions & rule.values
        return f"it asks for {_list(asked)}" if asked else ""
    if release.permissions <= rule.values:
        return f"it asks for nothing but {_list(rule.values)}"
    return ""


def _by_quality(rule: Rule, release: Release) -> str:
    least = min(level_named(word) for word in rule.values)
    if rule.effect is Effect.REFUSE:
        return f"it is {_level(release)}, below {least.word}" if release.level < least else ""
    return f"it is {_level(release)}, at least {least.word}" if release.level >= least else ""


def _by_licence(rule: Rule, release: Release) -> str:
    """A choice of licences is refused only where each choice is, and allowed where one is.

    A licence that cannot be read is refused by every rule on licences, and allowed by none.
    """
    named = {one.casefold() for one in rule.values}
    if rule.effect is Effect.REFUSE:
        can_do_without = is_open_to(release.licence, lambda one: one.casefold() not in named)
        return "" if can_do_without else f"its licence is {release.licence or 'not known'}"
    fits = is_open_to(release.licence, lambda one: one.casefold() in named)
    return f"its licence is {release.licence}" if fits else ""


def _level(release: Release) -> str:
    return release.level.word if release.level else "on no level of quality"


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
