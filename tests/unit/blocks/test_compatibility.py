"""What a new version of a block breaks is computed, named field by field, and never missed."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.compatibility import Bump, compare, is_enough, needed_bump
from blocks.manifest import parse_manifest
from tests.factories.packages import make_manifest

TEXT = {"type": "string", "maxLength": 10}
HTTP = {"name": "http", "reason": "To ask."}
SLOT = {"slot": "api", "title": "API", "reason": "To ask.", "accepts": ["bearer", "basic"]}


def _object(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": required} if required else found


def _config(field: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"config": _object(["name"] if required else None, name=field)}


def _effects(effects: str = "none", **more: Any) -> dict[str, Any]:
    return {"behaviour": {"effects": effects, **more}}


def _gives(schema: dict[str, Any], *more: str) -> dict[str, Any]:
    ports = [{"name": one, "title": one.title()} for one in more]
    return {"outputs": [{"name": "done", "title": "Done", "schema": schema}, *ports]}


def _error(code: str = "lamp.dark", *, retry: bool = False) -> dict[str, Any]:
    return {"errors": [{"code": code, "retry": retry, "text": "Dark."}]}


def _slots(*slots: dict[str, Any]) -> dict[str, Any]:
    return {"permissions": [HTTP], "secrets": list(slots)}


CASES = [
    ({}, {"title": "Light"}, Bump.PATCH, "", "another title"),
    (
        _config({"enum": [1]}),
        _config({"enum": [True]}),
        Bump.MAJOR,
        "/config/properties/name",
        "a number that became true",
    ),
    (
        _gives({"const": 0}),
        _gives({"const": False}),
        Bump.MAJOR,
        "/outputs/0/schema",
        "a number that leaves as false",
    ),
    (_config(TEXT), _config({**TEXT, "maxLength": 20}), Bump.MINOR, "/config", "config wider"),
    (
        _config(TEXT),
        _config({**TEXT, "maxLength": 5}),
        Bump.MAJOR,
        "/config/properties/name",
        "narrower",
    ),
    (
        _config(TEXT),
        _config({"type": "integer"}),
        Bump.MAJOR,
        "/config/properties/name",
        "another type",
    ),
    (
        _config(TEXT),
        _config(TEXT, required=True),
        Bump.MAJOR,
        "/config/properties/name",
        "required now",
    ),
    (_config(TEXT, required=True), _config(TEXT), Bump.MINOR, "/config", "no longer required"),
    (_config(TEXT), {"config": _object()}, Bump.MAJOR, "/config/properties/name", "field gone"),
    ({}, _config(TEXT), Bump.MINOR, "/config", "field more"),
    (
        _config({**TEXT, "default": "a"}),
        _config({**TEXT, "default": "b"}),
        Bump.MAJOR,
        "/config/properties/name",
        "another default",
    ),
    (
        _config(TEXT),
        _config({**TEXT, "default": "b"}),
        Bump.MAJOR,
        "/config/properties/name",
        "default added",
    ),
    (
        _config(TEXT),
        _config({**TEXT, "x-garland": {"widget": "expression"}}),
        Bump.MAJOR,
        "/config/properties/name/x-garland",
        "read as an expression",
    ),
    (
        _config(TEXT),
        _config({**TEXT, "x-garland": {"widget": "textarea"}}),
        Bump.PATCH,
        "",
        "looks otherwise",
    ),
    (
        {},
        {"input": _object(["name"], name=TEXT)},
        Bump.MAJOR,
        "/input/properties/name",
        "input required",
    ),
    (
        _gives(TEXT),
        _gives({"type": "string", "maxLength": 5}),
        Bump.MINOR,
        "/outputs/0/schema",
        "output narrower",
    ),
    (_gives(TEXT), _gives({"type": "string"}), Bump.MAJOR, "/outputs/0/schema", "output wider"),
    (_gives(TEXT), _gives(TEXT, "late"), Bump.MINOR, "/outputs/1", "port more"),
    (_gives(TEXT, "late"), _gives(TEXT), Bump.MAJOR, "/outputs", "port gone"),
    ({}, {"kind": "composite"}, Bump.MINOR, "/kind", "another kind"),
    ({}, {"breaking": ["Lamps are off at first."]}, Bump.MAJOR, "/breaking/0", "author says so"),
    ({}, {"permissions": [HTTP]}, Bump.MINOR, "/permissions/0", "permission more"),
    ({"permissions": [HTTP]}, {}, Bump.PATCH, "/permissions", "permission less"),
    (_slots(SLOT), _slots(), Bump.MAJOR, "/secrets", "slot gone"),
    (_slots(), _slots(SLOT), Bump.MAJOR, "/secrets/0", "required slot more"),
    (_slots(), _slots({**SLOT, "required": False}), Bump.MINOR, "/secrets/0", "slot more"),
    (
        _slots(SLOT),
        _slots({**SLOT, "accepts": ["basic"]}),
        Bump.MAJOR,
        "/secrets/0/accepts",
        "slot takes less",
    ),
    (
        _slots(SLOT),
        _slots({**SLOT, "accepts": ["basic", "bearer", "mtls"]}),
        Bump.MINOR,
        "/secrets/0/accepts",
        "slot takes more",
    ),
    (
        _slots({**SLOT, "required": False}),
        _slots(SLOT),
        Bump.MAJOR,
        "/secrets/0/required",
        "slot required now",
    ),
    (_effects("read"), _effects("write"), Bump.MAJOR, "/behaviour/effects", "effects more"),
    (_effects("write"), _effects("read"), Bump.PATCH, "", "effects less"),
    (
        _effects(idempotent=True),
        _effects(),
        Bump.MAJOR,
        "/behaviour/idempotent",
        "no longer idempotent",
    ),
    (
        _effects(timeout_s=30),
        _effects(timeout_s=10),
        Bump.MAJOR,
        "/behaviour/timeout_s",
        "less time",
    ),
    (_effects(timeout_s=30), _effects(timeout_s=60), Bump.PATCH, "", "more time"),
    (
        _effects(memory_mb=64),
        _effects(memory_mb=32),
        Bump.MAJOR,
        "/behaviour/memory_mb",
        "less memory",
    ),
    (
        _effects(),
        _effects(worker_group="edge"),
        Bump.MAJOR,
        "/behaviour/worker_group",
        "other workers",
    ),
    (_effects(), _effects(retry={"max": 2}), Bump.MINOR, "/behaviour/retry", "other retries"),
    (_error(), {}, Bump.MAJOR, "/errors", "error gone"),
    ({}, _error(), Bump.MINOR, "/errors/0", "error more"),
    (_error(), _error(retry=True), Bump.MINOR, "/errors/0", "error retried"),
]


@pytest.mark.parametrize(
    ("old", "new", "bump", "pointer"), [pytest.param(*case[:4], id=case[4]) for case in CASES]
)
def test_a_change_asks_for_its_part_of_the_version_and_names_its_place(
    old: dict[str, Any], new: dict[str, Any], bump: Bump, pointer: str
) -> None:
    found = compare(parse_manifest(make_manifest(**old)), parse_manifest(make_manifest(**new)))

    assert needed_bump(found) is bump
    assert pointer in {one.pointer for one in found if one.bump is bump} or not pointer


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        pytest.param(
            {"hosts": ["a.example"]}, {"hosts": ["b.example"]}, "hosts", id="another host"
        ),
        pytest.param({"hosts": ["*.a.example"]}, {"hosts": ["x.a.example"]}, "", id="within"),
        pytest.param({"hosts": ["x.a.example"]}, {"hosts": ["*.a.example"]}, "hosts", id="wider"),
        pytest.param(
            {"hosts": ["a.example"]}, {"hosts": ["*"], "ports": [80, 443]}, "hosts", id="everywhere"
        ),
        pytest.param({}, {"hosts": ["a.example"]}, "", id="fewer hosts"),
        pytest.param({"methods": ["GET"]}, {"methods": ["GET", "PUT"]}, "methods", id="method"),
        pytest.param({"methods": ["GET"]}, {}, "methods", id="every method"),
        pytest.param({}, {"methods": ["GET"]}, "", id="fewer methods"),
        pytest.param({"ports": [443]}, {"ports": [443, 22]}, "ports", id="port"),
        pytest.param({"ports": [80, 443]}, {}, "ports", id="every port"),
        pytest.param({}, {"ports": [22]}, "", id="fewer ports"),
        pytest.param(
            {"hosts": ["a.example"], "ports": [8443]},
            {"hosts": ["a.example"]},
            "ports",
            id="usual ports",
        ),
        pytest.param(
            {"hosts": ["a.example"]},
            {"hosts": ["a.example"], "ports": [22]},
            "ports",
            id="unusual port",
        ),
    ],
)
def test_a_permission_that_grows_needs_consent_again(
    old: dict[str, Any], new: dict[str, Any], field: str
) -> None:
    before, after = ({"permissions": [{**HTTP, **one}]} for one in (old, new))

    found = compare(parse_manifest(make_manifest(**before)), parse_manifest(make_manifest(**after)))

    asked = [one.pointer for one in found if one.needs_consent]
    assert asked == ([f"/permissions/0/{field}"] if field else [])


@pytest.mark.parametrize(
    ("old", "new", "bump", "enough"),
    [
        ("1.2.3", "2.0.0", Bump.MAJOR, True),
        ("1.2.3", "1.3.0", Bump.MAJOR, False),
        ("1.2.3", "1.2.4", Bump.PATCH, True),
        ("1.2.3", "1.2.3", Bump.PATCH, False),
        ("1.2.3", "1.2.2", Bump.PATCH, False),
        ("0.2.3", "0.2.4", Bump.MINOR, True),
        ("0.2.3", "0.2.4", Bump.MAJOR, False),
        ("2.0.0-rc.1", "2.0.0-rc.2", Bump.MAJOR, True),
    ],
)
def test_a_version_has_to_grow_by_what_changed(
    old: str, new: str, bump: Bump, *, enough: bool
) -> None:
    assert is_enough(old, new, bump) is enough
