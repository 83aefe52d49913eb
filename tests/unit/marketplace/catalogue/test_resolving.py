"""What a customer is offered: the same however it is written down, and only by those above it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.presets import Hold, filled, shown_schema
from blocks.versions import precedence
from kernel.schema import Schema
from marketplace.catalogue.overlay import Customer, Overlay
from marketplace.catalogue.public import Channel, Listing
from marketplace.catalogue.resolving import Tree, resolve, resolve_bundles
from marketplace.catalogue.telling import told_to
from tests.support.size import examples
from tests.unit.marketplace.catalogue.worlds import (
    ANOTHER,
    CSP,
    CUSTOMERS,
    LAMP,
    MARK,
    OTHER,
    listings,
    overlays,
    trees,
)

T = TypeVar("T")


@given(tree=trees(), customer=CUSTOMERS, chance=st.randoms(use_true_random=False))
@settings(max_examples=examples(40))
def test_the_order_of_rules_presets_bundles_and_releases_changes_nothing(
    tree: Tree, customer: Customer, chance: Random
) -> None:
    mixed = Tree(
        public={name: _mixed_listing(one, chance) for name, one in tree.public.items()},
        overlays=dict(
            _shuffled(((key, _mixed(one, chance)) for key, one in tree.overlays.items()), chance)
        ),
        path=tree.path,
    )

    assert resolve(mixed, LAMP, customer) == resolve(tree, LAMP, customer)
    for key, one in tree.overlays.items():
        found = resolve_bundles(mixed.overlays[key], customer, frozenset({LAMP}))
        assert found == resolve_bundles(one, customer, frozenset({LAMP}))


@given(
    tree=trees(), customer=CUSTOMERS, foreign=st.tuples(overlays(OTHER, MARK), overlays(ANOTHER))
)
@settings(max_examples=examples(40))
def test_what_another_csp_says_is_never_seen(
    tree: Tree, customer: Customer, foreign: tuple[Overlay, Overlay]
) -> None:
    among = replace(tree, overlays={**tree.overlays, **{one.owner: one for one in foreign}})

    assert resolve(among, LAMP, customer) == resolve(tree, LAMP, customer)
    for level in range(len(tree.path) + 1):
        assert told_to(level, among, LAMP, customer) == told_to(level, tree, LAMP, customer)


@given(tree=trees(), customer=CUSTOMERS)
@settings(max_examples=examples(200))
def test_who_stands_below_only_narrows(tree: Tree, customer: Customer) -> None:
    above, below = tree.down_to(len(tree.path) - 1), resolve(tree, LAMP, customer)
    if len(tree.path) == 1 or below is None or below.offer is None:
        return

    before = resolve(above, LAMP, customer)

    assert before is not None
    assert before.offer is not None
    assert {*below.offer.versions} <= {*before.offer.versions}
    now = {one.preset.name: one.preset for one in below.offer.presets}
    for held in before.offer.presets:
        kept = now[held.preset.name]
        assert kept.hold >= held.preset.hold
        if held.preset.hold is not Hold.SUGGESTED:
            assert (kept.has_value, kept.value) == (held.preset.has_value, held.preset.value)


@given(tree=trees(MARK), customer=CUSTOMERS)
@settings(max_examples=examples(200))
def test_nobody_reads_what_those_above_wrote_for_themselves(tree: Tree, customer: Customer) -> None:
    """Names of rules and hidden values of the first two providers carry a mark."""
    for level in range(2, len(tree.path) + 1):
        told = told_to(level, tree, LAMP, customer)

        assert MARK not in repr(told)
        for owner in tree.path[:level]:
            assert repr(owner) not in repr(told)


@given(tree=trees(), customer=CUSTOMERS)
@settings(max_examples=examples(40))
def test_what_is_not_offered_is_not_told_apart_from_what_is_not_there(
    tree: Tree, customer: Customer
) -> None:
    level = len(tree.path)
    found = resolve(tree, LAMP, customer)

    told = told_to(level, tree, LAMP, customer)

    assert (told is None) == (found is None or found.offer is None)


@given(listing=listings(), private=overlays(CSP), customer=CUSTOMERS)
@settings(max_examples=examples(40))
def test_a_private_block_is_seen_below_its_owner_alone(
    listing: Listing, private: Overlay, customer: Customer
) -> None:
    own = replace(private, private={LAMP: replace(listing, private_to=CSP)})
    elsewhere = Tree(public={}, overlays={CSP: own}, path=(OTHER,))
    further_down = Tree(public={}, overlays={CSP: own}, path=(OTHER, CSP))

    assert resolve(elsewhere, LAMP, customer) is None
    assert resolve(further_down, LAMP, customer) is None
    assert resolve(replace(elsewhere, path=(CSP,)), LAMP, customer) is not None


@given(tree=trees(), customer=CUSTOMERS)
@settings(max_examples=examples(40))
def test_each_version_that_is_left_out_is_explained_once(tree: Tree, customer: Customer) -> None:
    found = resolve(tree, LAMP, customer)
    if found is None:
        return
    listing = tree.public.get(LAMP) or tree.overlays[CSP].private[LAMP]
    refused = [one.version for one in found.lines if not one.is_kept and one.version]
    at_once = [one for one in found.lines if not one.is_kept and not one.version]

    assert len(refused) == len({*refused})
    if found.offer is None:
        assert at_once
    else:
        assert {*refused} == {one.version for one in listing.releases} - {*found.offer.versions}
        assert not at_once


@given(tree=trees(), customer=CUSTOMERS)
@settings(max_examples=examples(40))
def test_the_offer_is_the_highest_version_that_is_left(tree: Tree, customer: Customer) -> None:
    found = resolve(tree, LAMP, customer)
    if found is None or found.offer is None:
        return
    offer = found.offer
    entry = tree.overlays[CSP].entries.get(LAMP)
    releases = {
        one.version: one
        for listing in [tree.public.get(LAMP) or tree.overlays[CSP].private[LAMP]]
        for one in listing.releases
    }
    ripe = [one for one in offer.versions if not releases[one].is_deprecated]

    assert offer.release.version == max(ripe or offer.versions, key=precedence)
    if entry is None or not (entry.takes_beta or entry.pin):
        assert all(releases[one].channel is Channel.STABLE for one in offer.versions)


@given(tree=trees(), customer=CUSTOMERS, host=st.text("ab", min_size=1, max_size=3))
@settings(max_examples=examples(40))
def test_what_fits_the_form_fits_the_block_once_presets_are_filled_in(
    tree: Tree, customer: Customer, host: str
) -> None:
    found = resolve(tree, LAMP, customer)
    if found is None or found.offer is None:
        return
    config = found.offer.release.config
    presets = [one.preset for one in found.offer.presets]
    shown = shown_schema(config, presets)
    sent = {"host": host} if "host" in shown["properties"] else {}

    assert Schema(shown).problems(sent) == []
    assert Schema(config).problems(filled(sent, presets)) == []


def _shuffled(items: Iterable[T], chance: Random) -> list[T]:
    found = [*items]
    chance.shuffle(found)
    return found


def _mixed_listing(listing: Listing, chance: Random) -> Listing:
    return replace(listing, releases=tuple(_shuffled(listing.releases, chance)))


def _mixed(overlay: Overlay, chance: Random) -> Overlay:
    return replace(
        overlay,
        rules=tuple(_shuffled(overlay.rules, chance)),
        bundles=tuple(_shuffled(overlay.bundles, chance)),
        entries={
            name: replace(one, presets=tuple(_shuffled(one.presets, chance)))
            for name, one in overlay.entries.items()
        },
        private={name: _mixed_listing(one, chance) for name, one in overlay.private.items()},
    )
