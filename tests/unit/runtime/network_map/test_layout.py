"""Where things are drawn: each in a cell of its own, always the same, near what it is tied to."""

from __future__ import annotations

from itertools import pairwise
from math import dist
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from runtime.network_map.layout import Cell, arrange

KEYS = [f"n{number}" for number in range(12)]
ties = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=30)


def bounds(cells: dict[str, Cell]) -> tuple[int, int]:
    return min(column for column, _ in cells.values()), min(row for _, row in cells.values())


@given(ties)
def test_each_thing_has_a_cell_of_its_own_from_the_corner_on(pairs: list[tuple[str, str]]) -> None:
    cells = arrange(KEYS, pairs)

    assert set(cells) == set(KEYS)
    assert len(set(cells.values())) == len(KEYS)
    assert bounds(cells) == (0, 0)


@given(ties, st.randoms())
def test_the_order_in_which_things_come_changes_nothing(
    pairs: list[tuple[str, str]], chance: Random
) -> None:
    keys, shuffled = list(KEYS), list(pairs)
    chance.shuffle(keys)
    chance.shuffle(shuffled)

    assert arrange(keys, shuffled) == arrange(KEYS, pairs)


def test_in_a_chain_those_that_are_tied_lie_nearer_than_the_ends() -> None:
    cells = arrange(KEYS, pairwise(KEYS))

    nearest = max(dist(cells[one], cells[other]) for one, other in pairwise(KEYS))
    assert nearest < dist(cells[KEYS[0]], cells[KEYS[-1]])


def test_a_hub_lies_amid_what_is_tied_to_it() -> None:
    cells = arrange(KEYS, [(KEYS[0], key) for key in KEYS[1:]])

    middle = [sum(cell[axis] for cell in cells.values()) / len(cells) for axis in (0, 1)]
    assert dist(cells[KEYS[0]], middle) < 1.5


def test_parts_that_no_tie_joins_do_not_mix() -> None:
    left, right = KEYS[:4], KEYS[4:8]
    cells = arrange([*left, *right], [*pairwise(left), *pairwise(right)])

    def reach(part: list[str], axis: int) -> tuple[int, int]:
        places = [cells[key][axis] for key in part]
        return min(places), max(places)

    apart = [
        reach(left, axis)[1] < reach(right, axis)[0] or reach(right, axis)[1] < reach(left, axis)[0]
        for axis in (0, 1)
    ]
    assert any(apart)


def test_nothing_is_laid_out_as_nothing() -> None:
    assert arrange([], []) == {}
