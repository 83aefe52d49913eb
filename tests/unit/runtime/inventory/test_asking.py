"""What steps ask of a network: who could have caused it, and what depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.inventory._tables import RelationKind, ResourceKind
from runtime.inventory.asking import CAUSES_MAX, common_causes_in, find_in, neighbours_in
from runtime.inventory.depending import CUSTOMERS_MAX, depending_on
from runtime.inventory.graph import Graph, Spot, build_graph

KINDS = {"n": "node", "s": "site", "v": "service", "c": "customer"}
CARRIES, CONTAINS = RelationKind.CARRIES, RelationKind.CONTAINS


def network(*relations: tuple[str, str], kind: RelationKind = CARRIES) -> Graph:
    """Make a network of resources that carry each other; the first letter says what each is."""
    keys = {key for relation in relations for key in relation}
    spots = {
        key: Spot(
            kind=ResourceKind(KINDS[key[0]]), name=key.upper(), type="", site="", attributes={}
        )
        for key in keys
    }
    return build_graph(spots, [(one, other, kind) for one, other in relations])


def causes(graph: Graph, *keys: str, depth: int = 5) -> list[tuple[str, int, int, bool]]:
    found = common_causes_in(graph, keys, depth=depth)["causes"]
    return [(one["key"], one["explains"], one["hops"], one["is_given"]) for one in found]


SITE = network(("s1", "n1"), ("s1", "n2"), ("n2", "n3"))


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        pytest.param(["n1", "n2"], ("s1", 2, 1, False), id="what is above both"),
        pytest.param(["n2", "n3"], ("n2", 2, 1, True), id="one of them, nearer than what is above"),
        pytest.param(["n1", "n2", "n3"], ("s1", 3, 2, False), id="the farthest counts"),
        pytest.param(["n1"], ("n1", 1, 0, True), id="one alone is its own cause"),
    ],
)
def test_what_explains_most_and_is_nearest_comes_first(
    keys: Sequence[str], first: tuple[str, int, int, bool]
) -> None:
    assert causes(SITE, *keys)[0] == first


def test_what_lies_beyond_the_depth_is_no_cause() -> None:
    assert causes(SITE, "n1", "n3", depth=1)[0] == ("n1", 1, 0, True)


def test_unknown_keys_cause_nothing_and_are_told() -> None:
    found = common_causes_in(SITE, ["n1", "zz"], depth=5)

    assert found["unknown"] == ["zz"]
    assert {one["key"] for one in found["causes"]} == {"n1", "s1"}


def test_a_ring_has_an_answer() -> None:
    assert causes(network(("n1", "n2"), ("n2", "n1")), "n1", "n2")[0][:2] == ("n1", 2)


def test_causes_beyond_the_most_are_left_out_and_that_is_told() -> None:
    found = common_causes_in(SITE_OF_MANY, [f"n{one}" for one in range(30)], depth=1)

    assert (len(found["causes"]), found["more"]) == (CAUSES_MAX, True)
    assert found["causes"][0]["key"] == "s1"


def test_a_disturbed_cause_is_given_however_many_others_explain_more() -> None:
    sites = [f"s{one}" for one in range(CAUSES_MAX + 5)]
    under = [("n0", f"n{one}") for one in range(1, 5)]
    graph = network(*under, *((site, key) for site in sites for key in ("n0", "n9")))

    found = causes(graph, "n0", "n1", "n2", "n3", "n4", "n9")

    assert (len(found), found[0][1]) == (CAUSES_MAX, 6)
    assert ("n0", 5, 1, True) in found


SITE_OF_MANY = network(*(("s1", f"n{one}") for one in range(30)))


@given(st.lists(st.tuples(*[st.sampled_from([f"n{one}" for one in range(8)])] * 2), max_size=20))
def test_no_cause_explains_more_than_naive_walks_find(relations: list[tuple[str, str]]) -> None:
    graph = network(*(one for one in relations if one[0] != one[1]))
    keys = sorted(graph.spots)[:4]

    found = common_causes_in(graph, keys, depth=3)["causes"]

    for one in found:
        assert one["explains"] == sum(one["key"] in naive_above(relations, key, 3) for key in keys)
    assert [one["explains"] for one in found] == sorted(
        (one["explains"] for one in found), reverse=True
    )


def naive_above(relations: list[tuple[str, str]], key: str, depth: int) -> set[str]:
    found = {key}
    for _ in range(depth):
        found |= {upper for upper, lower in relations if lower in found}
    return found


SERVED = network(("n1", "v1"), ("v1", "c1"), ("n1", "n2"), ("n2", "v2"), ("v2", "c1"))


def test_services_and_customers_below_are_told_with_the_reason() -> None:
    found = depending_on(SERVED, ["n2", "v1"], [])

    assert [(one["key"], one["state"], one["because"]) for one in found["services"]] == [
        ("v1", "", ["v1"]),
        ("v2", "", ["n2"]),
    ]
    assert [(one["key"], one["hops"], one["because"]) for one in found["customers"]] == [
        ("c1", 1, ["v1", "n2"])
    ]


def test_a_service_that_is_kept_stands_once_and_brings_its_customers() -> None:
    kept: list[dict[str, Any]] = [{"key": "v2", "state": "down", "because": ["x"]}]

    found = depending_on(SERVED, ["x", "y"], kept)

    assert found["services"] == kept
    assert [(one["key"], one["because"]) for one in found["customers"]] == [("c1", ["x"])]
    assert found["unknown"] == ["y"]


def test_customers_beyond_the_most_are_left_out_and_that_is_told() -> None:
    graph = network(*(("n1", f"c{one}") for one in range(CUSTOMERS_MAX + 1)))

    found = depending_on(graph, ["n1"], [])

    assert (len(found["customers"]), found["more"]) == (CUSTOMERS_MAX, True)


@pytest.mark.parametrize(
    ("direction", "keys"),
    [("any", ["n3", "s1"]), ("above", ["s1"]), ("below", ["n3"])],
)
def test_neighbours_keep_to_the_direction(direction: Any, keys: list[str]) -> None:
    found = neighbours_in(SITE, "n2", depth=1, direction=direction)

    assert found is not None
    assert [one["key"] for one in found["neighbours"]] == keys


@pytest.mark.parametrize(("value", "there"), [(1, 1), ("1", 1), (True, 0), ("x", 0), (None, 0)])
def test_an_attribute_is_equal_or_written_so(value: Any, there: int) -> None:
    spot = Spot(kind=ResourceKind.NODE, name="N", type="", site="", attributes={"slot": 1})
    graph = Graph(spots={"n": spot})

    found = find_in(graph, "", name="", kind="", attributes={"slot": value}, limit=5)

    assert len(found["resources"]) == there


def test_an_attribute_that_is_lacking_is_not_nothing() -> None:
    found = find_in(SITE, "", name="", kind="", attributes={"slot": None}, limit=5)

    assert found["resources"] == []


PARTS = [f"n{one}" for one in range(5)] + ["v0", "v1", "c0", "c1"]
PAIRS = st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(PARTS)), max_size=25)


@given(PAIRS, st.sets(st.sampled_from(PARTS), max_size=3))
def test_what_depends_on_some_keys_is_what_naive_walks_down_find(
    relations: list[tuple[str, str]], asked: set[str]
) -> None:
    relations = [one for one in relations if one[0] != one[1]]
    graph = network(*relations)
    keys = sorted(asked & graph.spots.keys())

    found = depending_on(graph, keys, [])

    below = {lower for key in keys for lower in naive_below(relations, key)}
    assert {one["key"] for one in found["services"]} == {key for key in below if key[0] == "v"}
    assert {one["key"] for one in found["customers"]} == {key for key in below if key[0] == "c"}
    for one in [*found["services"], *found["customers"]]:
        assert one["because"]
        assert all(one["key"] in naive_below(relations, key) for key in one["because"])


def naive_below(relations: list[tuple[str, str]], key: str) -> set[str]:
    found = {key}
    for _ in range(5):
        found |= {lower for upper, lower in relations if upper in found}
    return found


def test_a_walk_down_ends_where_there_is_too_much_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runtime.inventory.depending.REACH_MAX", 3)

    found = depending_on(network(*(("n1", f"v{one}") for one in range(9))), ["n1"], [])

    assert (len(found["services"]), found["more"]) == (2, True)
