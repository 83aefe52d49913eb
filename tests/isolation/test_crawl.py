"""Every address, asked with what is another tenant's: answered as if it were nowhere at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from garland.reference.addresses import addresses
from garland.reference.openapi import openapi
from tests.isolation.comparing import (
    Told,
    crawled,
    difference,
    ids_of,
    is_known,
    looks_after,
    naming,
)
from tests.isolation.crawl import NOWHERE, ask, calls_of, is_machine, nobodys, seen
from tests.isolation.entries import entries_of_nothing, not_crawled, without_entry
from tests.isolation.routes import ALIKE, IDS, SENT
from tests.isolation.tenant import V4
from tests.isolation.world import World

WHOLE = ("customer admin", "csp admin")
"""Who reads whole pages; all others read what a refusal says: `test_all_pairs`."""
_MINE = {"trials.start_trial", "flows_api.put_draft"}
"""What does something of one's own whatever is sent beside it."""


@pytest.fixture(autouse=True)
def untouched(world: World) -> Iterator[None]:
    """Whatever is asked, nothing of the other tenant changes."""
    before = world.digest()
    yield
    assert world.digest() == before


def test_every_endpoint_says_how_it_is_crawled(world: World) -> None:
    endpoints = {rule.endpoint for rule in world.app.url_map.iter_rules()}

    assert without_entry(world.app) == {}
    assert entries_of_nothing(world.app) == []
    assert endpoints >= {*SENT, *ALIKE}
    assert world.theirs.ids.keys() >= {*IDS.values()}


def test_every_operation_of_the_document_is_crawled(world: World) -> None:
    found = addresses(world.app.url_map.iter_rules(), world.app.view_functions)
    paths = openapi(found, server="http://x")["paths"]

    assert not_crawled(paths, calls_of(world.app)) == []


def test_every_operation_of_the_tmf642_contract_is_crawled(world: World, shared_data: Path) -> None:
    said = json.loads((shared_data / "tmf" / "TMF642-Alarm-v4.0.0.swagger.json").read_text())
    served = {
        path: methods
        for path, methods in said["paths"].items()
        if not path.startswith("/listener/")  # what a listener serves
    }

    assert not_crawled(served, crawled(world), base=V4) == []


@pytest.mark.parametrize("asker_name", WHOLE)
def test_a_whole_page_tells_another_tenants_thing_from_nothing_nowhere(
    world: World, asker_name: str
) -> None:
    ids, nowhere = world.theirs.ids, nobodys(world.theirs.ids)
    asker, told = world.asker(asker_name), Told()

    for call in naming(world):
        if not is_machine(call) and not looks_after(world, asker, call):
            theirs, nobody = (ids_of(call, one) for one in (ids, nowhere))
            known = theirs if is_known(world, asker, call) else nobody
            told |= difference(asker, call, (theirs, ids), (known, nowhere))

    assert told == {}


def test_an_id_of_another_tenant_within_a_thing_of_ones_own_is_nothing_either(
    world: World,
) -> None:
    asker, told = world.asker("customer admin"), Told()
    ids, own, nowhere = world.theirs.ids, world.mine.ids, nobodys(world.theirs.ids)

    for call in crawled(world):
        for within in call.names[:-1] if len(call.names) > 1 else ():
            mine = {within: own[call.kind_of(within)]}
            theirs, nobody = ({**ids_of(call, one), **mine} for one in (ids, nowhere))
            told |= difference(asker, call, (theirs, ids), (nobody, nowhere))

    assert told == {}


def test_what_is_sent_with_ones_own_things_names_no_other_tenants(world: World) -> None:
    asker, told = world.asker("customer admin"), Told()
    ids, own, nowhere = world.theirs.ids, world.mine.ids, nobodys(world.theirs.ids)

    for call in crawled(world):
        if "<" in str(SENT.get(call.endpoint, "")) and call.names and call.endpoint not in _MINE:
            mine = ids_of(call, own)
            told |= difference(asker, call, (mine, ids), (mine, nowhere), alike=True)

    assert told == {}


def test_nobody_learns_of_any_address_what_is_there(world: World) -> None:
    client, told = world.app.test_client(use_cookies=False), {}
    slug, ids = world.theirs.organisation.slug, world.theirs.ids
    nowhere = nobodys(ids)

    for call in crawled(world):
        there = ask(client, call, slug, ids_of(call, ids), ids)
        none = ask(client, call, NOWHERE, ids_of(call, nowhere), nowhere)
        same = seen(there, slug, *ids.values()) == seen(none, NOWHERE, *nowhere.values())
        if not same or there.status_code not in (303, 401):
            told[call.method, call.pattern] = there.status_code

    assert told == {}
