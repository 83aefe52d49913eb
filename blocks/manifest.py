"""The manifest: what a block says about itself in `block.json`, read and checked.

`parse_manifest` is the only way in; what it returns can be trusted by the palette, the form, the
workflow check and the host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks._manifest_checks import ERROR_PORT, MANIFEST_SCHEMA, manifest_problems
from blocks._manifest_parts import (
    Behaviour,
    Code,
    ConnectionKind,
    DeclaredError,
    DynamicOutputs,
    Inject,
    Kind,
    Migration,
    Permission,
    PermissionName,
    Port,
    Retry,
    SecretSlot,
    Trigger,
)
from blocks.schemas import is_expression, value_at
from kernel.errors import InvalidError

__all__ = [
    "CATEGORIES",
    "ERROR_PORT",
    "MANIFEST_SCHEMA",
    "Behaviour",
    "Code",
    "ConnectionKind",
    "DeclaredError",
    "DynamicOutputs",
    "Inject",
    "Kind",
    "Manifest",
    "Migration",
    "Permission",
    "PermissionName",
    "Port",
    "Retry",
    "SecretSlot",
    "Trigger",
    "kept_manifest",
    "manifest_problems",
    "output_ports",
    "parse_manifest",
]

CATEGORIES = {
    "flow": "Flow",
    "data": "Data",
    "alarms": "Alarms",
    "correlate": "Correlate",
    "tickets": "Tickets",
    "notify": "Notify",
    "devices": "Devices",
    "connect": "Connect",
    "other": "Other",
}
PORT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A checked manifest; field by field in docs/block-json.md."""

    id: str
    version: str
    kind: Kind
    title: str
    summary: str
    category: str
    publisher: str
    licence: str
    config: dict[str, Any]
    input: dict[str, Any]
    outputs: tuple[Port, ...]
    behaviour: Behaviour
    dynamic_outputs: DynamicOutputs | None = None
    permissions: tuple[Permission, ...] = ()
    errors: tuple[DeclaredError, ...] = ()
    keywords: tuple[str, ...] = ()
    icon: str = "icon.svg"
    examples: tuple[Mapping[str, Any], ...] = ()
    sdk: str = ""
    secrets: tuple[SecretSlot, ...] = ()
    request: Mapping[str, Any] | None = None
    trigger: Trigger | None = None
    migrations: tuple[Migration, ...] = ()
    i18n: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    breaking: tuple[str, ...] = ()
    code: Code | None = None
    exempt: Mapping[str, str] = field(default_factory=dict)

    def secret(self, slot: str) -> SecretSlot | None:
        """Return the slot of that name, None when the block has no such."""
        return next((found for found in self.secrets if found.slot == slot), None)

    def permission(self, name: PermissionName) -> Permission | None:
        """Return the permission of that name, None when the block does not ask for it."""
        return next((found for found in self.permissions if found.name == name), None)

    def declared_error(self, code: str) -> DeclaredError | None:
        """Return what the manifest says about an error code."""
        return next((found for found in self.errors if found.code == code), None)


def parse_manifest(document: Any) -> Manifest:
    """Read a manifest.

    Raises:
        InvalidError: with a problem for each field that is wrong, naming the remedy.
    """
    problems = manifest_problems(document)
    if problems:
        raise InvalidError("the block's manifest cannot be used", problems=problems)
    return kept_manifest(document)


def kept_manifest(document: Mapping[str, Any]) -> Manifest:
    """Read a manifest that was checked when it came; by today's rules it might be refused."""
    facts = {name: item for name, item in document.items() if name in _PLAIN_FIELDS}
    dynamic = document.get("dynamic_outputs")
    behaviour = dict(document["behaviour"])
    return Manifest(
        **facts,
        outputs=tuple(Port(**port) for port in document["outputs"]),
        dynamic_outputs=_dynamic_outputs(dynamic) if dynamic else None,
        permissions=tuple(parse_permission(item) for item in document.get("permissions", ())),
        behaviour=Behaviour(**{**behaviour, "retry": Retry(**behaviour.get("retry", {}))}),
        errors=tuple(DeclaredError(**item) for item in document.get("errors", ())),
        keywords=tuple(document.get("keywords", ())),
        examples=tuple(document.get("examples", ())),
        secrets=tuple(_secret(item) for item in document.get("secrets", ())),
        trigger=_trigger(document["trigger"]) if "trigger" in document else None,
        migrations=tuple(
            Migration(before=item["before"], steps=tuple(item["steps"]))
            for item in document.get("migrations", ())
        ),
        breaking=tuple(document.get("breaking", ())),
        code=_code(document["code"]) if "code" in document else None,
    )


def port_schema(manifest: Manifest, port: str) -> Mapping[str, Any] | None:
    """Give the schema of what leaves by a port, one that settings name too; None for `error`.

    Of a block without such ports it is None for a port that it has not.
    """
    static = {one.name: one.schema for one in manifest.outputs}
    if port in static:
        return static[port]
    dynamic = manifest.dynamic_outputs
    return dynamic.schema if dynamic is not None and port != ERROR_PORT else None


def output_ports(manifest: Manifest, config: Any) -> tuple[Port, ...]:
    """List the ways out of a step with this config: the static ports, then those it names.

    Entries that name no usable port (or the reserved `error`, which every step has anyway) are
    left out; the form and the workflow check complain about them.
    """
    dynamic = manifest.dynamic_outputs
    if dynamic is None:
        return manifest.outputs
    static = {port.name for port in manifest.outputs}
    entries = value_at(config, dynamic.source)
    found: dict[str, Port] = {}
    for entry in entries if isinstance(entries, list) else ():
        name = value_at(entry, dynamic.name)
        if not isinstance(name, str) or not PORT_NAME.fullmatch(name):
            continue
        if name == ERROR_PORT or name in static or name in found:
            continue
        title = value_at(entry, dynamic.title) if dynamic.title else None
        shown = title if isinstance(title, str) and title and not is_expression(title) else name
        found[name] = Port(name=name, title=shown, schema=dynamic.schema)
    return (*found.values(), *manifest.outputs)


_PLAIN_FIELDS = frozenset(
    {
        "id",
        "version",
        "kind",
        "title",
        "summary",
        "category",
        "publisher",
        "licence",
        "config",
        "input",
        "icon",
        "sdk",
        "request",
        "i18n",
        "exempt",
    }
)


def _dynamic_outputs(document: Mapping[str, Any]) -> DynamicOutputs:
    facts = dict(document)
    return DynamicOutputs(source=facts.pop("from"), **facts)


def parse_permission(document: Mapping[str, Any]) -> Permission:
    """Give a permission that a checked manifest asks for."""
    lists = {
        name: tuple(document[name]) for name in ("hosts", "methods", "ports") if name in document
    }
    return Permission(name=document["name"], reason=document["reason"], **lists)


def _secret(document: Mapping[str, Any]) -> SecretSlot:
    facts = {**document, "accepts": tuple(document["accepts"])}
    inject = facts.pop("inject", None)
    where = None
    if inject is not None:
        where = Inject(via=inject["as"], **{key: inject[key] for key in inject if key != "as"})
    return SecretSlot(**facts, inject=where)


def _trigger(document: Mapping[str, Any]) -> Trigger:
    lists = {name: tuple(document[name]) for name in ("methods",) if name in document}
    return Trigger(**{**document, **lists})


def _code(document: Mapping[str, Any]) -> Code:
    facts = dict(document)
    return Code(source_at=facts.pop("from", ""), **facts)
