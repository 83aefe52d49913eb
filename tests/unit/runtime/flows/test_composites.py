"""A workflow as a block: what its manifest says is what the workflow does, no more and no less."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blocks.kinds.composite import (
    CarriedFlow,
    carried_name,
    digest_of_standard,
    make_run,
    read_carried,
)
from blocks.manifest import Manifest, manifest_problems, parse_manifest
from blocks.registry import STANDARD_FOLDER, Block
from kernel.errors import InvalidError
from runtime.flows.composites import composite_of, composite_problems
from tests.factories.composites import make_composite, named, with_blocks
from tests.factories.flows import flow_document, step

CALL = {"method": "GET", "url": "https://example.net/"}
CALLING = flow_document(
    {
        "ask": step("http-request", config=CALL),
        "tell": step("send-email", config={"to": ["a@example.net"], "subject": "s", "body": "b"}),
        "over": step("end", title="All told", config={"output": {"status": 1}}),
    },
    ["hand > ask", "ask:ok > tell", "tell > over"],
)


def made(flow: dict[str, Any] = CALLING) -> tuple[Manifest, CarriedFlow]:
    manifest, carried = composite_of(flow, with_blocks(), named())
    assert manifest_problems(manifest) == []
    return parse_manifest(manifest), carried


def refused(flow: dict[str, Any], *blocks: Block, id_: str = "acme.greet") -> list[str]:
    with pytest.raises(InvalidError) as error:
        composite_of(flow, with_blocks(*blocks), named(id_))
    return [problem.message for problem in error.value.problems]


def test_the_manifest_follows_from_the_workflow() -> None:
    manifest, carried = made()

    assert (manifest.kind, manifest.behaviour.effects, manifest.behaviour.control) == (
        "composite",
        "write",
        "call",
    )
    assert [(port.name, port.title) for port in manifest.outputs] == [
        ("over", "All told"),
        ("done", "Done"),
    ]
    assert {one.name: one.hosts for one in manifest.permissions} == {"http": ("*",), "mail": ("*",)}
    assert set(carried.children) == {
        "garland.http-request@1.0.0",
        "garland.send-email@1.0.0",
        "garland.end@1.0.0",
    }
    assert composite_problems(manifest, carried, with_blocks()) == []


def test_triggers_that_no_step_can_pull_and_settings_stay_behind() -> None:
    _, carried = made({**CALLING, "settings": {"on_failure": {"alarm": "major"}}})

    assert "settings" not in carried.flow
    assert list(carried.flow["triggers"]) == ["hand"]


def test_permissions_narrower_than_those_of_the_blocks_inside_are_refused() -> None:
    manifest, carried = made()
    narrow = replace(manifest, permissions=manifest.permissions[:1])

    (problem,) = composite_problems(narrow, carried, with_blocks())

    assert problem.message == "a block in the workflow asks for mail: add it"


def test_permissions_wider_than_those_of_the_blocks_inside_are_refused() -> None:
    manifest, carried = made()
    more = replace(manifest.permissions[0], name="alarms", reason="why not")
    wide = replace(manifest, permissions=(*manifest.permissions, more))

    (problem,) = composite_problems(wide, carried, with_blocks())

    assert problem.message == "no block in the workflow asks for alarms: remove it"


def test_hosts_other_than_those_of_the_blocks_inside_are_refused() -> None:
    manifest, carried = made()
    http = replace(manifest.permissions[0], hosts=("example.net",))
    other = replace(manifest, permissions=(http, *manifest.permissions[1:]))

    (problem,) = composite_problems(other, carried, with_blocks())

    assert problem.message == "http must reach what the blocks in the workflow reach: *"


@pytest.mark.parametrize(
    ("asked", "ports"),
    [
        pytest.param([(["a.example"], [8443]), (["b.example"], [])], [80, 443, 8443], id="named"),
        pytest.param([(["*"], [8443]), (["b.example"], [])], [80, 443, 8443], id="any host"),
        pytest.param([(["*"], []), (["b.example"], [8443])], [], id="every port"),
        pytest.param([(["${config.method}.a.example"], [])], [80, 443], id="by a setting"),
    ],
)
def test_a_block_asks_for_every_port_that_blocks_inside_may_go_to(
    asked: list[tuple[list[str], list[int]]], ports: list[int]
) -> None:
    request = with_blocks().latest("garland.http-request")
    assert request is not None
    blocks = []
    for number, (hosts, at) in enumerate(asked):
        http = replace(request.manifest.permissions[0], hosts=tuple(hosts), ports=tuple(at))
        manifest = replace(request.manifest, id=f"acme.ask{number}", permissions=(http,))
        blocks.append(replace(request, manifest=manifest))
    config = {**CALL, "method": "= 'GET'"}
    steps = {
        f"s{number}": {"block": one.manifest.id, "version": "1.0.0", "config": config}
        for number, one in enumerate(blocks)
    }

    document, _ = composite_of(flow_document(steps, ["hand > s0"]), with_blocks(*blocks), named())

    [http_asked] = document["permissions"]
    assert http_asked.get("ports", []) == ports


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        pytest.param({"outputs": ()}, "/outputs", id="ways out"),
        pytest.param({"input": {"type": "object"}}, "/input", id="input"),
    ],
)
def test_what_does_not_follow_from_the_workflow_is_refused(
    change: dict[str, Any], pointer: str
) -> None:
    manifest, carried = made()

    problems = composite_problems(replace(manifest, **change), carried, with_blocks())

    assert [problem.pointer for problem in problems] == [pointer]


def test_another_block_under_the_pinned_version_is_refused() -> None:
    manifest, carried = made()
    name = "garland.end@1.0.0"
    other = replace(carried, children={**carried.children, name: "sha256:" + "0" * 64})

    (problem,) = composite_problems(manifest, other, with_blocks())

    assert problem.message == f"{name} here is another than the workflow was made with"


def test_a_block_that_would_hold_itself_is_refused_however_deep(tmp_path: Path) -> None:
    inner, _ = make_composite(tmp_path, CALLING, name="inner")
    using_inner = flow_document({"it": {"block": "acme.inner", "version": "1.0.0"}}, ["hand > it"])
    outer, _ = make_composite(tmp_path, using_inner, registry=with_blocks(inner), name="outer")
    using_outer = flow_document({"it": {"block": "acme.outer", "version": "1.0.0"}}, ["hand > it"])

    told = refused(using_outer, inner, outer, id_="acme.inner")

    assert told == ["it: the block acme.inner would hold itself: take this step out"]


def test_a_composite_inside_passes_its_permissions_on(tmp_path: Path) -> None:
    inner, _ = make_composite(tmp_path, CALLING, name="inner")
    flow = flow_document({"it": {"block": "acme.inner", "version": "1.0.0"}}, ["hand > it"])

    manifest, _ = composite_of(flow, with_blocks(inner), named())

    assert [one["name"] for one in manifest["permissions"]] == ["http", "mail"]


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        pytest.param(
            {**CALLING, "triggers": {"rule": {"kind": "rule"}}},
            "triggers: add one by hand or by another workflow, or a step could not start it",
            id="nothing a step could pull",
        ),
        pytest.param(
            flow_document({"call": step("call-workflow", config={"flow": "x"})}, ["hand > call"]),
            "call: it calls a workflow of this organisation, which would not come along: save "
            "that one as a block first, and use it here",
            id="a call of another workflow",
        ),
        pytest.param(
            flow_document({"it": {"block": "acme.gone", "version": "1.0.0"}}, ["hand > it"]),
            "it: the block acme.gone 1.0.0 is not installed: install it first",
            id="a block that is not installed",
        ),
        pytest.param(
            flow_document({"error": step("end")}, ["hand > error"]),
            "error: an End gives its name to a way out, and this cannot be one: rename it",
            id="an End that cannot name a way out",
        ),
    ],
)
def test_a_workflow_that_cannot_be_carried_is_refused(flow: dict[str, Any], told: str) -> None:
    assert refused(flow) == [told]


def asking_twice(first: str, second: str) -> dict[str, Any]:
    """Write a workflow whose two calls name connections."""
    ask = step("http-request", config=CALL, connections={"api": first})
    tell = step("http-request", config=CALL, connections={"api": second})
    return flow_document({"ask": ask, "tell": tell}, ["hand > ask", "ask > tell"])


def places(carried: CarriedFlow) -> list[str]:
    return [one["connections"]["api"] for one in carried.flow["steps"].values()]


def test_connections_become_slots_and_their_names_stay_behind() -> None:
    manifest, carried = made(asking_twice("Tickets of Acme", "Tickets of Acme"))

    [slot] = manifest.secrets
    assert (slot.slot, slot.required) == ("api", False)
    assert set(slot.accepts) >= {"api_key", "basic", "bearer"}
    assert places(carried) == ["~api", "~api"]
    assert "Acme" not in str(carried)


def test_two_connections_become_two_slots() -> None:
    manifest, carried = made(asking_twice("Tickets", "Orders"))

    assert [one.slot for one in manifest.secrets] == ["api", "api-2"]
    assert places(carried) == ["~api", "~api-2"]


def test_a_block_inside_passes_its_slots_on(tmp_path: Path) -> None:
    inner, _ = make_composite(tmp_path, asking_twice("Tickets", "Orders"), name="inner")
    named_ones = {"api": "Ours", "api-2": "Theirs"}
    it = {"block": "acme.inner", "version": "1.0.0", "connections": named_ones}

    document, carried = composite_of(
        flow_document({"it": it}, ["hand > it"]), with_blocks(inner), named()
    )

    assert [one["slot"] for one in document["secrets"]] == ["api", "api-2"]
    assert carried.flow["steps"]["it"]["connections"] == {"api": "~api", "api-2": "~api-2"}


def test_a_slot_that_must_be_filled_must_be_filled_in_the_workflow(tmp_path: Path) -> None:
    block, _ = make_composite(tmp_path, CALLING, name="inner")
    slot = {"slot": "auth", "title": "Sign-in", "reason": "r", "accepts": ["bearer"]}
    document = json.loads((tmp_path / "inner" / "block.json").read_text())
    asking = replace(block, manifest=parse_manifest({**document, "secrets": [slot]}))
    flow = flow_document({"it": {"block": "acme.inner", "version": "1.0.0"}}, ["hand > it"])

    assert refused(flow, asking) == ["it: Sign-in needs a connection: choose one in the workflow"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"secrets": ()}, "needs the slot api: add it", id="too few"),
        pytest.param({"accepts": ("bearer",)}, "the slot api accepts", id="fewer kinds"),
        pytest.param({"required": True}, "is not required", id="required"),
        pytest.param({"slot": "other"}, "no block in the workflow uses the slot", id="another"),
    ],
)
def test_slots_that_are_others_than_those_inside_are_told(
    change: dict[str, Any], told: str
) -> None:
    manifest, carried = made(asking_twice("Tickets", "Tickets"))
    [slot] = manifest.secrets
    secrets = change["secrets"] if "secrets" in change else (replace(slot, **change),)

    found = composite_problems(replace(manifest, secrets=secrets), carried, with_blocks())

    assert any(told in one.message for one in found)


def test_a_carried_workflow_that_names_a_connection_of_the_tenant_is_refused() -> None:
    manifest, carried = made(asking_twice("Tickets", "Tickets"))
    flow = json.loads(json.dumps(carried.flow).replace("~api", "Tickets"))

    found = composite_problems(manifest, replace(carried, flow=flow), with_blocks())

    assert "is a connection of an organisation" in found[0].message


def test_the_page_of_a_block_of_garlands_own_binds_no_composite(tmp_path: Path) -> None:
    def digest(name: str, **files: str) -> str:
        folder = tmp_path / name
        shutil.copytree(STANDARD_FOLDER / "end", folder)
        for file, text in files.items():
            (folder / file.replace("_", ".")).write_text(text, encoding="utf-8")
        return digest_of_standard(folder)

    as_it_is = digest("same")

    assert digest("page", README_md="# Better words") == as_it_is
    assert digest("code", block_py="raise SystemExit") != as_it_is


def test_the_carried_workflows_name_changes_with_version_and_workflow() -> None:
    manifest, carried = made()
    names = {
        carried_name(manifest, carried),
        carried_name(replace(manifest, version="1.0.1"), carried),
        carried_name(manifest, replace(carried, flow={**carried.flow, "name": "Other"})),
    }

    assert len(names) == 3
    assert all(name.startswith("~") for name in names)


def test_a_folder_without_its_workflow_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"flow\.json is missing"):
        make_run(made()[0], tmp_path)


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"carried": 2, "flow": {}, "children": {}}', '{"carried": 1}']
)
def test_a_workflow_file_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        read_carried(text.encode())


def test_a_workflow_with_a_secret_in_it_is_refused() -> None:
    config = {**CALL, "headers": {"Authorization": "Bearer abc"}}
    flow = flow_document({"ask": step("http-request", config=config)}, ["hand > ask"])

    assert refused(flow) == [
        "ask: it holds a secret, which everyone who has the block could read: take it out"
    ]
