"""Streams of notices, read as a browser's event source reads them: over a socket, from Redis.

What another tenant's pages are told reaches no other stream: not as it happens, and not as what
was missed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import pytest
from redis import Redis

from kernel import signals
from tests.factories.tenancy import PASSWORD, make_member
from tests.isolation.tenant import Tenant
from tests.isolation.world import World
from tests.support.redis import running_redis
from tests.support.served import served

LAST = "last"
Pages = dict[str, httpx.Client]
KINDS = ("alarms", "runs", "rules", "workflows", "approvals", "webhooks", "services")


@pytest.fixture(scope="module")
def redis(world: World) -> Iterator[Redis]:
    """A Redis that the application is joined to for as long."""
    services = world.app.extensions["garland.services"]
    folder = Path(mkdtemp(prefix="garland-"))  # a short path: a socket's name may not be long
    with running_redis(folder) as client, pytest.MonkeyPatch.context() as patch:
        for name in ("redis", "patient_redis"):
            patch.setitem(vars(services), name, client)
        yield client


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """Where the application answers."""
    with served(world.app) as address:
        yield address


@pytest.fixture(scope="module")
def pages(world: World, address: str) -> Iterator[Pages]:
    """A page of somebody of each tenant, by its word: signed in where the stream is read."""
    found = {}
    for tenant in (world.mine, world.theirs):
        with world.sessions.begin() as session:
            person = make_member(session, tenant.organisation, "viewer")
        found[tenant.word] = httpx.Client(base_url=address, timeout=20)
        form = {"email": person.email, "password": PASSWORD}
        assert found[tenant.word].post("/sign-in", data=form).status_code == 303
    yield found
    for one in found.values():
        one.close()


@contextmanager
def listening(
    page: httpx.Client, redis: Redis, tenant: Tenant, since: int = 2**52
) -> Iterator[Any]:
    """Open a tenant's stream as its admin's page does; give what reads it to a last notice."""
    with page.stream("GET", tenant.page("/live"), params={"since": since}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines).startswith("retry:")
        channel = signals.channel_of(tenant.id)
        ends = time.monotonic() + 20
        while not dict(redis.pubsub_numsub(channel))[channel.encode()]:
            assert time.monotonic() < ends, "nobody listens"
            time.sleep(0.01)
        yield lambda: _to_the_last(lines)


def _to_the_last(lines: Iterator[str]) -> list[tuple[str, str]]:
    came, kind = list[tuple[str, str]](), ""
    for line in lines:
        if line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("data: "):
            word = json.loads(line[6:]).get("word", "")
            if word == LAST:
                return came
            came.append((kind, word))
    raise AssertionError(f"the stream ended after {came}")


def test_a_stream_hears_its_own_tenant_alone(world: World, redis: Redis, pages: Pages) -> None:
    mine, theirs = world.mine, world.theirs
    with (
        listening(pages[mine.word], redis, mine) as of_mine,
        listening(pages[theirs.word], redis, theirs) as of_theirs,
    ):
        for kind in KINDS:
            signals.publish(redis, theirs.id, kind, {"word": theirs.word})
        signals.publish(redis, mine.id, "alarms", {"word": mine.word})
        for one in (mine, theirs):
            signals.publish(redis, one.id, "last", {"word": LAST})

        assert of_mine() == [("alarms", mine.word)]
        assert of_theirs() == [(kind, theirs.word) for kind in KINDS]


def test_what_was_missed_is_ones_own_too(world: World, redis: Redis, pages: Pages) -> None:
    mine, theirs = world.mine, world.theirs
    redis.flushall()
    for tenant, kind in ((theirs, "rules"), (theirs, "runs"), (mine, "services")):
        signals.publish(redis, tenant.id, kind, {})

    with listening(pages[mine.word], redis, mine, since=0) as of_mine:
        signals.publish(redis, mine.id, "last", {"word": LAST})

        assert of_mine() == [("services", "")]


def test_another_tenants_stream_is_as_one_of_nobody(world: World, pages: Pages) -> None:
    page, slug = pages[world.mine.word], world.theirs.organisation.slug

    there, none = (page.get(f"/t/{one}/live") for one in (slug, "nowhere"))

    assert (there.status_code, none.status_code) == (404, 404)
    assert there.headers["content-type"] == none.headers["content-type"]
