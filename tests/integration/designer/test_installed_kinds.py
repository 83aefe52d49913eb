"""Every kind of block, packed by the packer, installed and run in a workflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from blocks.brokers.http import HttpBroker
from blocks.installs import offering, store
from blocks.installs.model import InstallView
from blocks.installs.registry import registry_of
from blocks.packages.package import pack_folder
from kernel.errors import InvalidError
from runtime.flows import installing
from runtime.flows.composite_package import composite_package
from runtime.runs._tables import Run
from runtime.where_used.needing import what_uses
from tests.factories.composites import named
from tests.factories.flows import flow_document, step
from tests.factories.http_blocks import closed, http_document, http_request
from tests.factories.installs import CODE, make_manifest
from tests.integration.blocks.installs.conftest import bench, shelved  # noqa: F401  fixtures
from tests.integration.blocks.installs.test_installing import STEP, WHO
from tests.integration.runtime.engine.bench import Bench
from tests.support.polling import make_poller, ticket_server

README = b"# A block\n\nFor tests.\n"
ICON = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"/>'
TRIGGER_CODE = """
def run(ctx):
    seen = (ctx.input["cursor"] or 0) + 1
    found = [{"key": f"{ctx.config['word']}-{seen}", "data": {"n": seen}}]
    return ctx.emit("events", {"events": found, "cursor": seen})
"""


def packed(folder: Path, manifest: Mapping[str, Any], code: str = "") -> bytes:
    """Lay out a block's folder as an author does, and pack it."""
    folder.mkdir()
    (folder / "block.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "README.md").write_bytes(README)
    (folder / "icon.svg").write_bytes(ICON)
    if code:
        (folder / "block.py").write_text(code, encoding="utf-8")
    return pack_folder(folder)


def install(bench: Bench, package: bytes) -> InstallView:  # noqa: F811
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        found = offering.upload(*where, package, **WHO)
        return installing.install(*where, found.digest, consents=True, **WHO)


def uses_of(bench: Bench, made: InstallView) -> list[str]:  # noqa: F811
    with bench.writing() as session:
        which = made.manifest.id, made.manifest.version
        return what_uses(session, bench.tenant_id, *which)


def test_python_runs_in_the_sandbox(bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    install(bench, packed(tmp_path / "say", make_manifest(), CODE.replace("@VERSION@", "1.0.0")))

    run = bench.run(bench.publish({"say": STEP}, ["hand > say"]))

    assert bench.output(run, "say") == {"text": "hi 1.0.0"}


def test_http_asks_a_real_server(bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    manifest = http_document(request=http_request(url="${config.server}/${input.id}"))
    install(bench, packed(tmp_path / "ask", manifest))
    calls: Any = HttpBroker(allow_private=True)  # a real one in place of the scripted
    real = Bench(sessions=bench.sessions, tenant_id=bench.tenant_id, http=calls)

    with ticket_server() as tickets:
        tickets.items = [{"id": 7}]
        asks = {
            "block": "acme.get-ticket",
            "version": "1.0.0",
            "config": {"server": tickets.url},
            "input": {"id": "7"},
        }
        run = real.run(real.publish({"ask": asks}, ["hand > ask"]))

    assert real.states(run) == {"ask": "succeeded"}
    assert tickets.asked == 1


def test_code_computes(bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    manifest = make_manifest(
        kind="code", code={"source": "{'text': config['word'] * 2}"}, examples=[]
    )
    install(bench, packed(tmp_path / "twice", manifest))

    run = bench.run(bench.publish({"say": STEP}, ["hand > say"]))

    assert bench.output(run, "say") == {"text": "hihi"}


def greeting(bench: Bench) -> bytes:  # noqa: F811
    """Save a workflow with an installed block in it as a block."""
    steps = {
        "say": STEP,
        "said": step("end", config={"output": {"text": "= steps.say.output.text"}}),
    }
    flow = flow_document(steps, ["hand > say", "say > said"], name="Greeting")
    with bench.writing() as session:
        return composite_package(flow, registry_of(session, bench.tenant_id), named())


def test_a_composite_runs_the_workflow_it_carries(
    bench: Bench,  # noqa: F811
    tmp_path: Path,
) -> None:
    said = install(bench, packed(tmp_path / "say", make_manifest(), CODE))
    install(bench, greeting(bench))

    it = {"block": "acme.greet", "version": "1.0.0"}
    run = bench.run(bench.publish({"it": it}, ["hand > it"], name="User"))

    assert bench.output(run, "it") == {"text": "hi @VERSION@"}
    assert "the block acme.greet 1.0.0" in uses_of(bench, said)


def test_a_composite_of_what_is_not_installed_is_refused_whole(
    bench: Bench,  # noqa: F811
    tmp_path: Path,
) -> None:
    said = install(bench, packed(tmp_path / "say", make_manifest(), CODE))
    package = greeting(bench)
    with bench.writing() as session:
        store.uninstall(session, bench.tenant_id, said.id, used_by=lambda *_: (), now=bench.now)

    with pytest.raises(InvalidError, match="cannot be used here"):
        install(bench, package)

    with bench.writing() as session:
        assert store.list_installs(session, bench.tenant_id) == []


def ticking() -> dict[str, Any]:
    return make_manifest(
        id="acme.ticks",
        kind="trigger",
        trigger={"mode": "poll", "every_s": 10},
        input=closed(cursor={}),
        outputs=[{"name": "events", "title": "Events", "schema": {"type": "object"}}],
        examples=[],
    )


def watch(bench: Bench) -> None:  # noqa: F811
    """Publish a workflow that the block starts."""
    trigger = {"kind": "block", "block": "acme.ticks", "version": "1.0.0", "config": {"word": "t"}}
    note = {"note": step("write-log", config={"message": "= trigger.key"})}
    bench.publish(note, ["new > note"], triggers={"new": trigger})


def test_a_trigger_is_asked_in_the_sandbox_and_starts_runs(
    bench: Bench,  # noqa: F811
    tmp_path: Path,
) -> None:
    made = install(bench, packed(tmp_path / "ticks", ticking(), TRIGGER_CODE))
    watch(bench)

    poller = make_poller(bench.sessions)
    poller.round(now=bench.now)
    poller.round(now=bench.now + timedelta(seconds=301))

    with bench.writing() as session:
        assert sorted(one["key"] for one in session.scalars(select(Run.trigger))) == ["t-1", "t-2"]
    assert "Flow" in uses_of(bench, made)


def test_a_held_trigger_is_asked_nothing(bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    made = install(bench, packed(tmp_path / "ticks", ticking(), TRIGGER_CODE))
    watch(bench)
    with bench.writing() as session:
        store.hold(
            session, bench.tenant_id, made.id, reason="Audit", lets_finish=True, now=bench.now
        )

    make_poller(bench.sessions).round(now=bench.now)

    with bench.writing() as session:
        assert session.scalars(select(Run.id)).all() == []


def test_what_a_run_waits_with_is_not_removed_though_no_workflow_has_it_any_more(
    bench: Bench,  # noqa: F811
    tmp_path: Path,
) -> None:
    made = install(bench, packed(tmp_path / "say", make_manifest(), CODE))
    pause = step("wait", config={"for_s": 3_600})
    flow = bench.publish({"pause": pause, "say": STEP}, ["hand > pause", "pause > say"])
    bench.run(flow)
    bench.republish(flow, {"pause": pause}, ["hand > pause"])

    assert uses_of(bench, made) == ["runs of Flow under way"]
    bench.go(after_s=3_601)
    assert uses_of(bench, made) == []


def test_only_garlands_own_blocks_steer_a_workflow(
    bench: Bench,  # noqa: F811
    tmp_path: Path,
) -> None:
    behaviour = {"effects": "none", "control": "call", "inline": True}
    manifest = http_document(behaviour=behaviour)

    with pytest.raises(InvalidError, match="take control out"):
        install(bench, packed(tmp_path / "ask", manifest))
