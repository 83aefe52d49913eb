"""What the blocks of a workflow may do together: the permissions of a block made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from blocks.manifest import Manifest, Permission
from blocks.registry import Block
from blocks.schemas import is_expression
from kernel.errors import Problem

REASON_MAX = 200
_FROM_CONFIG = re.compile(r"\$\{config\.([a-z][a-z0-9_]*)\}")


class Used(NamedTuple):
    """A block at work in the workflow, as a step or to take one back."""

    step: str
    block: Block
    config: Mapping[str, Any]


def union_of(used: Iterable[Used]) -> list[Permission]:
    """Give what blocks may do together: a permission once, with every place it reaches."""
    found: dict[str, Permission] = {}
    for one in used:
        for permission in one.block.manifest.permissions:
            hosts = tuple(_reached(host, one.config) for host in permission.hosts)
            asked = Permission(
                name=permission.name,
                reason=f"{one.block.manifest.title}: {permission.reason}"[:REASON_MAX],
                hosts=hosts,
                methods=permission.methods,
                ports=permission.reachable_ports,
            )
            before = found.get(permission.name)
            found[permission.name] = _joined(before, asked) if before is not None else asked
    return sorted(found.values(), key=lambda one: one.name)


def _reached(host: str, config: Mapping[str, Any]) -> str:
    """Write a host for good where the settings of the step say it, and as any where they do not."""
    fields = _FROM_CONFIG.findall(host)
    values = [config.get(field) for field in fields]
    if any(not isinstance(value, str) or is_expression(value) for value in values):
        return "*"
    for field, value in zip(fields, values, strict=True):
        host = host.replace(f"${{config.{field}}}", str(value))
    return host


def _joined(one: Permission, other: Permission) -> Permission:
    hosts = sorted({*one.hosts, *other.hosts})
    reasons = dict.fromkeys([*one.reason.split("; "), *other.reason.split("; ")])
    return Permission(
        name=one.name,
        reason="; ".join(reasons)[:REASON_MAX],
        hosts=("*",) if "*" in hosts else tuple(hosts),
        methods=_both(one.methods, other.methods),
        ports=_both(one.ports, other.ports),
    )


def _both(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    """Join two limits; an empty one is none."""
    return tuple(sorted({*one, *other})) if one and other else ()


def written(permission: Permission) -> dict[str, Any]:
    """Write a permission as a manifest does."""
    document: dict[str, Any] = {"name": permission.name, "reason": permission.reason}
    if permission.reaches:
        limits = {"methods": list(permission.methods), "ports": list(permission.ports)}
        document |= {"hosts": list(permission.hosts)}
        document |= {name: limit for name, limit in limits.items() if limit}
    return document


def permission_problems(manifest: Manifest, used: Iterable[Used]) -> Iterator[Problem]:
    """Yield where the permissions are wider or narrower than those of the blocks inside."""
    wanted = {one.name: one for one in union_of(used)}
    stated = {one.name: one for one in manifest.permissions}
    for name in sorted({*wanted, *stated}, key=str):
        one, other = stated.get(name), wanted.get(name)
        if other is None:
            told = f"no block in the workflow asks for {name}: remove it"
        elif one is None:
            told = f"a block in the workflow asks for {name}: add it"
        elif _reach(one) != _reach(other):
            told = f"{name} must reach what the blocks in the workflow reach: {_words_of(other)}"
        else:
            continue
        yield Problem("/permissions", told)


def _reach(one: Permission) -> tuple[frozenset[Any], ...]:
    return frozenset(one.hosts), frozenset(one.methods), frozenset(one.reachable_ports)


def _words_of(one: Permission) -> str:
    methods = f" by {', '.join(one.methods)}" if one.methods else ""
    ports = f" on {', '.join(map(str, one.ports))}" if one.ports else ""
    return ", ".join(one.hosts) + methods + ports
