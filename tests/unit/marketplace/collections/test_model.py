"""Arranging the listings of a collection, step by step."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from marketplace.collections.model import ADD, DOWN, REMOVE, UP, arranged

IDS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=6)


@given(IDS, st.sampled_from([UP, DOWN, ADD, "", "sideways"]), st.sampled_from("abcdef"))
def test_no_step_but_removing_loses_a_listing_or_doubles_one(
    listings: list[str], step: str, one: str
) -> None:
    found = arranged(listings, step, one)

    assert sorted(found) == sorted({*listings, *([one] if step == ADD else [])})


@given(IDS.filter(lambda ids: len(ids) > 1))
def test_up_and_down_again_changes_nothing_and_the_first_stays_first(listings: list[str]) -> None:
    second = listings[1]

    assert arranged(arranged(listings, UP, second), DOWN, second) == tuple(listings)
    assert arranged(listings, UP, listings[0]) == tuple(listings)
    assert arranged(listings, REMOVE, second) == (listings[0], *listings[2:])
