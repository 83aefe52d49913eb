"""A block that is a workflow calls with the connections that its step names, however deep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from kernel.errors import InvalidError
from runtime.connections.serving import Connections
from runtime.runs._tables import Run
from runtime.runs.drain import Drain
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.tasks import StepPool
from tests.factories.composites import make_composite, with_blocks
from tests.factories.connections import VAULT, make_connection
from tests.factories.flows import flow_document, step
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench
from tests.integration.runtime.engine.test_composites import World
from tests.support.polling import Tickets, ticket_server
from tests.support.shelves import put_on_shelf


@pytest.fixture
def tickets() -> Iterator[Tickets]:
    with ticket_server() as found:
        yield found


@pytest.fixture
def world(sessions: sessionmaker[Session], tickets: Tickets, tmp_path: Path) -> World:
    """A tenant with a block in a block in it, the inner of which calls."""
    call = step(
        "http-request", config={"method": "GET", "url": tickets.url}, connections={"api": "Makers"}
    )
    inner = make_composite(tmp_path, flow_document({"call": call}, ["hand > call"]), name="inner")
    it = {"block": "acme.inner", "version": "1.0.0", "connections": {"api": "Makers"}}
    outer = make_composite(
        tmp_path,
        flow_document({"it": it}, ["hand > it"]),
        registry=with_blocks(inner[0]),
        name="outer",
    )
    registry = with_blocks(inner[0], outer[0])
    put_on_shelf(sessions, registry)
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
    http = HttpBroker(allow_private=True)
    opened = Connections(sessions=sessions, reading=sessions, vault=VAULT, http=http)
    bench = Bench(sessions=sessions, tenant_id=tenant_id)
    brokers = Brokers(http=http, mail=bench.pool.brokers.mail, connections=opened)
    bench.pool = StepPool(leased=bench.pool.leased, brokers=brokers)
    bench.drain = Drain(
        sessions=sessions,
        reading=sessions,
        programs=Programs(),
        brokers=brokers,
        wake_next=lambda: None,
    )
    made = World(bench, tmp_path, registry)
    made.install(*inner)
    made.install(*outer)
    hosts = (urlsplit(tickets.url).netloc,)
    with bench.writing() as session:
        for name, key in (("Ours", "canary-of-ours"), ("Makers", "canary-of-others")):
            values = {"key": key, "name": "X-Key"}
            make_connection(session, tenant_id, values=values, name=name, hosts=hosts)
    return made


def using(world: World, named: dict[str, str]) -> Any:
    it = {"block": "acme.outer", "version": "1.0.0", "connections": named}
    return world.bench.publish({"it": it}, ["hand > it"], name="User")


def test_the_call_is_made_with_the_connection_that_the_outermost_step_names(
    world: World, tickets: Tickets
) -> None:
    run_id = world.bench.run(using(world, {"api": "Ours"}))

    assert world.bench.view(run_id).state.value == "succeeded"
    assert tickets.keys == ["canary-of-ours"]


def test_a_place_that_may_be_left_empty_is(world: World, tickets: Tickets) -> None:
    world.bench.run(using(world, {}))

    assert tickets.keys == [None]


def test_no_run_records_what_the_connection_holds(world: World) -> None:
    run_id = world.bench.run(using(world, {"api": "Ours"}))

    with world.bench.writing() as session:
        children = session.scalars(select(Run).where(Run.id != run_id)).all()
        told = str([(one.trigger, one.progress, one.output) for one in children])
    assert len(children) == 2
    assert "canary" not in told


def test_a_connection_that_is_not_there_is_refused_when_the_workflow_is_published(
    world: World,
) -> None:
    with pytest.raises(InvalidError) as refused:
        using(world, {"api": "Gone"})

    assert [one.pointer for one in refused.value.problems] == ["/steps/it/connections/api"]
