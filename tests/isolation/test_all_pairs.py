"""Every address and operation, asked by each pair of role and organisation: all the same to them.

What is another tenant's is answered as what is nowhere at all. Nobody takes turns.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.isolation.brisk import brisk
from tests.isolation.comparing import (
    Told,
    crawled,
    difference,
    ids_of,
    is_known,
    looks_after,
    naming,
)
from tests.isolation.crawl import NOWHERE, Call, ask, nobodys, seen
from tests.isolation.world import ASKERS, World

Seen = tuple[int, str, str]


@pytest.fixture(scope="module", autouse=True)
def _briskly() -> Iterator[None]:
    with brisk():
        yield


@pytest.fixture(autouse=True)
def untouched(world: World) -> Iterator[None]:
    """Whatever is asked, nothing of the other tenant changes."""
    before = world.digest()
    yield
    assert world.digest() == before


@pytest.fixture(scope="module")
def nowhere(world: World) -> dict[Call, Seen]:
    """What each address of an organisation that is not there answers, whoever asks."""
    asker, ids = world.asker("customer admin"), world.theirs.ids
    return {
        call: seen(ask(asker.browser, call, NOWHERE, ids_of(call, ids), ids), NOWHERE)
        for call in pages_of(world)
    }


def pages_of(world: World) -> list[Call]:
    return [one for one in crawled(world) if "<tenant>" in one.pattern]


@pytest.mark.parametrize("asker_name", ASKERS)
def test_an_id_of_another_tenant_is_answered_as_one_that_nothing_has(
    world: World, asker_name: str
) -> None:
    ids, nowhere = world.theirs.ids, nobodys(world.theirs.ids)
    asker, told = world.asker(asker_name), Told()

    for call in naming(world):
        if not looks_after(world, asker, call):
            theirs, nobody = (ids_of(call, one) for one in (ids, nowhere))
            known = theirs if is_known(world, asker, call) else nobody
            told |= difference(asker, call, (theirs, ids), (known, nowhere))

    assert told == {}


@pytest.mark.parametrize("asker_name", ASKERS)
def test_the_address_of_another_tenant_is_answered_as_one_of_nobody(
    world: World, nowhere: dict[Call, Seen], asker_name: str
) -> None:
    slug, ids = world.theirs.organisation.slug, world.theirs.ids
    asker, told = world.asker(asker_name), Told()

    for call, nothing in nowhere.items():
        there = ask(asker.browser, call, slug, ids_of(call, ids), ids)
        if seen(there, slug) != nothing or there.status_code != 404:
            told[asker.name, call.method, call.pattern] = there.status_code

    assert told == {}
