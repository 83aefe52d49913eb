"""Turns: shares follow weights, nobody starves, and who was away is not made up for it."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from runtime.turns import Turns

TENANTS = [UUID(int=number) for number in range(1, 7)]
weights_of_some = st.dictionaries(st.sampled_from(TENANTS), st.floats(0.1, 10), min_size=2)


@given(weights_of_some, st.integers(1, 60))
def test_over_many_batches_turns_follow_the_weights(
    weights: dict[UUID, float], a_batch: int
) -> None:
    turns, taken = Turns(), Counter[UUID]()
    rounds = 2_000 // a_batch

    for _ in range(rounds):
        taken.update(turns.share(list(weights), a_batch, weights))

    everything = sum(weights.values())
    for one, weight in weights.items():
        fair = rounds * a_batch * weight / everything
        assert abs(taken[one] - fair) <= len(weights) + 1


@given(weights_of_some, st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_whoever_waits_comes_before_the_others_had_more_than_their_weight_allows(
    weights: dict[UUID, float], batches: list[int]
) -> None:
    turns, waited = Turns(), dict.fromkeys(weights, 0)
    others = {one: sum(weights.values()) - weight for one, weight in weights.items()}

    for batch in batches:
        given_turns = turns.share(list(weights), batch, weights)
        for one, weight in weights.items():
            if one in given_turns:
                waited[one] = 0
                continue
            waited[one] += batch
            assert waited[one] <= others[one] / weight + len(weights)


@given(st.integers(1, 500), st.integers(1, 50))
def test_a_tenant_that_comes_into_a_storm_gets_a_turn_in_the_next_batch(
    batches: int, a_batch: int
) -> None:
    storm, single = TENANTS[:2]
    turns = Turns()
    for _ in range(batches):
        turns.share([storm], a_batch, {})

    assert single in turns.share([storm, single], max(2, a_batch), {})


@given(st.integers(1, 200))
def test_a_tenant_that_was_away_is_not_made_up_for_it(batches: int) -> None:
    busy, away = TENANTS[:2]
    turns = Turns()
    turns.share([busy, away], 2, {})
    for _ in range(batches):
        turns.share([busy], 10, {})

    taken = turns.share([busy, away], 20, {})

    assert abs(taken[busy] - taken[away]) <= 2


@given(st.lists(st.sampled_from(TENANTS), unique=True), st.integers(0, 100))
def test_all_turns_are_given_while_somebody_waits(waiting: list[UUID], total: int) -> None:
    given_turns = Turns().share(waiting, total, {})

    assert sum(given_turns.values()) == (total if waiting else 0)
