"""A manifest that cannot be used says which field is wrong and what to do."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from blocks.manifest import manifest_problems, output_ports, parse_manifest
from blocks.registry import standard_registry
from kernel.errors import InvalidError

MANIFEST: dict[str, Any] = {
    "block": 1,
    "id": "acme.probe",
    "version": "1.0.0",
    "kind": "python",
    "title": "Probe",
    "summary": "Asks a probe.",
    "category": "connect",
    "publisher": "acme",
    "licence": "Apache-2.0",
    "config": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "host": {"type": "string"},
            "ways": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"port": {"type": "string"}, "title": {"type": "string"}},
                },
            },
        },
    },
    "input": {"type": "object", "additionalProperties": False, "properties": {}},
    "outputs": [{"name": "done", "title": "Done"}],
    "dynamic_outputs": {"from": "/ways", "name": "/port", "title": "/title"},
    "permissions": [{"name": "http", "reason": "Asks the probe.", "hosts": ["*.acme.example"]}],
    "behaviour": {"effects": "read", "retry": {"max": 2}},
    "errors": [{"code": "probe.silent", "retry": True, "text": "The probe is silent."}],
}


def changed(pointer: str, value: Any) -> dict[str, Any]:
    document = copy.deepcopy(MANIFEST)
    *path, last = pointer.split("/")[1:]
    found: Any = document
    for part in path:
        found = found[int(part)] if isinstance(found, list) else found[part]
    found[int(last) if isinstance(found, list) else last] = value
    return document


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


def test_reads_a_manifest() -> None:
    manifest = parse_manifest(MANIFEST)

    assert (manifest.id, manifest.behaviour.retry.max) == ("acme.probe", 2)
    assert manifest.behaviour.timeout_s == 30
    permission = manifest.permission("http")
    assert permission is not None
    assert permission.hosts == ("*.acme.example",)
    assert manifest.permission("mail") is None


@pytest.mark.parametrize(
    ("pointer", "value", "where", "remedy"),
    [
        pytest.param("/id", "Probe", "/id", "form", id="id without publisher"),
        pytest.param("/version", "1.0", "/version", "form", id="not semver"),
        pytest.param("/colour", "red", "/colour", "remove it", id="unknown field"),
        pytest.param("/publisher", "other", "/publisher", "part of the id", id="other publisher"),
        pytest.param("/config/type", "array", "/config/type", "object", id="config no object"),
        pytest.param("/config/properties/host/patternProperties", {},
                     "/config/properties/host/patternProperties", "remove it",
                     id="keyword out of profile"),
        pytest.param("/config/additionalProperties", True, "/config", "closed", id="open config"),
        pytest.param("/config/properties/host/format", "colour",
                     "/config/properties/host/format", "known format", id="unknown format"),
        pytest.param("/config/properties/host/pattern", "(?=a)b", "/config", "", id="look-ahead"),
        pytest.param("/config/properties/host/default", 5, "/config/properties/host/default",
                     "must be text", id="default of another type"),
        pytest.param("/config/properties/host/x-garland", {"widget": "duration"},
                     "/config/properties/host/x-garland", "number", id="widget of another type"),
        pytest.param("/config/properties/host", {"oneOf": [{"type": "string"}]},
                     "/config/properties/host/oneOf/0", "const", id="oneOf of schemas"),
        pytest.param("/config/properties/host", nested(21), "/config", "", id="too deep"),
        pytest.param("/config/description", "x" * 70_000, "/config", "65536", id="too large"),
        pytest.param("/outputs/0/name", "error", "/outputs/0/name", "another name", id="reserved"),
        pytest.param("/outputs", [{"name": "a", "title": "A"}] * 2, "/outputs/1/name", "twice",
                     id="port twice"),
        pytest.param("/dynamic_outputs/from", "/host", "/dynamic_outputs/from", "list", id="text"),
        pytest.param("/permissions/0/name", "mail", "/permissions/0/hosts", "remove",
                     id="hosts of mail"),
        pytest.param("/errors", MANIFEST["errors"] * 2, "/errors/1/code", "twice", id="twice"),
    ],
)  # fmt: skip
def test_names_the_field_and_the_remedy(
    pointer: str, value: object, where: str, remedy: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        parse_manifest(changed(pointer, value))

    found = caught.value.problems
    assert any(item.pointer.startswith(where) and remedy in item.message for item in found), found


@pytest.mark.parametrize("rubbish", [None, 5, "x", [], {}, {"block": 2}, {"config": {1, 2}}])
def test_refuses_rubbish(rubbish: object) -> None:
    assert manifest_problems(rubbish)


def test_refuses_endless_nesting() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"items": deep}

    assert "nested too deeply" in manifest_problems({**MANIFEST, "config": deep})[0].message


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param({}, ["done"], id="text"),
        pytest.param({"ways": "x"}, ["done"], id="not a list"),
        pytest.param(None, ["done"], id="no config"),
        pytest.param(
            {"ways": [{"port": "gold"}, {"port": "gold"}]}, ["gold", "done"], id="the same twice"
        ),
        pytest.param(
            {"ways": [{"port": "error"}, {"port": "done"}, {"port": "= x"}, {"port": "A"}, 5, {}]},
            ["done"],
            id="names that cannot be used",
        ),
    ],
)
def test_reads_ports_from_the_config(config: object, expected: list[str]) -> None:
    ports = output_ports(parse_manifest(MANIFEST), config)

    assert [port.name for port in ports] == expected


def test_finds_blocks_by_what_people_call_them() -> None:
    registry = standard_registry()

    assert registry.search("mail")[0].manifest.id == "garland.send-email"
    assert registry.search("no such thing") == ()
    assert registry.search("") == registry.all()
    assert registry.find("garland.branch", "9.9.9") is None
    assert registry.latest("garland.branch") is registry.find("garland.branch", "1.0.0")
