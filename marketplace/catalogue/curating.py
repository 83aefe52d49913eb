"""What curators decide: each decision checked against what comes down to them, kept, and noted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.manifest import PermissionName
from blocks.presets import Hold, fits_all
from blocks.versions import precedence
from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from marketplace.catalogue import store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.looking import public_side, sight_of
from marketplace.catalogue.overlay import CONNECTION, Audience, Entry, Overlay, Rule
from marketplace.catalogue.overlay import About as RuleAbout
from marketplace.catalogue.own.approved import require_approved
from marketplace.catalogue.packages import private_listings
from marketplace.catalogue.public import Channel, Listing, Release
from marketplace.catalogue.reading import (
    bundle_document,
    entry_document,
    read_bundle,
    read_entry,
    read_private,
    read_rule,
    rule_document,
)
from marketplace.catalogue.resolving import Offer, Tree, listing_for, resolve
from marketplace.catalogue.store import NOT_THERE, Part, require_curator
from tenancy._tables import Organisation
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.customers.charge import in_charge
from tenancy.plans.store import list_plans


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """What comes down to a provider of one listing: before it decides anything itself."""

    listing: Listing
    offer: Offer

    def release(self, version: str) -> Release:
        """Give the release of a version that comes down."""
        return next(one for one in self.listing.releases if one.version == version)


def set_rule(
    session: Session, who: Acting, key: str, document: Mapping[str, Any], *, now: datetime
) -> Part:
    """Set a rule; raises InvalidError naming each field, ConflictError where there are too many."""
    rule = checked_rule(key, document)
    kept = store.keep_part(session, who, PartKind.RULE, key, rule_document(rule), now=now)
    facts: dict[str, Fact] = {"effect": rule.effect.value, "about": rule.about.value}
    facts["values"] = sorted(rule.values)
    about = About(kind="catalogue_rule", name=key)
    note(session, who.tenant_id, "catalogue.rule_set", now=now, about=about, facts=facts)
    return kept


def checked_rule(key: str, document: Mapping[str, Any]) -> Rule:
    """Read a rule that is to be kept; raises InvalidError as `set_rule`.

    One that is kept already may name what no block can ask for any more; a new one may not.
    """
    rule = read_rule(key, document)
    known = {*get_args(PermissionName), CONNECTION}
    unknown = sorted(rule.values - known) if rule.about is RuleAbout.PERMISSION else []
    if unknown:
        told = f"values: {unknown[0]} is nothing that a block can ask for: "
        told += f"choose of {', '.join(sorted(known))}"
        raise InvalidError("this rule cannot be kept so", problems=[Problem("/values", told)])
    return rule


def remove_rule(session: Session, who: Acting, key: str, *, now: datetime) -> None:
    """Remove a rule; raises NotFoundError."""
    store.drop_part(session, who, PartKind.RULE, key, now=now)
    about = About(kind="catalogue_rule", name=key)
    note(session, who.tenant_id, "catalogue.rule_removed", now=now, about=about)


def set_offer(
    session: Session, who: Acting, listing_id: str, document: Mapping[str, Any], *, now: datetime
) -> Part:
    """Set how a listing is offered.

    Raises:
        NotFoundError: nothing of it comes down to who acts.
        InvalidError: naming each field: a version that does not come down, a preset that does not
            fit or was decided on above, a customer or a plan that is not one's own.
    """
    require_curator(who)
    entry = read_entry(listing_id, document)
    above = what_comes_down(session, who, listing_id, now=now)
    problems = [
        *_version_problems(entry, above),
        *_preset_problems(entry, above),
        *_audience_problems(session, who, entry.audience),
    ]
    if problems:
        raise InvalidError("this offer cannot be kept so", problems=problems)
    written = entry_document(entry)
    kept = store.keep_part(session, who, PartKind.ENTRY, listing_id, written, now=now)
    facts: dict[str, Fact] = {
        "pin": entry.pin,
        "ceiling": entry.ceiling,
        "presets": [one.name for one in entry.presets],
        "audience": entry.audience.whom.value,
    }
    about = About(kind="catalogue_offer", name=listing_id)
    note(session, who.tenant_id, "catalogue.offer_set", now=now, about=about, facts=facts)
    return kept


def remove_offer(session: Session, who: Acting, listing_id: str, *, now: datetime) -> None:
    """Offer a listing as it comes again; raises NotFoundError where nothing was said of it."""
    store.drop_part(session, who, PartKind.ENTRY, listing_id, now=now)
    about = About(kind="catalogue_offer", name=listing_id)
    note(session, who.tenant_id, "catalogue.offer_removed", now=now, about=about)


def set_bundle(
    session: Session, who: Acting, key: str, document: Mapping[str, Any], *, now: datetime
) -> Part:
    """Set a bundle; raises InvalidError naming each field, one's members among them."""
    require_curator(who)
    bundle = read_bundle(key, document)
    problems = [
        *_member_problems(session, who, bundle.members, now=now),
        *_audience_problems(session, who, bundle.audience),
    ]
    if problems:
        raise InvalidError("this bundle cannot be kept so", problems=problems)
    kept = store.keep_part(session, who, PartKind.BUNDLE, key, bundle_document(bundle), now=now)
    facts: dict[str, Fact] = {
        "members": sorted(bundle.members),
        "audience": bundle.audience.whom.value,
    }
    about = About(kind="catalogue_bundle", name=bundle.title)
    note(session, who.tenant_id, "catalogue.bundle_set", now=now, about=about, facts=facts)
    return kept


def remove_bundle(session: Session, who: Acting, key: str, *, now: datetime) -> None:
    """Remove a bundle, not what is in it; raises NotFoundError."""
    store.drop_part(session, who, PartKind.BUNDLE, key, now=now)
    about = About(kind="catalogue_bundle", name=key)
    note(session, who.tenant_id, "catalogue.bundle_removed", now=now, about=about)


def set_private(
    session: Session, who: Acting, listing_id: str, document: Mapping[str, Any], *, now: datetime
) -> Part:
    """Offer a block of one's own, made of packages that the provider brought and nobody signed.

    Raises:
        NotFoundError: who acts is no CSP: who stands below one narrows what it offers.
        ConflictError: a public block is called so.
        InvalidError: a package is not there, is signed, is of another block, or was not approved
            where two people have to.
    """
    if who.tenant_kind != "csp":
        raise NotFoundError(NOT_THERE)
    digests = read_private(listing_id, document)
    if public_side(session, now=now).listing(listing_id) is not None:
        told = f"a public block is called {listing_id}: give yours another id"
        raise ConflictError(told, listing=listing_id)
    listing = private_listings(session, who.tenant_id, digests).get(listing_id)
    found = {one.digest for one in listing.releases} if listing is not None else set()
    missing = [one for one in digests if one not in found]
    if missing:
        told = f"digests: {missing[0]} is no unsigned package of {listing_id}: upload it first"
        problems = [Problem("/digests", told)]
        raise InvalidError("this block cannot be offered so", problems=problems)
    known = store.find_part(session, who, PartKind.PRIVATE, listing_id)
    new = digests - set(known.document["digests"] if known is not None else ())
    require_approved(session, who.tenant_id, new)
    written = {"digests": sorted(digests)}
    kept = store.keep_part(session, who, PartKind.PRIVATE, listing_id, written, now=now)
    about = About(kind="catalogue_private", name=listing_id)
    facts: dict[str, Fact] = {"digests": sorted(digests)}
    note(session, who.tenant_id, "catalogue.private_set", now=now, about=about, facts=facts)
    return kept


def remove_private(session: Session, who: Acting, listing_id: str, *, now: datetime) -> None:
    """Take a block of one's own from the catalogue; raises NotFoundError."""
    store.drop_part(session, who, PartKind.PRIVATE, listing_id, now=now)
    about = About(kind="catalogue_private", name=listing_id)
    note(session, who.tenant_id, "catalogue.private_removed", now=now, about=about)


def what_comes_down(session: Session, who: Acting, listing_id: str, *, now: datetime) -> Above:
    """Give what of a listing comes down to the acting provider, before what it says itself.

    Betas are among the versions: to offer them is one of the things that it may decide.

    Raises:
        NotFoundError: nothing does.
    """
    sight = sight_of(session, who)
    own = sight.tree.overlays[who.tenant_id]
    silent = Overlay(owner=own.owner, private=own.private)
    if sight.level == 0:  # a pin lets a beta through, and so does this
        silent = replace(
            silent, entries={listing_id: Entry(listing_id=listing_id, takes_beta=True)}
        )
    listing = public_side(session, now=now).listing(listing_id)
    tree = Tree(
        public={listing_id: listing} if listing is not None else {},
        overlays={**sight.tree.overlays, who.tenant_id: silent},
        path=sight.tree.path,
    )
    resolved = resolve(tree, listing_id, sight.customer)
    there = listing_for(listing_id, tree.public, tree.chain())
    if resolved is None or resolved.offer is None or there is None:
        raise NotFoundError("no such listing comes down to this catalogue", listing=listing_id)
    return Above(listing=there, offer=resolved.offer)


def _version_problems(entry: Entry, above: Above) -> Iterator[Problem]:
    versions = above.offer.versions
    if entry.pin and entry.pin not in versions:
        told = f"pin: {entry.pin} is not offered to you: choose of {', '.join(versions)}"
        yield Problem("/pin", told)


def _preset_problems(entry: Entry, above: Above) -> Iterator[Problem]:
    """Hold presets against the version that would be offered; others they may keep out."""
    held = {one.preset.name: one.preset for one in above.offer.presets}
    wanted = meant_release(entry, above)
    for index, preset in enumerate(entry.presets):
        there = held.get(preset.name)
        if there is not None and there.hold is not Hold.SUGGESTED and preset.has_value:
            told = f"{preset.name} was decided on above you: leave it out, or hide it with no value"
            yield Problem(f"/presets/{index}/value", told)
            continue
        # what is hidden here may have its value from above
        checked = there if there is not None and not preset.has_value else preset
        problem = fits_all([checked], wanted.config)
        if problem:
            yield Problem(f"/presets/{index}/value", f"{problem} ({wanted.version})")


def meant_release(entry: Entry, above: Above) -> Release:
    """Give the release that an entry would let customers have, whatever else it says."""
    left = [above.release(one) for one in above.offer.versions]
    ceiling = precedence(entry.ceiling) if entry.ceiling else None
    fitting = [
        one
        for one in left
        if one.version == entry.pin
        or (
            not entry.pin
            and (ceiling is None or precedence(one.version) <= ceiling)
            and (entry.takes_beta or one.channel is Channel.STABLE)
        )
    ]
    return (fitting or left)[0]


def _member_problems(
    session: Session, who: Acting, members: Iterable[str], *, now: datetime
) -> Iterator[Problem]:
    for member in sorted(members):
        try:
            what_comes_down(session, who, member, now=now)
        except NotFoundError:
            told = f"members: {member} is not offered to you: leave it out"
            yield Problem("/members", told)


def _audience_problems(session: Session, who: Acting, audience: Audience) -> Iterator[Problem]:
    mine = {one.id for one in list_plans(session, who)} if audience.plans else set()
    for plan_id in _others(audience.plans, mine):
        yield Problem("/audience/plan_ids", f"plan_ids: {plan_id} is no plan of yours")
    wanted = select(Organisation.id).where(in_charge(who), Organisation.id.in_(audience.customers))
    after = set(session.scalars(wanted)) if audience.customers else set()
    for customer_id in _others(audience.customers, after):
        told = f"customer_ids: {customer_id} is no customer of yours"
        yield Problem("/audience/customer_ids", told)


def _others(named: Iterable[UUID], known: set[UUID]) -> Sequence[UUID]:
    return sorted({*named} - known)
