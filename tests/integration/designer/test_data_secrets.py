"""What only a schema says is a secret is in no sample and no pin, however large it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.manifest import Manifest
from blocks.registry import Registry, standard_registry
from designer.data import samples
from designer.data.samples import Choice, Place, sample_of
from runtime.runs.query import find_step
from runtime.secrecy import MASK
from runtime.trials.pins import list_pins, pin_step
from tenancy.organisations import OrganisationView
from tests.factories.flows import step
from tests.integration.runtime.engine.bench import Bench

NOTE = "x" * 1_000
ROWS = [{"port": f"ge-0/{n}", "code": "4711-0815", "note": NOTE} for n in range(20)]
"""Enough to be kept apart."""
SECRET_ROWS = {"items": {"properties": {"code": {"type": "string", "format": "password"}}}}


@pytest.fixture
def bench(sessions: sessionmaker[Session], acme: OrganisationView) -> Bench:
    return Bench(sessions=sessions, tenant_id=acme.id)


def _marked(manifest: Manifest) -> Manifest:
    """Let a manifest say that the rows' codes are secrets."""
    said = {"properties": {"rows": SECRET_ROWS}}
    config = {**manifest.config["properties"], "items": SECRET_ROWS}
    ports = tuple(replace(one, schema=said) for one in manifest.outputs)
    return replace(manifest, outputs=ports, config={**manifest.config, "properties": config})


@pytest.fixture
def registry() -> Registry:
    """The standard blocks, whose schemas know of the secret."""
    return Registry(
        [
            replace(one, manifest=_marked(one.manifest))
            for one in standard_registry().each()
            if one.manifest.id in ("garland.set-data", "garland.for-each")
        ]
    )


def seen(bench: Bench, run: UUID, registry: Registry, *steps: str) -> dict[str, Any]:
    with bench.writing() as session:
        place = Place(
            session=session,
            tenant_id=bench.tenant_id,
            registry=registry,
            flow_id=None,
            sees_runs=True,
            sees_alarms=False,
        )
        return dict(sample_of(place, Choice(f"run:{run}", "it"), {}, steps).variables)


@pytest.fixture
def run(bench: Bench) -> UUID:
    """A run that gathers the rows, and goes through them one by one."""
    rows = step("set-data", config={"values": {"rows": "= trigger.input.rows"}})
    say = step("set-data", config={"values": {"rows": "= steps.big.output.rows"}})
    body = {"steps": {"say": say}, "wires": []}
    loop = step("for-each", config={"items": "= steps.big.output.rows"}, body=body)
    flow = bench.publish({"big": rows, "each": loop}, ["hand > big", "big > each"])
    return bench.run(flow, {"input": {"rows": ROWS}})


def test_a_large_output_is_masked_by_the_schema_of_its_step(
    bench: Bench, registry: Registry, run: UUID
) -> None:
    found = seen(bench, run, registry, "big")["steps"]["big"]["output"]

    assert found["rows"] == [{**one, "code": MASK} for one in ROWS]


def test_the_item_of_a_round_is_masked_by_what_the_loop_says_of_its_items(
    bench: Bench, registry: Registry, run: UUID
) -> None:
    assert seen(bench, run, registry)["item"] == {**ROWS[-1], "code": MASK}


def test_of_a_block_that_is_gone_nothing_is_shown(bench: Bench, run: UUID) -> None:
    found = seen(bench, run, Registry([]), "big", "say")

    assert [found["steps"][one]["output"] for one in ("big", "say")] == [MASK, MASK]
    assert found["item"] == MASK


def test_a_step_in_a_loop_is_read_once_however_many_rounds_there_were(
    bench: Bench, registry: Registry, run: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def find(session: Session, tenant_id: UUID, run_id: UUID, path: str) -> Any:
        read.append(path)
        return find_step(session, tenant_id, run_id, path)

    monkeypatch.setattr(samples, "find_step", find)

    found = seen(bench, run, registry, "big", "say")

    assert read == ["big", "each[19].say", "each"]
    assert found["steps"]["each"] == {"index": 19}
    assert found["steps"]["say"]["output"]["rows"][0]["code"] == MASK


def test_a_pin_of_a_step_that_is_gone_shows_nothing_and_stays(bench: Bench) -> None:
    give = step("set-data", config={"values": {"code": "4711"}})
    flow = bench.publish({"it": give}, ["hand > it"])
    with bench.writing() as session:
        pin_step(
            session,
            bench.tenant_id,
            flow,
            "it",
            port="done",
            output={"code": "4711"},
            by="Ann",
            now=bench.now,
        )
    bench.republish(flow, {"other": give}, ["hand > other"])

    with bench.writing() as session:
        (pin,) = list_pins(session, bench.tenant_id, flow)

    assert (pin.is_gone, pin.shown, pin.output) == (True, MASK, {"code": "4711"})
