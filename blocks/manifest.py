"""The manifest: what a block says about itself in `block.json`, read and checked.

`parse_manifest` is the only way in; what it returns can be trusted by the palette, the form, the
workflow check and the host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from blocks._manifest_checks import ERROR_PORT, MANIFEST_SCHEMA, manifest_problems
from blocks.schemas import is_expression, value_at
from kernel.errors import InvalidError

__all__ = [
    "CATEGORIES",
    "ERROR_PORT",
    "MANIFEST_SCHEMA",
    "Behaviour",
    "DeclaredError",
    "DynamicOutputs",
    "Manifest",
    "Permission",
    "Port",
    "Retry",
    "manifest_problems",
    "output_ports",
    "parse_manifest",
]

CATEGORIES = {
    "flow": "Flow",
    "data": "Data",
    "connect": "Connect",
    "notify": "Notify",
    "alarms": "Alarms",
    "other": "Other",
}
PORT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")

PermissionName = Literal["http", "mail", "alarms", "tables", "calendars"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One way out of a step; the colour follows `tone`."""

    name: str
    title: str
    schema: dict[str, Any] = field(default_factory=dict)
    tone: Literal["neutral", "good", "bad"] = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicOutputs:
    """Ports read from the config.

    Attributes:
        source: JSON Pointer to a list in the config (`from` in the manifest).
        name: JSON Pointer inside an entry to the port's name.
        title: Likewise to its title; "" takes the name.
        schema: What leaves by such a port.
    """

    source: str
    name: str
    title: str = ""
    schema: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One ability the block asks for, and why; `hosts` narrows `http`."""

    name: PermissionName
    reason: str
    hosts: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often to try again after a retryable error, and how long to pause.

    Attributes:
        max: Further attempts after the first, >= 0.
        backoff: `fixed` pauses base_s each time; `exponential` doubles it.
        base_s: First pause in seconds, > 0.
        max_s: Longest pause in seconds, > 0.
        jitter: How much of a pause is left to chance, 0 to 1: 0.2 means up to a fifth more or
            less, so that many steps that failed together do not come back together.
    """

    max: int = 0
    backoff: Literal["fixed", "exponential"] = "exponential"
    base_s: float = 2.0
    max_s: float = 3_600.0
    jitter: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the runtime must know to run the block well.

    Attributes:
        effects: Whether it only computes, reads from outside, or changes something.
        inline: Light and trusted: may run inside a segment, without a task of its own.
        control: How it steers the workflow: the outcome of `blocks.outcomes` it may end with.
        timeout_s: Limit for one attempt in seconds.
        idempotent: Whether a repeat with the same key does no harm.
        worker_group: Only workers that serve this group perform it; "" is everybody's.
        retry: What to do after a retryable error.
    """

    effects: Literal["none", "read", "write"]
    inline: bool = False
    control: Literal["event", "approval", "call", "each", "repeat", "end"] | None = None
    timeout_s: float = 30.0
    idempotent: bool = False
    worker_group: str = ""
    retry: Retry = field(default_factory=Retry)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredError:
    """An error the block may end with, in words for the user."""

    code: str
    retry: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A checked manifest; field by field in docs/blocks.md."""

    id: str
    version: str
    kind: Literal["python"]
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
    facts = {name: item for name, item in document.items() if name in _PLAIN_FIELDS}
    dynamic = document.get("dynamic_outputs")
    behaviour = dict(document["behaviour"])
    return Manifest(
        **facts,
        outputs=tuple(Port(**port) for port in document["outputs"]),
        dynamic_outputs=_dynamic_outputs(dynamic) if dynamic else None,
        permissions=tuple(_permission(item) for item in document.get("permissions", ())),
        behaviour=Behaviour(**{**behaviour, "retry": Retry(**behaviour.get("retry", {}))}),
        errors=tuple(DeclaredError(**item) for item in document.get("errors", ())),
        keywords=tuple(document.get("keywords", ())),
        examples=tuple(document.get("examples", ())),
    )


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
    }
)


def _dynamic_outputs(document: Mapping[str, Any]) -> DynamicOutputs:
    facts = dict(document)
    return DynamicOutputs(source=facts.pop("from"), **facts)


def _permission(document: Mapping[str, Any]) -> Permission:
    hosts = tuple(document.get("hosts", ("*",)))
    return Permission(name=document["name"], reason=document["reason"], hosts=hosts)
