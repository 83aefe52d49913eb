"""`ctx.inventory` at work: a tenant's own network and services, real networks among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from blocks.brokers.mail import MailBroker
from blocks.sdk import Inventory
from runtime.inventory.resources import find_resource, put_relation, save_resource
from runtime.runs.inventory import SERVICES_OVER
from runtime.runs.outside import Brokers
from runtime.runs.services import DetachedServices, TenantServices
from runtime.services.over import services_over
from tests.factories.services import make_service
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench
from tests.support.topologies import import_network, read_edges, real_networks

PARTS = [("site", "s1"), ("node", "n1"), ("node", "n2"), ("service", "v1"), ("customer", "c1")]
RELATIONS = [
    ("s1", "n1", "contains"),
    ("s1", "n2", "contains"),
    ("v1", "n1", "depends_on"),
    ("c1", "v1", "depends_on"),
]
Ask = Callable[[Inventory], Any]


@pytest.fixture
def network(bench: Bench) -> Bench:
    """A tenant with a small network."""
    bench.sessions.configure(info={SERVICES_OVER: services_over})
    with bench.writing() as session:
        for kind, key in PARTS:
            save_resource(session, bench.tenant_id, {"kind": kind, "key": key, "name": key.upper()})
        for start, end, kind in RELATIONS:
            relate(session, bench, start, end, kind)
    return bench


def relate(session: Session, bench: Bench, start: str, end: str, kind: str) -> None:
    found = [find_resource(session, bench.tenant_id, key) for key in (start, end)]
    ids = [one.id for one in found if one is not None]
    put_relation(session, bench.tenant_id, ids[0], ids[1], kind=kind)


def both(bench: Bench, ask: Ask) -> Any:
    """Ask as a light step does and as one that runs apart; they hear the same."""
    brokers = Brokers(http=bench.http, mail=MailBroker())
    apart = ask(DetachedServices(bench.sessions, bench.tenant_id, brokers).inventory)
    with bench.writing() as session:
        assert ask(TenantServices(session, bench.tenant_id, brokers).inventory) == apart
    return apart


def test_a_resource_is_found_by_the_key_that_alarms_name(network: Bench) -> None:
    found = both(network, lambda it: it.find("n1"))

    assert found == {
        "resources": [
            {"key": "n1", "kind": "node", "name": "N1", "type": "", "site": "", "attributes": {}}
        ],
        "more": False,
    }


def test_what_another_tenant_has_is_not_there(network: Bench) -> None:
    with network.sessions.begin() as session:
        network.tenant_id = make_customer(session).id

    assert both(network, lambda it: it.find("n1"))["resources"] == []
    assert both(network, lambda it: it.find(kind="node"))["resources"] == []
    assert both(network, lambda it: it.neighbours("n1")) is None
    assert both(network, lambda it: it.common_causes(["n1"]))["unknown"] == ["n1"]
    assert both(network, lambda it: it.services_over(["n1"]))["services"] == []


def test_the_common_cause_of_two_nodes_is_their_site(network: Bench) -> None:
    first = both(network, lambda it: it.common_causes(["n1", "n2"]))["causes"][0]

    assert (first["key"], first["explains"], first["hops"]) == ("s1", 2, 1)


def test_services_are_told_with_their_state_and_customers_with_the_reason(network: Bench) -> None:
    with network.writing() as session:
        rests_on = [{"need": "all", "keys": ["n1"]}]
        make_service(session, network.tenant_id, key="v1", name="VPN", rests_on=rests_on)
        make_service(session, network.tenant_id, key="other", name="On something else")

    found = both(network, lambda it: it.services_over(["s1", "zz"]))

    told = [(one["key"], one["name"], one["state"], one["percent"]) for one in found["services"]]
    assert told == [("v1", "VPN", "working", 99.9)]
    assert [(one["key"], one["because"]) for one in found["customers"]] == [("c1", ["s1"])]
    assert found["unknown"] == ["zz"]


def test_without_services_that_are_kept_those_of_the_inventory_are_told(network: Bench) -> None:
    found = both(network, lambda it: it.services_over(["s1"]))

    assert [(one["key"], one["state"]) for one in found["services"]] == [("v1", "")]


def test_a_change_of_the_inventory_is_seen_at_once(network: Bench) -> None:
    both(network, lambda it: it.find(kind="node"))
    with network.writing() as session:
        save_resource(session, network.tenant_id, {"kind": "node", "key": "n3", "name": "N3"})

    found = both(network, lambda it: it.find(kind="node"))

    assert [one["key"] for one in found["resources"]] == ["n1", "n2", "n3"]


def test_a_question_does_not_wait_for_whoever_writes(network: Bench) -> None:
    brokers = Brokers(http=network.http, mail=MailBroker())
    apart = DetachedServices(network.sessions, network.tenant_id, brokers).inventory

    with network.writing() as session:
        save_resource(session, network.tenant_id, {"kind": "node", "key": "n9", "name": "N9"})
        found = apart.find(kind="node")

    assert [one["key"] for one in found["resources"]] == ["n1", "n2"]


@real_networks
@pytest.mark.parametrize("name", ["Geant2012", "Airtel"])
def test_a_real_network_is_walked_as_its_file_says(bench: Bench, name: str) -> None:
    with bench.writing() as session:
        import_network(session, bench.tenant_id, name)
    edges = read_edges(name)
    hub, _ = Counter(end for edge in edges for end in set(edge)).most_common(1)[0]
    beside = {end for edge in edges if hub in edge for end in edge} - {hub}

    near = both(bench, lambda it: it.neighbours(hub))

    assert {one["key"] for one in near["neighbours"]} == beside
    assert all(one["hops"] == 1 and one["kind"] == "node" for one in near["neighbours"])
    assert both(bench, lambda it: it.find(hub))["resources"][0]["attributes"]
