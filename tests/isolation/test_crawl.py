"""Every address, asked with what is another tenant's: answered as if it were nowhere at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from garland.reference.addresses import addresses
from garland.reference.openapi import openapi
from tests.isolation.crawl import (
    NOWHERE,
    Call,
    ask,
    calls_of,
    client_of,
    is_machine,
    nobodys,
    seen,
)
from tests.isolation.endpoints import BY_ID, OPEN, PLAIN, named
from tests.isolation.routes import ALIKE, IDS, SENT
from tests.isolation.tenant import V4
from tests.isolation.world import Asker, World
from tests.support.size import examples

ADMINS = ("customer admin", "csp admin", "vendor admin", "integrator admin")
_BY_ID, _PLAIN = named(BY_ID), named(PLAIN)


@pytest.fixture(autouse=True)
def untouched(world: World) -> Iterator[None]:
    """Whatever is asked, nothing of the other tenant changes."""
    before = world.digest()
    yield
    assert world.digest() == before


def test_every_endpoint_says_how_it_is_crawled(world: World) -> None:
    endpoints = {rule.endpoint for rule in world.app.url_map.iter_rules()}

    assert sorted(endpoints) == sorted([*_BY_ID, *_PLAIN, *OPEN])
    assert {one.endpoint for one in calls_of(world.app) if one.names} - {*OPEN} == _BY_ID
    assert endpoints >= {*SENT, *ALIKE}
    assert all(call.kind_of(name) for call in _calls(world) for name in call.names)
    assert world.theirs.ids.keys() >= {*IDS.values()}


def test_every_operation_of_the_document_is_crawled(world: World) -> None:
    found = addresses(world.app.url_map.iter_rules(), world.app.view_functions)
    told = {
        (method.upper(), path.partition("{")[0])
        for path, methods in openapi(found, server="http://x")["paths"].items()
        for method in methods
    }

    crawled = {(one.method, one.begins) for one in calls_of(world.app)}

    assert told <= crawled


def test_every_operation_of_the_tmf642_contract_is_crawled(world: World, shared_data: Path) -> None:
    said = json.loads((shared_data / "tmf" / "TMF642-Alarm-v4.0.0.swagger.json").read_text())
    told = {
        (method.upper(), f"{V4}{path.partition('{')[0]}")
        for path, methods in said["paths"].items()
        for method in methods
        if not path.startswith("/listener/")  # what a listener serves
    }

    assert told <= {(one.method, one.begins) for one in _calls(world)}


@pytest.mark.parametrize("asker_name", [*ADMINS, "all others in turn"])
def test_an_id_of_another_tenant_is_answered_as_one_that_nothing_has(
    world: World, asker_name: str
) -> None:
    ids, nowhere = world.theirs.ids, nobodys(world.theirs.ids)
    calls = [one for one in _calls(world) if one.names or one.endpoint in SENT]
    told: dict[tuple[str, ...], object] = {}

    for call, asker in _asked_by(world, calls, asker_name):
        theirs, nobody = (_address_ids(call, one) for one in (ids, nowhere))
        known = theirs if _is_known(world, asker, call) else nobody
        told |= _difference(asker, call, (theirs, ids), (known, nowhere))

    assert told == {}


def test_an_id_of_another_tenant_within_a_thing_of_ones_own_is_nothing_either(
    world: World,
) -> None:
    asker, told = world.asker("customer admin"), dict[tuple[str, ...], object]()
    ids, own, nowhere = world.theirs.ids, world.mine.ids, nobodys(world.theirs.ids)

    for call in _calls(world):
        for within in call.names[:-1] if len(call.names) > 1 else ():
            mine = {within: own[call.kind_of(within)]}
            theirs, nobody = ({**_address_ids(call, one), **mine} for one in (ids, nowhere))
            told |= _difference(asker, call, (theirs, ids), (nobody, nowhere))

    assert told == {}


def test_what_is_sent_with_ones_own_things_names_no_other_tenants(world: World) -> None:
    asker, told = world.asker("customer admin"), dict[tuple[str, ...], object]()
    ids, own, nowhere = world.theirs.ids, world.mine.ids, nobodys(world.theirs.ids)

    for call in _calls(world):
        if "<" in str(SENT.get(call.endpoint, "")) and call.names and call.endpoint not in _MINE:
            mine = _address_ids(call, own)
            told |= _difference(asker, call, (mine, ids), (mine, nowhere), alike=True)

    assert told == {}


def test_the_address_of_another_tenant_is_answered_as_one_of_nobody(world: World) -> None:
    slug, ids = world.theirs.organisation.slug, world.theirs.ids
    calls, told = [one for one in _calls(world) if "<tenant>" in one.pattern], {}

    for call, asker in _asked_by(world, calls, ""):
        filled = _address_ids(call, ids)
        there = ask(asker.browser, call, slug, filled, ids)
        nowhere = ask(asker.browser, call, NOWHERE, filled, ids)
        if seen(there, slug) != seen(nowhere, NOWHERE) or there.status_code != 404:
            told[asker.name, call.method, call.pattern] = there.status_code

    assert told == {}


def test_nobody_learns_of_any_address_what_is_there(world: World) -> None:
    client, told = world.app.test_client(use_cookies=False), {}
    slug, ids = world.theirs.organisation.slug, world.theirs.ids
    nowhere = nobodys(ids)

    for call in _calls(world):
        there = ask(client, call, slug, _address_ids(call, ids), ids)
        none = ask(client, call, NOWHERE, _address_ids(call, nowhere), nowhere)
        same = seen(there, slug, *ids.values()) == seen(none, NOWHERE, *nowhere.values())
        if not same or there.status_code not in (303, 401):
            told[call.method, call.pattern] = there.status_code

    assert told == {}


_ONE = {"organisation"}
_KNOWN_ABOVE = {"organisation", "deletion"}
_MINE = {"trials.start_trial", "flows_api.put_draft"}
"""What does something of one's own whatever is sent beside it."""


def _calls(world: World) -> list[Call]:
    return [one for one in calls_of(world.app) if one.endpoint not in OPEN]


def _asked_by(world: World, calls: list[Call], name: str) -> Iterator[tuple[Call, Asker]]:
    """Pair requests with who asks: somebody, or all others in turn; at night all of them."""
    if name in ADMINS:
        yield from ((call, world.asker(name)) for call in calls)
        return
    others = [one for one in world.askers if not name or one.name not in ADMINS]
    step = 1 if examples(1) > 1 else len(others)
    for place, call in enumerate(calls):
        asked = others[place % step :: step]
        yield from ((call, one) for one in asked if not _looks_after(world, one, call))


def _looks_after(world: World, asker: Asker, call: Call) -> bool:
    """Tell whether a request names nothing but what whoever stands above may know.

    That is an organisation that stands below who asks, and a deletion of one that stood there.
    """
    sent = set(re.findall(r"<(\w+)>", str(SENT.get(call.endpoint, ""))))
    is_by_address = _is_known(world, asker, call) and sent <= {"organisation"}
    return is_by_address or (_is_above(world, asker) and not call.names and sent == _ONE)


def _is_known(world: World, asker: Asker, call: Call) -> bool:
    """Tell whether the address names just what whoever stands above may know."""
    kinds = {call.kind_of(name) for name in call.names}
    return _is_above(world, asker) and bool(kinds) and kinds <= _KNOWN_ABOVE


def _is_above(world: World, asker: Asker) -> bool:
    return asker.organisation.id == world.theirs.organisation.parent_id


def _address_ids(call: Call, ids: Mapping[str, str]) -> dict[str, str]:
    return {name: ids[call.kind_of(name)] for name in call.names}


def _difference(
    asker: Asker,
    call: Call,
    theirs: tuple[Mapping[str, str], Mapping[str, str]],
    nobodys_: tuple[Mapping[str, str], Mapping[str, str]],
    *,
    alike: bool = False,
) -> dict[tuple[str, ...], object]:
    """Tell how the two answers differ, or that one lets in; nothing where all is well."""
    client, slug = client_of(asker, call), asker.organisation.slug
    there, none = (ask(client, call, slug, *one) for one in (theirs, nobodys_))
    shown, hidden = (
        seen(answer, *ids.values(), *kinds.values())
        for answer, (ids, kinds) in zip((there, none), (theirs, nobodys_), strict=True)
    )
    lets_in = there.status_code < 400 and call.endpoint not in ALIKE and not alike
    if shown == hidden and not lets_in:
        return {}
    where = (asker.name, call.method, call.pattern, str(dict(call.choices)))
    said = there.text[:300] if is_machine(call) else ""
    return {where: (there.status_code, none.status_code, said)}
