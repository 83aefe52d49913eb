"""Who is in what: one holder each, every walk up ends, and nothing is lost."""

from __future__ import annotations

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runtime.inventory._tables import RelationKind, ResourceKind
from runtime.inventory.graph import Spot, build_graph
from runtime.network_map.places import DEPTH_MAX, Places, places_of


def places(*inside: tuple[str, str], **sites: str) -> Places:
    """Make places of (outer, inner) pairs, and of resources with the site they name."""
    keys = {key for pair in inside for key in pair} | set(sites)
    spots = {
        key: Spot(kind=ResourceKind.NODE, name="", type="", site=sites.get(key, ""), attributes={})
        for key in keys
    }
    relations = [(outer, inner, RelationKind.CONTAINS) for outer, inner in inside]
    return places_of(build_graph(spots, relations))


def test_what_contains_a_resource_holds_it_and_what_holds_nothing_is_at_the_top() -> None:
    found = places(("zrh", "r1"), ("r1", "card"))

    assert found.top == ["zrh"]
    assert found.root == {"zrh": "zrh", "r1": "zrh", "card": "zrh"}
    assert found.within("zrh") == ["zrh", "r1", "card"]


def test_a_place_that_is_only_named_by_what_stands_there_is_a_place_all_the_same() -> None:
    found = places(r1="Bern", r2="Bern")

    assert found.top == ["Bern"]
    assert found.members == {"Bern": ["r1", "r2"]}


def test_of_several_that_contain_it_the_first_by_key_holds_it() -> None:
    assert places(("z", "r1"), ("a", "r1")).holder == {"r1": "a"}


def test_a_container_comes_before_the_place_it_says_it_stands_at() -> None:
    assert places(("rack", "r1"), r1="Bern").holder["r1"] == "rack"


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=20))
def test_every_walk_up_ends_at_the_top_even_in_rings(pairs: list[tuple[str, str]]) -> None:
    found = places(*(pair for pair in pairs if pair[0] != pair[1]))

    for key, root in found.root.items():
        assert found.chain(key)[-1] == root
        assert root in found.top
    assert sorted(one for top in found.top for one in found.within(top)) == sorted(found.root)


def test_a_ring_is_opened_at_its_last_key() -> None:
    found = places(("a", "b"), ("b", "c"), ("c", "a"))

    assert found.top == ["c"]
    assert found.chain("b") == ["b", "a", "c"]


def test_what_would_lie_too_deep_stands_at_the_top() -> None:
    keys = [f"{number:03}" for number in range(DEPTH_MAX + 3)]
    found = places(*pairwise(keys))

    assert found.top == [keys[0], keys[DEPTH_MAX + 1]]
    assert len(found.chain(keys[DEPTH_MAX])) == DEPTH_MAX + 1
    assert found.within(keys[-2]) == keys[-2:]
    assert not found.members.get(keys[DEPTH_MAX])


def test_a_chain_of_sites_costs_no_more_than_as_many_side_by_side() -> None:
    keys = [f"{number:05}" for number in range(20_000)]
    begun = time.process_time()

    places(*pairwise(keys))
    places(*zip(keys[1:], keys, strict=False))

    assert time.process_time() - begun < 5
