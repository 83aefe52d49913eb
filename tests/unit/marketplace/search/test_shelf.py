"""What is found among listings, and what it says of those that are not seen."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.search.model import Entry, Kind, PriceKind, Query, Sort
from marketplace.search.shelf import Page, Place, Shelf, Shelved
from marketplace.search.words import words_in
from tests.factories.listings import make_entry
from tests.support.size import examples

SOME_WORDS = ("cisco", "cicso", "servicenow", "service", "now", "link", "down", "linkdown", "email")
TEXTS = st.lists(st.sampled_from(SOME_WORDS), max_size=4).map(" ".join)
ENTRIES = st.builds(
    make_entry,
    title=TEXTS.filter(bool),
    summary=TEXTS,
    docs=TEXTS,
    kind=st.sampled_from(Kind),
    price=st.sampled_from(PriceKind),
    publisher=st.sampled_from(("acme", "bauble")),
    categories=st.sampled_from(((), ("flow",), ("flow", "data"))),
    proven_uses=st.integers(0, 50),
    rating=st.none() | st.floats(1, 5),
)
LISTS = st.lists(ENTRIES, max_size=12).map(
    lambda found: [make_entry_named(one, f"acme.lamp-{number}") for number, one in enumerate(found)]
)
QUERIES = st.builds(
    Query,
    text=TEXTS,
    sort=st.none() | st.sampled_from(Sort),
    chosen=st.dictionaries(
        st.just("kind"), st.frozensets(st.sampled_from(("block", "pack"))), max_size=1
    ),
)


def make_entry_named(entry: Entry, listing_id: str) -> Entry:
    return make_entry(
        **{name: getattr(entry, name) for name in entry.__slots__} | {"listing_id": listing_id}
    )


def shelf_of(entries: Iterable[Entry]) -> Shelf:
    shelf = Shelf()
    shelf.put(Shelved(entry=one, words=words_in(one)) for one in entries)
    return shelf


def names(page: Page) -> list[str]:
    return [listing_id for _, _, listing_id in page.places]


@settings(max_examples=examples(150))
@given(LISTS, QUERIES, st.data())
def test_what_is_not_seen_changes_nothing_of_what_is_found(
    entries: list[Entry], query: Query, data: st.DataObject
) -> None:
    ids = [one.listing_id for one in entries]
    seen = data.draw(st.sets(st.sampled_from(ids))) if ids else set[str]()

    among_all = shelf_of(entries).find(query, seen, limit=50, after=None)
    alone = shelf_of(one for one in entries if one.listing_id in seen)

    assert among_all == alone.find(query, seen, limit=50, after=None)


@settings(max_examples=examples(80))
@given(LISTS, QUERIES, st.integers(1, 4))
def test_pages_hold_each_listing_once_and_in_order(
    entries: list[Entry], query: Query, limit: int
) -> None:
    shelf = shelf_of(entries)
    whole = shelf.find(query, None, limit=50, after=None)

    paged: list[Place] = []
    after: Place | None = None
    while page := shelf.find(query, None, limit=limit, after=after).places:
        paged, after = paged + page, page[-1]

    assert paged == whole.places
    assert len(paged) == whole.total


@settings(max_examples=examples(80))
@given(LISTS, TEXTS)
def test_a_facet_says_how_many_are_found_when_it_is_chosen(entries: list[Entry], text: str) -> None:
    shelf = shelf_of(entries)
    found = shelf.find(Query(text=text), None, limit=50, after=None)

    for name, values in found.facets.items():
        for value in values:
            narrowed = Query(text=text, chosen={name: frozenset({value.value})})
            assert shelf.find(narrowed, None, limit=50, after=None).total == value.count


@settings(max_examples=examples(60))
@given(LISTS, LISTS, QUERIES)
def test_a_listing_that_changed_is_found_as_it_is_now_alone(
    before: list[Entry], after: list[Entry], query: Query
) -> None:
    shelf = shelf_of(before)
    shelf.put(Shelved(entry=one, words=words_in(one)) for one in after)
    shelf.take_away(one.listing_id for one in before[len(after) :])

    fresh = shelf_of(after)
    assert shelf.find(query, None, limit=50, after=None) == fresh.find(
        query, None, limit=50, after=None
    )


def test_a_facet_counts_as_though_nothing_of_it_were_chosen() -> None:
    shelf = shelf_of(
        [
            make_entry(listing_id="acme.a"),
            make_entry(listing_id="acme.b", kind=Kind.PACK, price=PriceKind.PER_USE),
        ]
    )
    found = shelf.find(Query(chosen={"kind": frozenset({"block"})}), None, limit=9, after=None)

    assert [(one.value, one.count) for one in found.facets["kind"]] == [("block", 1), ("pack", 1)]
    assert [(one.value, one.count) for one in found.facets["price"]] == [("free", 1)]


def test_what_is_not_public_is_found_only_by_whom_it_is_named_to() -> None:
    shelf = shelf_of([make_entry(is_public=False)])

    assert shelf.find(Query(), None, limit=9, after=None).total == 0
    assert shelf.find(Query(), {"acme.lamp"}, limit=9, after=None).total == 1


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        pytest.param("cicso", (("cicso", ("cisco",)),), id="a slip"),
        pytest.param("ciscoemail", (("ciscoemail", ("cisco email",)),), id="two words in one"),
        pytest.param("cis", (), id="a word that is begun"),
    ],
)
def test_says_what_was_looked_for_instead(
    typed: str, corrected: tuple[tuple[str, tuple[str, ...]], ...]
) -> None:
    found = shelf_of([make_entry(title="Cisco by email")]).find(
        Query(text=typed), None, limit=9, after=None
    )

    assert names(found) == ["acme.lamp"]
    assert found.read.corrected == corrected


def test_gives_what_has_most_of_the_words_where_nothing_has_all() -> None:
    shelf = shelf_of(
        [
            make_entry(listing_id="acme.both", title="Cisco link"),
            make_entry(listing_id="acme.one", title="Link"),
        ]
    )
    found = shelf.find(Query(text="cisco link zebra"), None, limit=9, after=None)

    assert names(found) == ["acme.both"]
    assert found.read.is_loose


def test_a_shelf_that_was_changed_often_says_so() -> None:
    shelf = shelf_of([make_entry()])
    assert not shelf.is_worn

    shelf.put(Shelved(entry=make_entry(), words={}) for _ in range(600))
    assert shelf.is_worn
