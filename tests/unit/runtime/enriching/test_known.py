"""What the inventory knows of an object, in an alarm's words."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.enriching.known import KEYS_MAX, known_of
from runtime.inventory._tables import RelationKind, ResourceKind
from runtime.inventory.graph import Graph, Spot, build_graph

KINDS = {
    "zrh": ResourceKind.SITE,
    "router": ResourceKind.NODE,
    "card": ResourceKind.PART,
    "vpn": ResourceKind.SERVICE,
    "bakery": ResourceKind.CUSTOMER,
}
RELATIONS = [
    ("zrh", "router", RelationKind.CONTAINS),
    ("router", "card", RelationKind.CONTAINS),
    ("router", "vpn", RelationKind.CARRIES),
    ("bakery", "vpn", RelationKind.DEPENDS_ON),
]


def spot(kind: ResourceKind, **said: Any) -> Spot:
    plain: dict[str, Any] = {"name": "", "type": "", "site": "", "attributes": {}}
    return Spot(kind=kind, **(plain | said))


@pytest.fixture
def graph() -> Graph:
    return build_graph({key: spot(kind) for key, kind in KINDS.items()}, RELATIONS)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        pytest.param("zrh", "zrh", id="a site is its own place"),
        pytest.param("router", "zrh", id="the site that contains it"),
        pytest.param("card", "zrh", id="two levels up"),
    ],
)
def test_the_place_is_the_nearest_site_above(graph: Graph, key: str, place: str) -> None:
    known = known_of(graph, key)

    assert known is not None
    assert known["place"] == place


def test_the_site_that_a_resource_says_comes_first(graph: Graph) -> None:
    graph.spots["card"] = spot(ResourceKind.PART, site="ber")

    assert (known_of(graph, "card") or {})["place"] == "ber"


@pytest.mark.parametrize(
    ("said", "kind"), [pytest.param("PSU", "PSU", id="type"), pytest.param("", "part", id="kind")]
)
def test_the_kind_of_object_is_its_type_or_else_its_kind(
    graph: Graph, said: str, kind: str
) -> None:
    graph.spots["card"] = spot(ResourceKind.PART, type=said)

    assert (known_of(graph, "card") or {})["managed_object_type"] == kind


@pytest.mark.parametrize(
    ("key", "services", "customers"),
    [
        pytest.param("router", ["vpn"], ["bakery"], id="what it carries"),
        pytest.param("vpn", ["vpn"], ["bakery"], id="a service itself"),
        pytest.param("card", None, None, id="below what carries"),
    ],
)
def test_services_and_customers_are_those_that_go_down_with_it(
    graph: Graph, key: str, services: list[str] | None, customers: list[str] | None
) -> None:
    known = known_of(graph, key) or {}

    assert (known.get("affected_services"), known.get("affected_customers")) == (
        services,
        customers,
    )


def test_no_more_services_are_named_than_an_alarm_may_have() -> None:
    many = {f"s{number}": spot(ResourceKind.SERVICE) for number in range(KEYS_MAX + 1)}
    relations = [("core", key, RelationKind.CARRIES) for key in many]
    graph = build_graph({"core": spot(ResourceKind.NODE), **many}, relations)

    assert len((known_of(graph, "core") or {})["affected_services"]) == KEYS_MAX


def test_only_chosen_attributes_with_plain_values_are_taken(graph: Graph) -> None:
    graph.spots["card"] = spot(
        ResourceKind.PART, attributes={"vendor": "Acme", "slots": [1], "secret": "x"}
    )

    known = known_of(graph, "card", (), ["vendor", "slots", "tier"])

    assert known == {"attributes": {"vendor": "Acme"}}


def test_only_chosen_fields_are_taken(graph: Graph) -> None:
    assert known_of(graph, "router", ["place"]) == {"place": "zrh"}


def test_an_object_that_is_not_there_is_told_apart_from_one_of_which_nothing_is_known(
    graph: Graph,
) -> None:
    assert known_of(graph, "elsewhere") is None
    assert known_of(graph, "router", (), ["vendor"]) == {}
