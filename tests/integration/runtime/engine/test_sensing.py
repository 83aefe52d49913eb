"""Blocks that correlate and enrich, in workflows: what they remember, and whom they ask."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy.orm import Session

from runtime.inventory.resources import (
    ResourceFilter,
    find_resource,
    list_resources,
    put_relation,
    save_resource,
)
from runtime.runs.inventory import SERVICES_OVER
from runtime.services.over import services_over
from runtime.step_state.store import list_kept
from tests.factories.flows import step
from tests.factories.services import make_service
from tests.integration.runtime.engine.bench import Bench
from tests.support.topologies import import_network, real_networks

VALUE = {"value": "= trigger.input.value", "key": "= trigger.input.key"}
KEY = {"key": "= trigger.input.key"}


def publish(bench: Bench, block: str, given: dict[str, Any], **config: Any) -> Any:
    """Publish a workflow of one step."""
    return bench.publish({"look": step(block, config=config, input=given)}, ["hand > look"])


def look(bench: Bench, flow_id: Any, **given: Any) -> tuple[str, Any]:
    """Run it once; give the way it left by and what it gave."""
    run_id = bench.run(flow_id, {"input": given})
    (done,) = bench.steps(run_id)
    assert done.state.value == "succeeded", done.error
    return done.port or "", done.output


def test_a_threshold_is_raised_once_and_cleared_once(bench: Bench) -> None:
    flow_id = publish(bench, "threshold", VALUE, raise_at=90, clear_at=80)

    ports = []
    for value in (50, 95, 96, 85, 79, 79):
        bench.go(after_s=60)
        ports.append(look(bench, flow_id, value=value, key="r1")[0])

    quiet = "unchanged"
    assert ports == [quiet, "raised", quiet, quiet, "cleared", quiet]


def test_each_object_has_a_threshold_of_its_own(bench: Bench) -> None:
    flow_id = publish(bench, "threshold", VALUE, raise_at=90)

    ports = [look(bench, flow_id, value=95, key=key)[0] for key in ("r1", "r2", "r1")]

    assert ports == ["raised", "raised", "unchanged"]


def test_a_throttle_tells_at_the_next_pass_how_many_were_held(bench: Bench) -> None:
    flow_id = publish(bench, "throttle", KEY, window_s=600)

    ports = [look(bench, flow_id, key="r1")[0] for _ in range(4)]
    bench.go(after_s=600)
    port, told = look(bench, flow_id, key="r1")

    assert ports == ["passed", "held", "held", "held"]
    assert (port, told["held"]) == ("passed", 3)


def test_many_objects_are_remembered_within_what_a_step_may_keep(bench: Bench) -> None:
    config = {"items": [f"object-{number}" for number in range(120)]}
    body = {"steps": {"look": step("throttle", input={"key": "= item"})}, "wires": []}
    each = step("for-each", config=config, body=body)
    flow_id = bench.publish({"each": each}, ["hand > each"])

    bench.run(flow_id)

    with bench.writing() as session:
        kept = list_kept(session, bench.tenant_id, flow_id, limit=500)
    assert sum(len(one.value["keys"]) for one in kept) == 120
    assert len(kept) <= 64


def test_a_flow_that_fails_in_its_settings_says_which(bench: Bench) -> None:
    flow_id = publish(bench, "threshold", VALUE, raise_at=90, clear_at=95)

    run_id = bench.run(flow_id, {"input": {"value": 1, "key": ""}})

    error = bench.steps(run_id)[-1].error
    assert error is not None
    assert (error["code"], "below 90" in error["message"]) == ("threshold.crossed", True)


@pytest.fixture
def airtel(bench: Bench) -> dict[str, list[str]]:
    """A real network with its countries as sites; the keys of its nodes by country."""
    bench.sessions.configure(info={SERVICES_OVER: services_over})
    found: dict[str, list[str]] = defaultdict(list)
    with bench.writing() as session:
        import_network(session, bench.tenant_id, "Airtel")
        for one in list_resources(session, bench.tenant_id, ResourceFilter(), limit=500):
            found[str(one.attributes.get("Country", ""))].append(one.key)
        for country, keys in found.items():
            if country:
                hold(session, bench, country, keys)
    return {country: keys for country, keys in found.items() if country}


def hold(session: Session, bench: Bench, country: str, keys: list[str]) -> None:
    said = {"kind": "site", "key": country, "name": country}
    site = save_resource(session, bench.tenant_id, said)
    for key in keys:
        node = find_resource(session, bench.tenant_id, key)
        assert node is not None
        put_relation(session, bench.tenant_id, site.id, node.id, kind="contains")


ITEMS = {"items": "= trigger.input.items"}


def alarms_on(keys: list[str]) -> list[dict[str, Any]]:
    return [{"id": f"a-{key}", "managed_object": key} for key in keys]


@real_networks
def test_the_common_cause_of_a_country_s_nodes_is_the_country(
    bench: Bench, airtel: dict[str, list[str]]
) -> None:
    country = max(airtel, key=lambda one: len(airtel[one]))
    stray = next(keys[0] for name, keys in airtel.items() if name != country)
    flow_id = publish(bench, "common-cause", ITEMS)

    port, told = look(bench, flow_id, items=alarms_on([*airtel[country], stray]))

    count = len(airtel[country])
    assert (port, told["root"]["key"], told["explains"]) == ("found", country, count)
    assert told["why"].startswith(f"{count} of {count + 1} disturbed objects are {country}")


@real_networks
def test_the_impact_of_a_node_is_the_service_that_rests_on_it(
    bench: Bench, airtel: dict[str, list[str]]
) -> None:
    country, (key, *_) = next(iter(airtel.items()))
    rests_on = [{"need": "all", "keys": [key]}]
    with bench.writing() as session:
        make_service(session, bench.tenant_id, key="vpn", name="VPN", rests_on=rests_on)
    flow_id = publish(bench, "service-impact", ITEMS)

    by_node = look(bench, flow_id, items=alarms_on([key]))
    by_country = look(bench, flow_id, items=[country])

    for port, told in (by_node, by_country):
        assert (port, [one["key"] for one in told["services"]]) == ("impacted", ["vpn"])
        assert (told["agreed_percent"], told["text"]) == (
            99.9,
            "1 service and 0 customers depend on it.",
        )


@real_networks
def test_a_real_object_is_looked_up_and_its_neighbours_are_of_its_kind(
    bench: Bench, airtel: dict[str, list[str]]
) -> None:
    country, (key, *_) = next(iter(airtel.items()))

    found = look(bench, publish(bench, "look-up-inventory", KEY), key=key)
    near = look(bench, publish(bench, "neighbours", KEY, direction="above"), key=key)

    assert (found[0], found[1]["attributes"]["Country"]) == ("found", country)
    assert (near[0], near[1]["by_kind"]) == ("found", {"site": 1})
