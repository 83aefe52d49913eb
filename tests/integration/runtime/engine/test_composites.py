"""A workflow as one step: its run is pinned, shown, cancelled and limited as a called one is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.kinds.composite import CARRIED, CarriedFlow
from blocks.registry import Block, Registry, Standing
from kernel.errors import InvalidError
from runtime.flow_control.removing import delete_flow
from runtime.flows._carrying import CarriedError
from runtime.flows._tables import FlowRow
from runtime.flows.carried import ensure_carried
from runtime.flows.versions import (
    count_live,
    flow_choices,
    flow_slugs,
    list_flows,
    publish_flow,
    save_draft,
    set_paused,
)
from runtime.runs._tables import Run
from runtime.runs.control import cancel_run
from runtime.runs.not_started import NotStartedError
from tests.factories.composites import make_composite, with_blocks
from tests.factories.flows import flow_document, step
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine import bench as benches
from tests.integration.runtime.engine.bench import Bench
from tests.support.shelves import put_on_shelf

GREET = {
    "big": step("branch", config={"when": "trigger.input.?count.orValue(0) > 9"}),
    "many": step("end", config={"output": {"said": "= 'many for ' + trigger.input.who"}}),
    "few": step("end", title="Only a few", config={"output": {"said": "few"}}),
}
GREETING = {
    **flow_document(GREET, ["hand > big", "big:yes > many", "big:no > few"], name="Greeting"),
    "input": {
        "type": "object",
        "required": ["who"],
        "properties": {"who": {"type": "string"}, "count": {"type": "integer"}},
    },
}
WAITING = flow_document(
    {"pause": step("wait", config={"for_s": 3_600})}, ["hand > pause"], name="Pausing"
)


class World:
    """A tenant with composites among its blocks."""

    def __init__(self, bench: Bench, folder: Path, registry: Registry) -> None:
        self.bench, self.folder, self.registry = bench, folder, registry

    def install(self, block: Block, carried: CarriedFlow) -> Any:
        """Keep what a block carries."""
        with self.bench.writing() as session:
            return ensure_carried(
                session,
                self.bench.tenant_id,
                block.manifest,
                "sha256:" + "0" * 64,
                carried,
                registry=self.registry,
                now=self.bench.now,
            )


@pytest.fixture
def world(sessions: sessionmaker[Session], tmp_path: Path) -> Iterator[World]:
    greet = make_composite(tmp_path, GREETING)
    pause = make_composite(tmp_path, WAITING, name="pause")
    registry = with_blocks(greet[0], pause[0])
    put_on_shelf(sessions, registry)
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
    bench = benches.Bench(sessions=sessions, tenant_id=tenant_id)
    made = World(bench, tmp_path, registry)
    made.install(*greet)
    made.install(*pause)
    yield made
    bench.pool.close(within_s=0)


def using(world: World, block: str, wires: list[str], given: Mapping[str, Any]) -> Any:
    after = step("set-data", config={"values": {"n": "= steps.it.output"}})
    steps = {
        "it": {"block": block, "version": "1.0.0", "input": dict(given)},
        **{wire.partition(" > ")[2]: after for wire in wires},
    }
    return world.bench.publish(steps, ["hand > it", *wires], name="User")


@pytest.mark.parametrize(
    ("count", "port", "said"),
    [
        pytest.param(10, "many", "many for Ann", id="one end"),
        pytest.param(1, "few", "few", id="other"),
    ],
)
def test_the_step_leaves_by_the_end_that_was_reached_with_its_result(
    world: World, count: int, port: str, said: str
) -> None:
    flow = using(world, "acme.greet", ["it:many > a", "it:few > b"], {"who": "Ann", "count": count})

    run_id = world.bench.run(flow)

    found = {one.step: one for one in world.bench.steps(run_id)}
    assert found["it"].port == port
    assert found["it"].output == {"said": said}
    assert set(found) == {"it", {"many": "a", "few": "b"}[port]}


def test_none_starts_while_a_block_is_held_that_it_uses_inside(
    world: World, sessions: sessionmaker[Session]
) -> None:
    flow = using(world, "acme.greet", ["it:few > b"], {"who": "Ann"})
    held = [
        replace(one, standing=Standing.HELD) if one.manifest.id == "garland.branch" else one
        for one in world.registry.each()
    ]
    put_on_shelf(sessions, Registry(held, "held"))

    with pytest.raises(NotStartedError, match="used by what step it calls, is held"):
        world.bench.start(flow)


def test_its_run_is_a_run_of_its_own_that_names_the_step(world: World) -> None:
    flow = using(world, "acme.greet", ["it:few > b"], {"who": "Ann"})

    run_id = world.bench.run(flow)

    with world.bench.writing() as session:
        child = session.scalars(select(Run).where(Run.parent_run_id == run_id)).one()
        assert (child.parent_step, child.depth, child.state.value) == ("it", 1, "succeeded")


def test_it_is_cancelled_with_the_run_that_waits_for_it(world: World) -> None:
    run_id = world.bench.run(using(world, "acme.pause", ["it > a"], {}))

    with world.bench.writing() as session:
        cancel_run(session, world.bench.tenant_id, run_id, by="Ann", now=world.bench.now)
    world.bench.go()

    with world.bench.writing() as session:
        states = session.scalars(select(Run.state)).all()
    assert [state.value for state in states] == ["cancelled", "cancelled"]


def test_a_workflow_that_ends_without_an_end_leaves_by_done(world: World) -> None:
    run_id = world.bench.run(using(world, "acme.pause", ["it > a"], {}))

    world.bench.go(after_s=3_601)

    found = {one.step: one for one in world.bench.steps(run_id)}
    assert (found["it"].port, found["a"].state.value) == ("done", "succeeded")


def test_input_that_does_not_fit_is_refused_when_the_workflow_is_published(world: World) -> None:
    with pytest.raises(InvalidError) as refused:
        using(world, "acme.greet", ["it:few > b"], {"who": 5})

    assert [one.pointer for one in refused.value.problems] == ["/steps/it/input/who"]


def test_what_a_block_carries_is_kept_once_and_is_no_workflow_of_people(world: World) -> None:
    greet = make_composite(world.folder, GREETING)
    first = world.install(*greet)

    assert world.install(*greet) == first
    with world.bench.writing() as session:
        tenant_id = world.bench.tenant_id
        assert list_flows(session, tenant_id) == []
        assert (flow_slugs(session, tenant_id), flow_choices(session, tenant_id)) == ({}, [])
        assert count_live(session, tenant_id) == 0


def test_what_a_block_promises_is_checked_though_its_workflow_is_here(world: World) -> None:
    ask = step("http-request", config={"method": "GET", "url": "https://example.net/"})
    block, carried = make_composite(world.folder, flow_document({"ask": ask}, ["hand > ask"]))
    world.install(block, carried)
    quiet = replace(block, manifest=replace(block.manifest, permissions=()))

    with pytest.raises(InvalidError) as refused:
        world.install(quiet, carried)

    assert [one.pointer for one in refused.value.problems] == ["/permissions"]


def test_what_a_block_carries_is_never_changed(world: World) -> None:
    flow_id = world.install(*make_composite(world.folder, GREETING))
    where = (world.bench.tenant_id, flow_id)
    now = world.bench.now

    with world.bench.writing() as session:
        changes: list[Callable[[], object]] = [
            lambda: publish_flow(session, *where, by="Ann", now=now),
            lambda: set_paused(session, *where, paused=True, now=now),
            lambda: delete_flow(session, *where, by="Ann", now=now),
            lambda: save_draft(
                session, *where, document=GREETING, expected_revision=1, by="Ann", now=now
            ),
        ]
        for change in changes:
            with pytest.raises(CarriedError, match="belongs to a block"):
                change()


def test_a_workflow_cannot_call_what_a_block_carries_by_its_name(world: World) -> None:
    with world.bench.writing() as session:
        name = session.scalars(select(FlowRow.slug).where(FlowRow.slug.startswith(CARRIED))).first()
    call = {"call": step("call-workflow", config={"flow": name})}

    with pytest.raises(InvalidError, match="problem"):
        world.bench.publish(call, ["hand > call"])


def test_a_block_whose_carried_workflow_is_gone_fails_its_step_and_says_so(
    world: World, tmp_path: Path
) -> None:
    other, _ = make_composite(tmp_path, {**GREETING, "name": "Never installed"})
    assert other.manifest.id == "acme.greet"
    with world.bench.writing() as session:
        for row in session.scalars(select(FlowRow)):
            session.delete(row)
    run_id = world.bench.run(using(world, "acme.greet", ["it:few > b"], {"who": "Ann"}))

    (failed,) = world.bench.steps(run_id)
    assert failed.error is not None
    assert "install the block anew" in failed.error["message"]
