"""Leaderboards: nobody lifts what is their own, and the order is always the same."""

from __future__ import annotations

from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from marketplace.leaders.model import Line, Used, best_rated, most_used, rising
from marketplace.proven.model import POINTS_MAX, K

MINE, THEIRS = "acme.lamp", "bauble.fan"
OWN = range(1_000, 1_100)
"""The numbers of the publisher's own organisations and their relatives."""


def used(number: int, listing_id: str = MINE, uses: int = 50, **said: int) -> Used:
    return Used(
        organisation_id=UUID(int=number), listing_id=listing_id, is_proven=True, uses=uses, **said
    )


def apart(organisation_id: UUID, _listing_id: str) -> bool:
    return organisation_id.int not in OWN


def points(lines: list[Line], listing_id: str = MINE) -> int:
    return next((one.points for one in lines if one.listing_id == listing_id), 0)


ROWS = st.lists(
    st.builds(
        used,
        st.integers(1, 12),
        st.sampled_from([MINE, THEIRS]),
        st.integers(1, 10**6),
        late=st.integers(0, 10**6),
        early=st.integers(0, 10**6),
    ),
    max_size=30,
    unique_by=lambda one: (one.organisation_id, one.listing_id),
)


@given(ROWS, st.lists(st.tuples(st.sampled_from(OWN), st.integers(1, 10**9)), max_size=50))
def test_the_publishers_own_organisations_change_nothing_however_many(
    rows: list[Used], own: list[tuple[int, int]]
) -> None:
    more = [*rows, *(used(number, uses=uses, late=uses) for number, uses in own)]

    assert most_used(more, apart) == most_used(rows, apart)
    assert rising(more, apart) == rising(rows, apart)


@given(ROWS, st.integers(0, 10**12))
def test_uses_of_one_organisation_are_worth_no_more_than_the_cap(
    rows: list[Used], uses: int
) -> None:
    one = used(50, uses=uses, late=uses)

    for board in (most_used, rising):
        before, after = board(rows, apart, least=1), board([*rows, one], apart, least=1)

        assert points(after) - points(before) <= POINTS_MAX


@given(st.integers(0, 2 * K), st.integers(1, 10**9))
def test_without_enough_organisations_a_listing_is_on_no_board(number: int, uses: int) -> None:
    rows = [used(one, uses=uses, late=uses) for one in range(number)]

    assert bool(most_used(rows, apart)) is (number >= K)
    assert bool(rising(rows, apart)) is (number >= K)


@given(ROWS, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_what_is_told(
    rows: list[Used], dice: Random
) -> None:
    mixed = list(rows)
    dice.shuffle(mixed)

    assert most_used(mixed, apart, least=1) == most_used(rows, apart, least=1)
    assert rising(mixed, apart, least=1) == rising(rows, apart, least=1)


def test_many_who_use_it_a_little_pass_one_who_uses_it_much() -> None:
    little = [used(one, MINE, uses=20) for one in range(30)]
    much = [used(0, THEIRS, uses=10**9), *(used(one, THEIRS, uses=1) for one in range(1, 5))]

    assert [one.listing_id for one in most_used([*little, *much], apart)] == [MINE, THEIRS]


def test_use_that_is_not_proven_counts_for_nothing() -> None:
    rows = [used(one) for one in range(K - 1)]
    unproven = Used(organisation_id=UUID(int=99), listing_id=MINE, is_proven=False, uses=5)

    assert most_used([*rows, unproven], apart) == []


def test_equal_points_share_a_place_in_the_order_of_ids() -> None:
    rows = [used(one, listing, uses=25) for one in range(K) for listing in (THEIRS, MINE)]
    rows += [used(one, "zeta.hub", uses=9) for one in range(K)]

    assert [(one.place, one.listing_id) for one in most_used(rows, apart)] == [
        (1, MINE),
        (1, THEIRS),
        (3, "zeta.hub"),
    ]


def test_the_best_rated_need_enough_ratings_and_stand_by_their_average() -> None:
    ratings = {MINE: (0, 0, 0, 0, 4), THEIRS: (0, 0, 0, 5, 5), "zeta.hub": (0, 0, 0, 0, 9)}

    assert [one.listing_id for one in best_rated(ratings)] == ["zeta.hub", THEIRS]
