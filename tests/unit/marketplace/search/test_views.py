"""A search through a catalogue is one where nothing exists but what is offered, so called."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.search.model import Entry, Query, Sort, Variant, View
from marketplace.search.words import words_in
from tests.factories.listings import make_entry
from tests.support.size import examples
from tests.unit.marketplace.search.test_shelf import LISTS, QUERIES, TEXTS, names, shelf_of


def variant_of(entry: Entry) -> Variant:
    return Variant(
        key=f"{entry.listing_id} {entry.title} {entry.summary}", entry=entry, words=words_in(entry)
    )


@settings(max_examples=examples(150))
@given(LISTS, QUERIES, st.data())
def test_what_a_catalogue_leaves_is_found_as_though_there_were_nothing_else(
    entries: list[Entry], query: Query, data: st.DataObject
) -> None:
    offered = [one for one in entries if data.draw(st.booleans())]
    renamed = {
        one.listing_id: replace(one, title=data.draw(TEXTS.filter(bool)), summary="Ours")
        for one in offered
        if data.draw(st.booleans())
    }
    own = make_entry(listing_id="csp.own", title=data.draw(TEXTS.filter(bool)), is_public=False)
    called = {one: variant_of(said) for one, said in (renamed | {"csp.own": own}).items()}
    view = View(ids=frozenset(one.listing_id for one in offered) - called.keys(), variants=called)
    others = [replace(one, title=data.draw(TEXTS.filter(bool))) for one in offered]

    shelf = shelf_of(entries)
    shelf.learn(variant_of(one) for one in others)  # how somebody else calls the same
    shelf.learn(called.values())
    alone = shelf_of(
        [
            *(renamed.get(one.listing_id, one) for one in offered),
            replace(own, is_public=True),
        ]
    )

    assert shelf.find(query, view, limit=50, after=None) == alone.find(
        query, None, limit=50, after=None
    )


def test_a_provider_finds_all_that_is_public_and_its_own() -> None:
    own = make_entry(listing_id="csp.own", title="Own", is_public=False)
    shelf = shelf_of([make_entry(), make_entry(listing_id="acme.fan", is_public=False)])
    shelf.learn([variant_of(own)])

    found = shelf.find(
        Query(sort=Sort.NAME),
        View(ids=None, variants={"csp.own": variant_of(own)}),
        limit=9,
        after=None,
    )

    assert names(found) == ["acme.lamp", "csp.own"]


def test_how_others_call_a_listing_is_found_by_nobody_else() -> None:
    shelf = shelf_of([make_entry()])
    shelf.learn([variant_of(make_entry(title="Lantern"))])

    assert shelf.find(Query(text="lantern"), None, limit=9, after=None).total == 0


def test_a_shelf_that_learnt_much_is_not_worn_by_it() -> None:
    shelf = shelf_of([make_entry()])
    shelf.learn(variant_of(make_entry(title=f"Lamp {number}")) for number in range(700))

    assert not shelf.is_worn
