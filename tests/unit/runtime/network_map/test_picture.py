"""A drawing: what is folded, hidden and coloured, and how bad the whole is."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from kernel.errors import InvalidError
from runtime.alarms.model import Severity
from runtime.inventory._tables import RelationKind, ResourceKind
from runtime.inventory.graph import Spot, build_graph
from runtime.network_map.asked import read_wanted
from runtime.network_map.network import Network, network_of
from runtime.network_map.picture import DRAWN_MAX, EVERYTHING, Picture, Sieve, draw

MAJOR, MINOR, CRITICAL = Severity.MAJOR, Severity.MINOR, Severity.CRITICAL


def spot(kind: str = "node", **attributes: object) -> Spot:
    return Spot(kind=ResourceKind(kind), name="", type="", site="", attributes=attributes)


def small() -> Network:
    """Two sites with a router each and a link between the routers."""
    spots = {"s1": spot("site", lat=47.0, lon=8.0), "s2": spot("site"), "l": spot("link")}
    spots |= {"r1": spot(), "r2": spot()}
    relations = [("s1", "r1", "contains"), ("s2", "r2", "contains")]
    relations += [("l", "r1", "connects"), ("l", "r2", "connects")]
    return network_of(build_graph(spots, ((a, b, RelationKind(how)) for a, b, how in relations)))


def picture(counts: dict[str, dict[Severity, int]], sieve: Sieve = EVERYTHING) -> Picture:
    network = small()
    return draw(network, network.top, counts, sieve, is_geo=False)


def test_a_place_is_as_bad_as_the_worst_of_what_is_in_it() -> None:
    found = picture({"r1": {MINOR: 2, MAJOR: 1}, "s1": {MINOR: 1}})

    bad = {dot.key: (dot.health.worst, dot.health.total) for dot in found.dots}
    assert bad == {"s1": (MAJOR, 4), "s2": (None, 0)}


def test_the_line_is_as_bad_as_its_link_and_counts_into_the_whole() -> None:
    found = picture({"l": {CRITICAL: 1}, "r2": {MINOR: 1}})

    assert found.wires[0].health.worst is CRITICAL
    assert found.health.counts == {CRITICAL: 1, MINOR: 1}


def test_an_alarm_on_what_the_inventory_does_not_know_colours_nothing() -> None:
    assert picture({"stranger": {CRITICAL: 1}}).health.total == 0


@pytest.mark.parametrize(
    ("sieve", "shown"),
    [
        pytest.param(Sieve(least=MAJOR), ["s1"], id="at least so bad"),
        pytest.param(Sieve(kind=ResourceKind.SITE), ["s1", "s2"], id="of a kind"),
        pytest.param(Sieve(type="router"), [], id="of a type"),
    ],
)
def test_filters_leave_out_and_say_how_many(sieve: Sieve, shown: list[str]) -> None:
    found = picture({"r1": {MAJOR: 1}, "r2": {MINOR: 1}}, sieve)

    assert [dot.key for dot in found.dots] == shown
    assert found.hidden == 2 - len(shown)


def test_by_coordinates_what_has_none_is_left_out_and_counted() -> None:
    network = small()

    found = draw(network, network.top, {}, EVERYTHING, is_geo=True)

    assert [dot.key for dot in found.dots] == ["s1"]
    assert (found.unplaced, found.hidden) == (1, 0)


def test_of_too_many_the_worst_are_drawn_and_the_others_are_one_card() -> None:
    network = network_of(build_graph({f"n{one:04}": spot() for one in range(DRAWN_MAX + 5)}, []))
    counts = {f"n{one:04}": {MAJOR: 1} for one in range(100, DRAWN_MAX + 5)}
    counts["n0000"] = {MINOR: 3}

    found = draw(network, network.top, counts, EVERYTHING, is_geo=False)

    assert len(found.dots) == DRAWN_MAX
    assert {dot.key for dot in found.dots} >= set(counts)
    assert found.folded[0] == 5
    assert found.folded[1].total == 0


def test_an_address_that_asks_for_what_there_is_not_is_refused_by_name() -> None:
    for name, value in (("least", "bad"), ("kind", "router"), ("hops", "9"), ("alarm", "x")):
        with pytest.raises(InvalidError, match=name):
            read_wanted(MultiDict({name: value}))
