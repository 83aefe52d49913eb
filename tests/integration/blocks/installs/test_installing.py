"""What a tenant installs, holds and removes, and what workflows make of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from blocks.installs import offering, store
from blocks.installs._tables import BlockPackage
from blocks.installs.model import InstallView
from blocks.installs.registry import registry_of
from blocks.registry import Standing, standard_registry
from kernel.errors import InvalidError, NotFoundError
from runtime.flows.uses import flows_with_block
from runtime.flows.versions import list_versions
from runtime.runs.not_started import NotStartedError
from tenancy.scope import as_tenant
from tests.factories.flows import step
from tests.factories.installs import REACHES_OUT, make_package
from tests.factories.tenancy import NOON, make_customer
from tests.integration.runtime.engine.bench import Bench

WHO: dict[str, Any] = {"by": "Ann", "now": NOON}
READS, WRITES = {"effects": "read"}, {"effects": "write"}
STEP = {"block": "acme.say", "version": "1.0.0", "config": {"word": "hi"}}


def install(bench: Bench, *, consents: bool = True, **changes: Any) -> InstallView:
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        found = offering.upload(*where, make_package(**changes), **WHO)
        return store.install(*where, found.digest, consents=consents, **WHO)


def test_a_block_that_nobody_signed_is_in_development_for_its_tenant_alone(bench: Bench) -> None:
    install(bench)

    with bench.sessions.begin() as session:
        other = make_customer(session).id
    with bench.writing() as session:
        mine = registry_of(session, bench.tenant_id).find("acme.say", "1.0.0")
    with bench.sessions() as session, as_tenant(session, other):
        theirs = registry_of(session, other).find("acme.say", "1.0.0")
    assert mine is not None
    assert mine.standing is Standing.IN_DEVELOPMENT
    assert theirs is None


def test_another_tenant_cannot_install_by_digest_what_nobody_signed(bench: Bench) -> None:
    digest = install(bench).digest

    with bench.sessions.begin() as session:
        other = make_customer(session).id
    with (
        bench.sessions() as session,
        as_tenant(session, other),
        pytest.raises(NotFoundError, match="upload it"),
    ):
        store.install(session, other, digest, consents=True, **WHO)


def test_what_a_block_may_do_has_to_be_agreed_to(bench: Bench) -> None:
    with pytest.raises(store.ConsentError) as refused:
        install(bench, consents=False, permissions=REACHES_OUT)

    assert refused.value.detail["asks_for"] == REACHES_OUT


def test_a_later_version_that_may_do_more_has_to_be_agreed_to_again(bench: Bench) -> None:
    install(bench, permissions=REACHES_OUT)

    install(bench, consents=False, version="1.0.1", permissions=REACHES_OUT)
    wider = [{**REACHES_OUT[0], "hosts": ["*"]}]
    with pytest.raises(store.ConsentError):
        install(bench, consents=False, version="1.1.0", permissions=wider)


def test_a_later_version_that_may_do_less_is_not_agreed_to_again(bench: Bench) -> None:
    slot = {"slot": "key", "title": "Key", "reason": "To sign in"}
    before = [{**REACHES_OUT[0], "hosts": ["*.example"]}]
    secrets = [{**slot, "accepts": ["basic", "bearer"]}]
    install(bench, permissions=before, secrets=secrets)

    less = [{**REACHES_OUT[0], "methods": ["GET"], "ports": [443]}]
    narrower = [{**slot, "accepts": ["bearer"]}]
    install(bench, consents=False, version="1.0.1", permissions=less, secrets=narrower)

    wider = [{**slot, "accepts": ["bearer", "api_key"]}]
    with pytest.raises(store.ConsentError) as refused:
        install(bench, consents=False, version="1.1.0", permissions=less, secrets=wider)
    assert [one["secret"] for one in refused.value.detail["asks_for"]] == ["key"]


def test_a_later_version_that_changes_alarms_which_it_only_read_is_agreed_to_again(
    bench: Bench,
) -> None:
    alarms = [{"name": "alarms", "reason": "Looks at them"}]
    install(bench, permissions=alarms, behaviour=READS)

    install(bench, consents=False, version="1.0.1", permissions=alarms, behaviour=READS)
    with pytest.raises(store.ConsentError) as refused:
        install(bench, consents=False, version="1.1.0", permissions=alarms, behaviour=WRITES)

    assert [one["changes"] for one in refused.value.detail["asks_for"]] == [True]


def test_a_block_that_only_asked_devices_is_agreed_to_again_when_it_wants_to_change_them(
    bench: Bench,
) -> None:
    asks = [{"name": "snmp", "reason": "Asks routers", "hosts": ["*.core.example"]}]
    reads, writes = {"effects": "read"}, {"effects": "write"}
    install(bench, permissions=asks, behaviour=reads)

    install(bench, consents=False, version="1.0.1", permissions=asks, behaviour=reads)
    with pytest.raises(store.ConsentError) as refused:
        install(bench, consents=False, version="2.0.0", permissions=asks, behaviour=writes)
    install(bench, version="2.0.0", permissions=asks, behaviour=writes)
    install(bench, consents=False, version="2.0.1", permissions=asks, behaviour=reads)

    assert refused.value.detail["asks_for"] == [{**asks[0], "changes": True}]


def test_a_name_of_garlands_own_is_refused(bench: Bench) -> None:
    with pytest.raises(InvalidError, match="the vendor's own"):
        install(bench, id="garland.say", publisher="garland")


def test_the_registry_stays_the_same_object_until_something_changes(bench: Bench) -> None:
    def registry() -> object:
        with bench.writing() as session:
            return registry_of(session, bench.tenant_id)

    assert registry() is standard_registry()
    install(bench)
    before = registry()
    assert registry() is before
    install(bench, version="2.0.0")
    assert registry() is not before


def test_an_install_that_is_rolled_back_is_seen_by_nobody(bench: Bench) -> None:
    with bench.sessions() as session, as_tenant(session, bench.tenant_id):
        where = (session, bench.tenant_id)
        found = offering.upload(*where, make_package(), **WHO)
        store.install(*where, found.digest, consents=True, **WHO)
        assert registry_of(*where).find("acme.say", "1.0.0") is not None
        session.rollback()
    install(bench, id="acme.other")

    with bench.writing() as session:
        assert registry_of(session, bench.tenant_id).find("acme.say", "1.0.0") is None


def test_an_installed_block_runs_in_a_workflow_pinned_by_digest(bench: Bench) -> None:
    digest = install(bench).digest

    flow = bench.publish({"say": STEP}, ["hand > say"])
    run = bench.run(flow)

    assert bench.output(run, "say") == {"text": "hi 1.0.0"}
    with bench.writing() as session:
        [version] = list_versions(session, bench.tenant_id, flow)
    assert version.document["steps"]["say"]["digest"] == digest


def test_another_package_under_the_same_version_is_refused_at_the_run(bench: Bench) -> None:
    install(bench)
    flow = bench.publish({"say": STEP}, ["hand > say"])
    install(bench, title="Say another word")

    run = bench.run(flow)

    assert (bench.view(run).error or {})["code"] == "block.other_digest"


def test_versions_stand_side_by_side_and_workflows_keep_theirs(bench: Bench) -> None:
    install(bench)
    flow = bench.publish({"say": STEP}, ["hand > say"])
    install(bench, version="2.0.0")

    run = bench.run(flow)

    assert bench.output(run, "say") == {"text": "hi 1.0.0"}


def test_a_held_block_starts_no_run_and_is_told_before_publishing(bench: Bench) -> None:
    made = install(bench)
    flow = bench.publish({"say": STEP}, ["hand > say"])
    with bench.writing() as session:
        store.hold(session, bench.tenant_id, made.id, reason="Audit", lets_finish=True, now=NOON)

    with pytest.raises(NotStartedError, match="held"):
        bench.start(flow)
    with pytest.raises(InvalidError, match="problem"):
        bench.publish({"say": STEP}, ["hand > say"], name="Another")


def _call(flow: str) -> dict[str, Any]:
    return {"call": step("call-workflow", config={"flow": flow})}


def _held_two_calls_away(bench: Bench) -> tuple[UUID, InstallView]:
    """Publish a workflow that calls one which calls one with a block of somebody else."""
    made = install(bench)
    bench.publish({"say": STEP}, ["hand > say"], name="Inner")
    bench.publish(_call("inner"), ["hand > call"], name="Middle")
    return bench.publish(_call("middle"), ["hand > call"], name="Outer"), made


def test_a_held_block_starts_no_run_of_a_workflow_that_calls_one_with_it(bench: Bench) -> None:
    outer, made = _held_two_calls_away(bench)
    with bench.writing() as session:
        store.hold(session, bench.tenant_id, made.id, reason="", lets_finish=True, now=NOON)

    with pytest.raises(NotStartedError, match="used by what step call calls, is held"):
        bench.start(outer)


def test_a_run_under_way_still_calls_what_has_a_block_that_was_held(bench: Bench) -> None:
    outer, made = _held_two_calls_away(bench)
    run = bench.start(outer)
    with bench.writing() as session:
        store.hold(session, bench.tenant_id, made.id, reason="", lets_finish=True, now=NOON)

    bench.go()

    assert bench.view(run).state.value == "succeeded"


def test_what_calls_a_workflow_with_a_held_block_starts_again_once_it_is_let_go(
    bench: Bench,
) -> None:
    outer, made = _held_two_calls_away(bench)
    with bench.writing() as session:
        store.hold(session, bench.tenant_id, made.id, reason="", lets_finish=True, now=NOON)
        store.release(session, bench.tenant_id, made.id, now=NOON)

    assert bench.view(bench.run(outer)).state.value == "succeeded"


@pytest.mark.parametrize(
    ("lets_finish", "state"),
    [
        pytest.param(True, "succeeded", id="runs under way finish"),
        pytest.param(False, "failed", id="runs under way stop"),
    ],
)
def test_runs_under_way_do_as_was_said_when_the_block_was_held(
    bench: Bench, lets_finish: bool, state: str
) -> None:
    made = install(bench)
    run = bench.start(bench.publish({"say": STEP}, ["hand > say"]))
    with bench.writing() as session:
        store.hold(session, bench.tenant_id, made.id, reason="", lets_finish=lets_finish, now=NOON)

    bench.go()

    assert bench.view(run).state.value == state


def test_a_block_in_use_is_not_removed(bench: Bench) -> None:
    made = install(bench)
    bench.publish({"say": STEP}, ["hand > say"], name="Greeting")

    with bench.writing() as session:
        where = (session, bench.tenant_id)
        used_by = partial(flows_with_block, *where)
        with pytest.raises(store.InUseError, match="Greeting"):
            store.uninstall(*where, made.id, used_by=used_by, now=NOON)


def test_code_of_a_package_is_never_imported_by_garland(bench: Bench, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = f"open({str(mark)!r}, 'w').close()\ndef run(ctx):\n    return ctx.emit('done', {{}})\n"
    install(bench, code=code)

    run = bench.run(bench.publish({"say": STEP}, ["hand > say"]))

    assert not mark.exists()
    assert bench.view(run).state.value == "failed"


@pytest.mark.parametrize(
    ("files", "named"),
    [
        pytest.param({"README.md": b""}, "/README.md", id="no page"),
        pytest.param({"icon.svg": b""}, "/icon", id="no icon"),
        pytest.param({"icon.svg": b"<html/>"}, "/icon", id="an icon that is none"),
        pytest.param(
            {"icon.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'},
            "/icon",
            id="an icon that runs code",
        ),
    ],
)
def test_a_block_without_what_its_page_shows_is_refused(
    bench: Bench, files: dict[str, bytes], named: str
) -> None:
    with bench.writing() as session, pytest.raises(InvalidError) as refused:
        offering.upload(session, bench.tenant_id, make_package(files=files), **WHO)

    assert [one.pointer for one in refused.value.problems] == [named]


def test_what_was_installed_under_other_rules_is_still_listed(bench: Bench) -> None:
    made = install(bench)

    with bench.writing() as session:
        package = session.get_one(BlockPackage, made.digest)
        package.manifest = {**package.manifest, "sdk": ">=99"}
    with bench.writing() as session:
        found = store.list_installs(session, bench.tenant_id)

    assert [one.manifest.sdk for one in found] == [">=99"]
