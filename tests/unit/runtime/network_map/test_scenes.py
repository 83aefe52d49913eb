"""What is drawn at the top, inside a place and around a resource; and links as lines."""

from __future__ import annotations

import pytest

from runtime.inventory._tables import RelationKind, ResourceKind
from runtime.inventory.graph import Graph, Spot, build_graph
from runtime.network_map.places import places_of
from runtime.network_map.scenes import (
    CONNECTS,
    CONTAINS,
    RESTS,
    Scene,
    Tie,
    around,
    inside,
    overview,
    way,
)

RELATIONS = {
    "in": RelationKind.CONTAINS,
    "to": RelationKind.CONNECTS,
    "needs": RelationKind.DEPENDS_ON,
    "carries": RelationKind.CARRIES,
}
KINDS = {"s": ResourceKind.SITE, "n": ResourceKind.NODE, "l": ResourceKind.LINK}
KINDS |= {"v": ResourceKind.SERVICE, "c": ResourceKind.CUSTOMER}


def network(*said: str) -> Graph:
    """Make a graph of lines such as `s1 in n1`; the first letter of a key says its kind."""
    lines = [line.split() for line in said]
    spots = {
        key: Spot(kind=KINDS[key[0]], name="", type="", site="", attributes={})
        for line in lines
        for key in (line[0], line[-1])
    }
    relations = [(one, other, RELATIONS[how]) for one, how, other in (x for x in lines if x[2:])]
    return build_graph(spots, relations)


def top(*said: str) -> Scene:
    graph = network(*said)
    return overview(graph, places_of(graph))


def test_the_top_shows_places_and_ties_between_what_is_in_them() -> None:
    found = top("s1 in n1", "s2 in n2", "n1 to n2")

    assert found.keys == ["s1", "s2"]
    assert found.ties == [Tie("s1", "s2")]


def test_a_link_between_two_places_is_the_line_between_them() -> None:
    found = top("s1 in n1", "s2 in n2", "l1 to n1", "l1 to n2")

    assert found.keys == ["s1", "s2"]
    assert found.ties == [Tie("s1", "s2", CONNECTS, ("l1",))]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(["l1 to n1"], id="one end"),
        pytest.param(["l1 to n1", "l1 to n2", "l1 to n3"], id="three ends"),
        pytest.param(["l1 to n1", "l1 to l2", "l2 to n2"], id="a link of a link"),
    ],
)
def test_a_link_that_is_not_between_two_things_is_drawn_as_a_thing(said: list[str]) -> None:
    assert "l1" in top(*said).keys


def test_services_and_customers_in_no_place_are_counted_and_not_drawn() -> None:
    found = top("s1 in n1", "n1 carries v1", "c1 needs v1")

    assert (found.keys, found.resting) == (["s1"], 2)


def test_inside_a_place_is_what_it_holds_and_what_lies_next_to_it() -> None:
    graph = network("s1 in n1", "s1 in n2", "s2 in n3", "n1 to n2", "l1 to n1", "l1 to n3", "s3")

    found = inside(graph, places_of(graph), "s1")

    assert found.keys == ["n1", "n2", "s2"]
    assert found.outside == {"s2"}
    assert found.ties == [Tie("n1", "n2"), Tie("n1", "s2", CONNECTS, ("l1",))]


def test_inside_a_place_in_a_place_its_sisters_are_outside_not_their_root() -> None:
    graph = network("s1 in s2", "s1 in s3", "s2 in n1", "s3 in n2", "n1 to n2")

    found = inside(graph, places_of(graph), "s2")

    assert found.keys == ["n1", "s3"]
    assert found.outside == {"s3"}


def test_around_a_resource_is_what_lies_within_the_hops_and_how_it_stands() -> None:
    graph = network("s1 in n1", "n1 carries v1", "n1 to n2", "n2 to n3")

    found = around(graph, "n1", hops=1)

    assert found.keys == ["n1", "n2", "s1", "v1"]
    assert {tie.end if tie.start == "n1" else tie.start: tie.kind for tie in found.ties} == {
        "n2": CONNECTS,
        "s1": CONTAINS,
        "v1": RESTS,
    }


def test_the_way_to_the_cause_is_drawn_beyond_the_hops_with_a_link_at_its_end() -> None:
    graph = network("n1 to n2", "n2 to l1", "l1 to n3", "n3 to n4")

    found = around(graph, "n1", hops=1, path=way(graph, "n1", "l1"))

    assert found.path == ("n1", "n2", "l1")
    assert "l1" in found.keys


def test_a_way_is_the_shortest_and_none_where_no_relation_leads_there() -> None:
    graph = network("n1 to n2", "n2 to n3", "n3 to n4", "n1 to n5", "n5 to n4", "n9")

    assert way(graph, "n1", "n4") == ("n1", "n5", "n4")
    assert way(graph, "n1", "n9") == ()
    assert way(graph, "n1", "n1") == ("n1",)
