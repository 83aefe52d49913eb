"""The network as a graph: who is above whom, how far, and that every walk ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.inventory._tables import RelationKind, ResourceKind
from runtime.inventory.graph import REACH_MAX, Graph, Near, Spot, build_graph

CONNECTS, CONTAINS = RelationKind.CONNECTS, RelationKind.CONTAINS
DEPENDS, CARRIES = RelationKind.DEPENDS_ON, RelationKind.CARRIES


def spot(site: str = "", kind: ResourceKind = ResourceKind.NODE) -> Spot:
    return Spot(kind=kind, name="", type="", site=site, attributes={})


def graph(*relations: tuple[str, str, RelationKind], **sites: str) -> Graph:
    keys = {key for start, end, _ in relations for key in (start, end)} | set(sites)
    return build_graph({key: spot(sites.get(key, "")) for key in keys}, relations)


@pytest.mark.parametrize(
    ("relation", "above"),
    [
        pytest.param(("up", "x", CONTAINS), ["up"], id="what contains it"),
        pytest.param(("x", "up", DEPENDS), ["up"], id="what it depends on"),
        pytest.param(("up", "x", CARRIES), ["up"], id="what carries it"),
        pytest.param(("x", "other", CONTAINS), [], id="what it contains is below"),
        pytest.param(("other", "x", DEPENDS), [], id="what depends on it is below"),
        pytest.param(("x", "other", CONNECTS), [], id="a connection has no above"),
    ],
)
def test_above_is_what_can_take_it_down(
    relation: tuple[str, str, RelationKind], above: list[str]
) -> None:
    assert [one.key for one in graph(relation).parents("x", hops=1).near] == above


def test_a_hop_too_far_is_out_of_reach() -> None:
    chain = graph(("a", "b", DEPENDS), ("b", "c", DEPENDS), ("c", "d", DEPENDS))

    assert chain.parents("a", hops=2).near == (Near("b", 1), Near("c", 2))


def test_the_site_it_stands_at_is_above_it() -> None:
    found = build_graph({"zrh": spot(kind=ResourceKind.SITE), "r1": spot("zrh")}, [])

    assert [one.key for one in found.parents("r1", hops=1).near] == ["zrh"]


def test_a_circle_is_walked_once() -> None:
    circle = graph(("a", "b", DEPENDS), ("b", "a", DEPENDS))

    assert circle.parents("a", hops=5).near == (Near("b", 1),)


def test_a_dense_network_is_cut_at_its_size() -> None:
    star = graph(*((f"n{number}", "hub", CONNECTS) for number in range(REACH_MAX + 50)))

    reach = star.neighbours("hub", hops=1)

    assert len(reach.near) == REACH_MAX
    assert reach.is_cut


def test_contents_go_all_the_way_down() -> None:
    found = graph(("site", "rack", CONTAINS), ("rack", "card", CONTAINS), ("card", "x", CONNECTS))

    assert found.contents(["site"]) == {"site", "rack", "card"}


pairs = st.tuples(*[st.sampled_from("abcdefg")] * 2, st.sampled_from(list(RelationKind)))


@given(st.lists(pairs, max_size=20), st.integers(1, 5))
def test_a_wider_reach_holds_the_narrower(
    relations: list[tuple[str, str, RelationKind]], hops: int
) -> None:
    found = graph(*relations, a="")

    near, wide = found.neighbours("a", hops=hops).near, found.neighbours("a", hops=hops + 1).near

    assert wide[: len(near)] == near
    assert "a" not in {one.key for one in wide}


def test_what_any_of_several_can_take_down_is_found_in_one_walk() -> None:
    found = graph(
        ("a", "x", DEPENDS),
        ("b", "a", DEPENDS),
        ("b", "y", DEPENDS),
        ("c", "b", DEPENDS),
    )

    below = found.all_dependants(["x", "y"], hops=2, most=10)

    assert below == (Near("a", 1), Near("b", 1), Near("c", 2))


def test_of_what_several_can_take_down_the_nearest_are_kept() -> None:
    chain = graph(("a", "x", DEPENDS), ("b", "a", RelationKind.DEPENDS_ON))

    assert chain.all_dependants(["x"], hops=5, most=1) == (Near("a", 1),)
