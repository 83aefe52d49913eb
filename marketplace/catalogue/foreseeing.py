"""What a decision would change, told before it is kept: listing by listing, and for one listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from blocks.installs.across import holders_among
from blocks.presets import Hold
from kernel.acting import Acting
from marketplace.catalogue.looking import Sight, candidates, public_side, sight_of
from marketplace.catalogue.overlay import Effect, Entry, Overlay, Rule
from marketplace.catalogue.presets import Held
from marketplace.catalogue.resolving import Offer, Resolved, resolve
from marketplace.catalogue.store import require_curator
from marketplace.impact.reach import reach_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A listing that would be offered otherwise: the version before and after, "" for none.

    Attributes:
        had_by: How many organisations have any version of the block, where it is taken away.
    """

    listing_id: str
    title: str
    before: str
    after: str
    had_by: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a decision would come to, by the ids of listings.

    Attributes:
        offered: How many listings would be offered then.
    """

    taken: tuple[Change, ...]
    let_in: tuple[Change, ...]
    moved: tuple[Change, ...]
    offered: int

    @property
    def is_nothing(self) -> bool:
        """Tell whether everything would stay as it is."""
        return not (self.taken or self.let_in or self.moved)


def foresee(session: Session, who: Acting, then: Overlay, *, now: datetime) -> Foreseen:
    """Say what would change for the acting provider's customers with another overlay of its own.

    O(listings x releases x rules): every listing is asked twice. For whom a listing is meant
    counts for nothing here.

    Raises:
        NotFoundError: who acts has no catalogue.
    """
    require_curator(who)
    sight = sight_of(session, who)
    other = _with(sight, then)
    changes, offered = [], 0
    for listing_id, listing in candidates(session, sight, "", after="", now=now):
        before = sight.among(listing, listing_id)
        after = other.among(listing, listing_id)
        offered += _version(after) != ""
        if _version(before) != _version(after):
            changes.append(_change(listing_id, before, after))
    return Foreseen(
        taken=_with_holders(session, who, [one for one in changes if not one.after]),
        let_in=tuple(one for one in changes if not one.before),
        moved=tuple(one for one in changes if one.before and one.after),
        offered=offered,
    )


def overlay_now(session: Session, who: Acting) -> Overlay:
    """Give the acting provider's overlay; raises NotFoundError for who has none."""
    require_curator(who)
    return sight_of(session, who).tree.overlays[who.tenant_id]


def with_rule(overlay: Overlay, rule: Rule) -> Overlay:
    """Give an overlay with a rule more, in the place of one of the same key."""
    return replace(overlay, rules=(*without_rule(overlay, rule.key).rules, rule))


def without_rule(overlay: Overlay, key: str) -> Overlay:
    """Give an overlay with a rule less."""
    return replace(overlay, rules=tuple(one for one in overlay.rules if one.key != key))


def with_unmatched(overlay: Overlay, effect: Effect) -> Overlay:
    """Give an overlay that does otherwise with what no rule speaks of."""
    return replace(overlay, unmatched=effect)


def as_customers_see(
    session: Session, who: Acting, entry: Entry, *, now: datetime
) -> Resolved | None:
    """Resolve a listing as customers below the acting provider would see it with another entry.

    They are taken to be among those whom it is meant for. Values of hidden settings are left out.

    Returns:
        None where nothing of it comes down to the provider.
    """
    require_curator(who)
    sight = sight_of(session, who)
    own = sight.tree.overlays[who.tenant_id]
    entries: Mapping[str, Entry] = {**own.entries, entry.listing_id: entry}
    other = _with(sight, replace(own, entries=entries))
    listing = public_side(session, now=now).listing(entry.listing_id)
    public = {entry.listing_id: listing} if listing is not None else {}
    found = resolve(replace(other.tree, public=public), entry.listing_id, sight.customer)
    if found is None or found.offer is None:
        return found
    return replace(found, offer=_without_hidden(found.offer))


def _with(sight: Sight, then: Overlay) -> Sight:
    overlays = {**sight.tree.overlays, then.owner: then}
    return replace(sight, tree=replace(sight.tree, overlays=overlays))


def _version(resolved: Resolved | None) -> str:
    return resolved.offer.release.version if resolved and resolved.offer else ""


def _change(listing_id: str, before: Resolved | None, after: Resolved | None) -> Change:
    offer = (after.offer if after else None) or (before.offer if before else None)
    return Change(
        listing_id=listing_id,
        title=offer.title if offer is not None else listing_id,
        before=_version(before),
        after=_version(after),
    )


def _with_holders(session: Session, who: Acting, taken: Sequence[Change]) -> tuple[Change, ...]:
    """Say of each listing that would be taken away how many below who acts have it installed."""
    below = reach_of(session, who).keys() - {who.tenant_id} if taken else set()
    had = holders_among(session, [one.listing_id for one in taken], below)
    return tuple(replace(one, had_by=had[one.listing_id]) for one in taken)


def _without_hidden(offer: Offer) -> Offer:
    shown = []
    for held in offer.presets:
        preset = held.preset
        if preset.hold is Hold.HIDDEN:
            preset = replace(preset, has_value=False, value=None)
        shown.append(Held(preset=preset, by=None))
    return replace(offer, presets=tuple(shown))
