"""An upgrade is tried on every draft before it is offered, and changes no published workflow."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.installs import store
from designer.blocks import upgrading
from kernel.errors import ConflictError, NotFoundError
from runtime.flows.earlier_drafts import Changed
from runtime.flows.versions import get_flow, get_version, list_versions, save_draft
from tests.factories.flows import step
from tests.factories.installs import make_manifest
from tests.integration.blocks.installs.conftest import bench, shelved  # noqa: F401  fixtures
from tests.integration.blocks.installs.test_installing import STEP, WHO, install
from tests.integration.runtime.engine.bench import Bench

TEXT = {"type": "string"}
RENAME = {"before": "2.0.0", "steps": [{"do": "rename", "from": "/word", "to": "/text"}]}


def second_version(**changes: Any) -> dict[str, Any]:
    config = make_manifest()["config"]
    properties = {"text": {**TEXT, "title": "Text"}}
    config = {**config, "required": ["text"], "properties": properties}
    example = {"title": "A text", "config": {"text": "hi"}, "expect": {"port": "done"}}
    code = "def run(ctx):\n    return ctx.emit('done', {'text': ctx.config['text'].upper()})\n"
    return {
        "version": "2.0.0",
        "config": config,
        "examples": [example],
        "code": code,
        **changes,
    }


def test_settings_are_migrated_in_drafts_and_published_runs_keep_the_old_version(
    bench: Bench,  # noqa: F811
) -> None:
    old = install(bench)
    flow = bench.publish({"say": STEP}, ["hand > say"])
    install(bench, **second_version(migrations=[RENAME]))

    with bench.writing() as session:
        where = (session, bench.tenant_id)
        found = upgrading.preview(*where, old.id)
        changed = upgrading.apply(*where, old.id, **WHO)
        draft = get_flow(*where, flow).draft

    assert found is not None
    [impact] = found.impacts
    assert (impact.verdict, impact.before, impact.after) == (
        "is migrated",
        {"word": "hi"},
        {"text": "hi"},
    )
    assert len(changed) == 1
    assert draft["steps"]["say"]["version"] == "2.0.0"
    assert bench.output(bench.run(flow), "say") == {"text": "hi 1.0.0"}


def test_what_no_migration_mends_needs_hands_and_stays(bench: Bench) -> None:  # noqa: F811
    old = install(bench)
    flow = bench.publish({"say": STEP}, ["hand > say"])
    install(bench, **second_version())

    with bench.writing() as session:
        where = (session, bench.tenant_id)
        found = upgrading.preview(*where, old.id)
        changed = upgrading.apply(*where, old.id, **WHO)
        draft = get_flow(*where, flow).draft

    assert found is not None
    [impact] = found.impacts
    assert impact.verdict == "needs hands"
    assert impact.step == "say"
    assert impact.problems
    assert changed == []
    assert draft["steps"]["say"]["version"] == "1.0.0"


def test_a_newer_version_with_the_same_settings_fits(bench: Bench) -> None:  # noqa: F811
    old = install(bench)
    bench.publish({"say": STEP}, ["hand > say"])
    install(bench, version="1.1.0")

    with bench.writing() as session:
        found = upgrading.preview(session, bench.tenant_id, old.id)

    assert found is not None
    assert [one.verdict for one in found.impacts] == ["fits"]


def upgraded(at: Bench, *names: str) -> list[Any]:
    """Upgrade workflows of these names from 1.0.0 to 2.0.0; give their ids."""
    old = install(at)
    flows = [at.publish({"say": STEP}, ["hand > say"], name=name) for name in names]
    install(at, **second_version(migrations=[RENAME]))
    with at.writing() as session:
        upgrading.apply(session, at.tenant_id, old.id, **WHO)
    return flows


def take_back(at: Bench) -> Changed:
    with at.writing() as session:
        return upgrading.take_back(session, at.tenant_id, "acme.say", **WHO)


def step_of(at: Bench, flow: Any) -> tuple[str, Any]:
    with at.writing() as session:
        step = get_flow(session, at.tenant_id, flow).draft["steps"]["say"]
    return step["version"], step["config"]


def test_an_upgrade_is_taken_back_with_the_settings_there_were(bench: Bench) -> None:  # noqa: F811
    [flow] = upgraded(bench, "Say")
    after = step_of(bench, flow)

    told = take_back(bench)

    assert (after, step_of(bench, flow)) == (("2.0.0", {"text": "hi"}), ("1.0.0", {"word": "hi"}))
    assert (told.told, list(told.as_left)) == ("1.0.0 to 2.0.0", ["Say"])
    with pytest.raises(NotFoundError):
        take_back(bench)


def rewrite(at: Bench, flow: Any) -> None:
    with at.writing() as session:
        where = (session, at.tenant_id, flow)
        found = get_flow(*where)
        changed = {**found.draft, "description": "Mine."}
        save_draft(*where, document=changed, expected_revision=found.draft_revision, **WHO)


def test_what_people_changed_since_stays_as_they_made_it(bench: Bench) -> None:  # noqa: F811
    mine, other = upgraded(bench, "Mine", "Other")
    rewrite(bench, mine)

    told = take_back(bench)

    assert (list(told.as_left), list(told.gone_on)) == (["Other"], ["Mine"])
    assert (step_of(bench, mine)[0], step_of(bench, other)[0]) == ("2.0.0", "1.0.0")


def test_where_people_changed_all_of_it_nothing_is_taken_back(bench: Bench) -> None:  # noqa: F811
    [flow] = upgraded(bench, "Say")
    rewrite(bench, flow)

    with pytest.raises(ConflictError, match="people changed Say since"):
        take_back(bench)


def test_an_upgrade_that_changes_nothing_leaves_the_last_one_to_be_taken_back(
    bench: Bench,  # noqa: F811
) -> None:
    [flow] = upgraded(bench, "Say")
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        [old] = [one for one in store.list_installs(*where) if one.manifest.version == "1.0.0"]
        again = upgrading.apply(*where, old.id, **WHO)

    take_back(bench)

    assert (again, step_of(bench, flow)[0]) == ([], "1.0.0")


def test_an_upgrade_is_not_taken_back_to_a_version_that_is_not_installed_any_more(
    bench: Bench,  # noqa: F811
) -> None:
    [flow] = upgraded(bench, "Say")
    with bench.writing() as session:
        where = (session, bench.tenant_id)
        [old] = [one for one in store.list_installs(*where) if one.manifest.version == "1.0.0"]
        store.uninstall(*where, old.id, used_by=lambda *_: (), now=bench.now)

    with pytest.raises(ConflictError, match=r"1\.0\.0 is not installed any more: install it"):
        take_back(bench)

    assert step_of(bench, flow)[0] == "2.0.0"


WATCHES: dict[str, Any] = {
    "kind": "trigger",
    "trigger": {"mode": "poll"},
    "input": {"type": "object", "additionalProperties": False, "properties": {"cursor": {}}},
    "outputs": [{"name": "events", "title": "Events"}],
    "examples": [],
    "code": "def run(ctx):\n    return ctx.emit('events', {'events': [], 'cursor': 1})\n",
}


@pytest.mark.parametrize(
    ("migrations", "verdict", "version"),
    [
        pytest.param([RENAME], "is migrated", "2.0.0", id="migrated"),
        pytest.param([], "needs hands", "1.0.0", id="by hand"),
    ],
)
def test_an_upgrade_reaches_triggers(
    bench: Bench,  # noqa: F811
    migrations: list[Any],
    verdict: str,
    version: str,
) -> None:
    old = install(bench, **WATCHES)
    watch = {"kind": "block", "block": "acme.say", "version": "1.0.0", "config": {"word": "hi"}}
    note = {"note": step("write-log", config={"message": "= trigger.key"})}
    flow = bench.publish(note, ["new > note"], triggers={"new": watch})
    newer = {**WATCHES, "examples": [], "migrations": migrations}
    install(bench, **{**second_version(), **newer})

    with bench.writing() as session:
        where = (session, bench.tenant_id)
        found = upgrading.preview(*where, old.id)
        upgrading.apply(*where, old.id, **WHO)
        draft = get_flow(*where, flow).draft

    assert found is not None
    assert [(one.step, one.verdict) for one in found.impacts] == [("new", verdict)]
    assert draft["triggers"]["new"]["version"] == version


def test_publishing_pins_the_package_of_a_trigger(bench: Bench) -> None:  # noqa: F811
    digest = install(bench, **WATCHES).digest
    watch = {"kind": "block", "block": "acme.say", "version": "1.0.0", "config": {"word": "hi"}}
    note = {"note": step("write-log", config={"message": "= trigger.key"})}
    flow = bench.publish(note, ["new > note"], triggers={"new": watch})

    with bench.writing() as session:
        [version] = list_versions(session, bench.tenant_id, flow)
        document = get_version(session, bench.tenant_id, version.id).document

    assert document["triggers"]["new"]["digest"] == digest
