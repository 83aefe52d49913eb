"""Which version of a listing a customer is offered, under what name, with which settings, and why.

The overlays of those above the customer are laid over each other from the top down. Each can only
take away from what the one above it leaves: what is refused, held or fixed there stays so. Nothing
depends on the order in which parts of an overlay, or releases, are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from blocks.presets import Hold, Preset, fits_all
from blocks.versions import precedence
from marketplace.catalogue.judging import judge
from marketplace.catalogue.overlay import Bundle, Customer, Effect, Entry, Overlay, Whom, is_meant
from marketplace.catalogue.presets import Held, laid_over
from marketplace.catalogue.public import Channel, Listing, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One decision.

    Attributes:
        level: How far from the top: 0 for the first provider, -1 for the public side, and the
            number of providers for what was decided at the end.
        version: What it is about; "" for the listing.
        is_kept: Whether what it is about goes on.
        text: A sentence.
    """

    level: int
    version: str
    is_kept: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a customer is offered of a listing.

    Attributes:
        release: The version that is installed by who asks for no other.
        versions: All that may be installed, the highest first.
        presets: Settings that were decided on, by name.
    """

    listing_id: str
    title: str
    summary: str
    release: Release
    versions: tuple[str, ...]
    presets: tuple[Held, ...] = ()
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An offer, None where the listing is not offered, and how it came to that."""

    listing_id: str
    offer: Offer | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What stands above a customer.

    Attributes:
        public: Public listings by id; at least the one that is asked for, where there is one.
        overlays: By their owner; those whose owner is not on the path count for nothing.
        path: The providers above the customer, from the top down.
    """

    public: Mapping[str, Listing]
    overlays: Mapping[UUID, Overlay]
    path: tuple[UUID, ...]

    def down_to(self, level: int) -> Tree:
        """Give what stands above the provider at a level."""
        return replace(self, path=self.path[:level])

    def chain(self) -> list[Overlay]:
        """Give the overlays along the path, an empty one where somebody has none."""
        return [self.overlays.get(one) or Overlay(owner=one) for one in self.path]


@dataclass(slots=True)
class _Course:
    """What is left of a listing on its way down the tree."""

    listing: Listing
    left: list[Release]
    title: str
    summary: str
    held: dict[str, Held] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def keep(self, level: int, judged: Iterator[tuple[Release, bool, str]]) -> None:
        """Go on with those releases that are kept; note each sentence that is not empty."""
        left = []
        for release, is_kept, text in judged:
            left += [release] if is_kept else []
            if text:
                self.tell(level, text, version=release.version, is_kept=is_kept)
        self.left = left

    def tell(self, level: int, text: str, *, version: str = "", is_kept: bool = True) -> None:
        self.lines.append(Line(level=level, version=version, is_kept=is_kept, text=text))


def listing_for(
    listing_id: str, public: Mapping[str, Listing], chain: Sequence[Overlay]
) -> Listing | None:
    """Give the listing of that name that may be seen below some providers, or None.

    A public one goes before a private one of the same name, and only the first provider's private
    ones count: who stands below it may narrow what it offers, not add to it.
    """
    found = public.get(listing_id)
    if found is not None or not chain:
        return found
    return chain[0].private.get(listing_id)


def resolve(tree: Tree, listing_id: str, customer: Customer) -> Resolved | None:
    """Say what a customer is offered of a listing.

    Args:
        tree: What stands above the customer.
        listing_id: Of which listing.
        customer: For whom.

    Returns:
        None where there is no such listing on that path. O(releases x rules).
    """
    chain = tree.chain()
    listing = listing_for(listing_id, tree.public, chain)
    if listing is None:
        return None
    releases = sorted(listing.releases, key=lambda one: precedence(one.version), reverse=True)
    course = _Course(listing, releases, listing.title, listing.summary)
    is_private = listing.private_to is not None
    if is_private:
        course.tell(0, "It is a block of this catalogue's own.")
    for level, overlay in enumerate(chain):
        if course.left:
            _pass(course, level, overlay, customer)
    offer = _chosen(course, len(chain), customer, is_private=is_private)
    return Resolved(listing_id=listing_id, offer=offer, lines=tuple(course.lines))


def resolve_bundles(
    overlay: Overlay, customer: Customer, offered: frozenset[str]
) -> tuple[Bundle, ...]:
    """List the bundles of an overlay, by title, of which a customer is offered all members."""
    found = [
        one
        for one in overlay.bundles
        if one.members
        and one.members <= offered
        and is_meant(one.audience, customer, owner=overlay.owner)
    ]
    return tuple(sorted(found, key=lambda one: (one.title.casefold(), one.key)))


def _pass(course: _Course, level: int, overlay: Overlay, customer: Customer) -> None:
    """Let what is left pass one provider's overlay."""
    entry = overlay.entries.get(course.listing.listing_id)
    if entry is not None and not is_meant(entry.audience, customer, owner=overlay.owner):
        named = "on other plans" if entry.audience.whom is Whom.PLAN else "named ones"
        course.left = []
        course.tell(level, f"It is offered to customers {named} alone.", is_kept=False)
        return
    course.keep(level, _by_recalls(course.left, overlay))
    course.keep(level, _by_rules(course, overlay))
    said = entry or Entry(listing_id=course.listing.listing_id)
    course.keep(level, _by_version(course.left, said))
    course.keep(level, _by_channel(course.left, said, is_first=level == 0))
    _lay_presets(course, level, overlay.owner, said)
    _rename(course, level, said)


def _by_recalls(left: list[Release], overlay: Overlay) -> Iterator[tuple[Release, bool, str]]:
    for release in left:
        reason = overlay.recalled.get(release.digest)
        yield (
            release,
            reason is None,
            "" if reason is None else f"It was recalled: {reason.rstrip(chr(46))}.",
        )


def _by_rules(course: _Course, overlay: Overlay) -> Iterator[tuple[Release, bool, str]]:
    is_silent = not overlay.rules and overlay.unmatched is Effect.ALLOW
    for release in course.left:
        verdict = judge(overlay, course.listing, release)
        yield release, verdict.allows, "" if is_silent else verdict.why


def _by_version(left: list[Release], entry: Entry) -> Iterator[tuple[Release, bool, str]]:
    for release in left:
        if entry.pin and release.version != entry.pin:
            yield release, False, f"Another version is pinned: {entry.pin}."
        elif entry.pin:
            yield release, True, "It is pinned to this version."
        elif entry.ceiling and precedence(release.version) > precedence(entry.ceiling):
            yield release, False, f"Versions above {entry.ceiling} are held back."
        else:
            yield release, True, ""


def _by_channel(
    left: list[Release], entry: Entry, *, is_first: bool
) -> Iterator[tuple[Release, bool, str]]:
    """Betas need the first provider's word; who stands below may only refuse them.

    A version that is pinned was chosen as it is.
    """
    takes = entry.takes_beta is True if is_first else entry.takes_beta is not False
    for release in left:
        is_beta = release.channel is Channel.BETA
        if is_beta and not (takes or release.version == entry.pin):
            yield release, False, "It is a beta, and betas of this are not offered."
        else:
            yield release, True, "It is a beta, and betas of this are offered." if is_beta else ""


def _lay_presets(course: _Course, level: int, owner: UUID, entry: Entry) -> None:
    """Lay presets over those from above; a release that they do not fit is left out."""
    for preset in sorted(entry.presets, key=lambda one: one.name):
        above = course.held.get(preset.name)
        held = course.held[preset.name] = laid_over(above, preset, owner)
        is_passed_over = preset.has_value and held.by != owner
        text = f"The setting {_label(course, preset.name)} is {_HELD[held.preset.hold]}"
        text += ", with the value that was decided on above." if is_passed_over else "."
        course.tell(level, text)
    if entry.presets:
        course.keep(level, _by_presets(course.left, [one.preset for one in course.held.values()]))


def _label(course: _Course, name: str) -> str:
    """Give what a setting is called in the highest version that is left, its name where in none."""
    parts = (one.config.get("properties", {}).get(name) or {} for one in course.left)
    return next((str(one["title"]) for one in parts if one.get("title")), name)


def _by_presets(
    left: list[Release], presets: Sequence[Preset]
) -> Iterator[tuple[Release, bool, str]]:
    ordered = sorted(presets, key=lambda one: one.name)
    for release in left:
        problem = fits_all(ordered, release.config)
        yield release, not problem, f"A preset keeps it out: {problem}." if problem else ""


_HELD = {
    Hold.SUGGESTED: "suggested",
    Hold.FIXED: "fixed",
    Hold.HIDDEN: "hidden",
}


def _rename(course: _Course, level: int, entry: Entry) -> None:
    if entry.title:
        course.title = entry.title
        course.tell(level, f"It is called {entry.title} here.")
    if entry.summary:
        course.summary = entry.summary
        course.tell(level, "It is described in words of this catalogue's own.")


def _chosen(course: _Course, level: int, customer: Customer, *, is_private: bool) -> Offer | None:
    if not course.left:
        course.tell(level, "It is not offered: no version is left.", is_kept=False)
        return None
    if not _is_in_plan(customer, course.listing.listing_id):
        text = f"It is not offered: the plan {customer.plan_name} does not hold it."
        course.tell(level, text, is_kept=False)
        return None
    ripe = [one for one in course.left if not one.is_deprecated]
    release = (ripe or course.left)[0]
    number = len(ripe or course.left)
    among = "the only one" if number == 1 else f"the highest of {number}"
    advised = "" if ripe else ", though its publisher advises against each that is left"
    course.tell(level, f"It is offered: {among} that is left{advised}.", version=release.version)
    return Offer(
        listing_id=course.listing.listing_id,
        title=course.title,
        summary=course.summary,
        release=release,
        versions=tuple(one.version for one in course.left),
        presets=tuple(course.held[name] for name in sorted(course.held)),
        is_private=is_private,
    )


def _is_in_plan(customer: Customer, listing_id: str) -> bool:
    if customer.plan_blocks is None:
        return True
    return any(
        listing_id.startswith(one[:-1]) if one.endswith("*") else listing_id == one
        for one in customer.plan_blocks
    )
