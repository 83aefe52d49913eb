"""What a new version of a block means for those who use the old one: computed, never claimed.

A workflow that is wired to the old version keeps working with a compatible new one: what it gives
is still taken, what it reads still comes, and nothing is done that nobody agreed to. Schemas are
compared by `kernel.schema.covers`; what cannot be decided counts as breaking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from blocks.manifest import Behaviour, Manifest, Permission, Port
from kernel.schema import covers


class Bump(IntEnum):
    """The part of a version that has to grow (semver 2.0.0)."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise.

    Attributes:
        bump: What it asks of the version.
        pointer: JSON Pointer into the new manifest.
        message: A sentence for the author and for who decides on the upgrade.
        needs_consent: Whether people must agree anew before it is installed.
    """

    bump: Bump
    pointer: str
    message: str
    needs_consent: bool = False


def compare(old: Manifest, new: Manifest) -> tuple[Difference, ...]:
    """List what is otherwise in the new version, the gravest first."""
    found = [
        *_taken("/config", "settings", old.config, new.config),
        *_taken("/input", "data", old.input, new.input),
        *_ports(old, new),
        *_permissions(old, new),
        *_behaviour(old.behaviour, new.behaviour),
        *_errors(old, new),
    ]
    return tuple(sorted(found, key=lambda one: -one.bump))


def needed_bump(differences: tuple[Difference, ...]) -> Bump:
    """Say which part of the version has to grow for these differences."""
    return max((one.bump for one in differences), default=Bump.PATCH)


def is_enough(old: str, new: str, bump: Bump) -> bool:
    """Tell whether a version grew by at least so much; before 1.0.0 the minor part is the major.

    >>> is_enough("1.2.3", "1.3.0", Bump.MINOR), is_enough("1.2.3", "1.2.4", Bump.MINOR)
    (True, False)
    >>> is_enough("0.2.3", "0.3.0", Bump.MAJOR)
    True
    """
    before, after = _numbers(old), _numbers(new)
    if after <= before:
        return False
    grown = next(index for index in range(3) if after[index] != before[index])
    needed = 2 - bump
    if before[0] == 0:
        needed = min(needed + 1, 2)
    return grown <= needed


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = version.partition("-")[0].split(".")
    return int(major), int(minor), int(patch)


def _taken(
    pointer: str, what: str, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[Difference]:
    if old == new:
        return
    if not covers(new, old):
        message = f"The {what} that fitted before may not fit any more."
        yield Difference(Bump.MAJOR, pointer, message)
    elif not covers(old, new):
        yield Difference(Bump.MINOR, pointer, f"More {what} than before can be given.")
    yield from _defaults(pointer, old, new)


def _defaults(pointer: str, old: Any, new: Any) -> Iterator[Difference]:
    """What is not given is now something else: the same workflow would do another thing."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return
    if old.get("default") != new.get("default"):
        title = new.get("title") or pointer
        yield Difference(Bump.MAJOR, pointer, f"{title} has another default.")
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() & after.keys():
        yield from _defaults(f"{pointer}/properties/{name}", before[name], after[name])
    yield from _defaults(f"{pointer}/items", old.get("items"), new.get("items"))


def _ports(old: Manifest, new: Manifest) -> Iterator[Difference]:
    before = {port.name: port for port in old.outputs}
    after = {port.name: port for port in new.outputs}
    for name in before.keys() - after.keys():
        message = f"The port {before[name].title} is gone: steps behind it would never run."
        yield Difference(Bump.MAJOR, "/outputs", message)
    for index, port in enumerate(new.outputs):
        pointer = f"/outputs/{index}"
        if port.name not in before:
            message = f"The port {port.title} is new: nothing is connected to it yet."
            yield Difference(Bump.MINOR, pointer, message)
        else:
            yield from _given(pointer, before[port.name], port)
    if old.dynamic_outputs != new.dynamic_outputs:
        message = "Ports that the settings name are made in another way."
        yield Difference(Bump.MAJOR, "/dynamic_outputs", message)


def _given(pointer: str, old: Port, new: Port) -> Iterator[Difference]:
    if old.schema == new.schema:
        return
    if not covers(old.schema, new.schema):
        message = f"What leaves by {new.title} may be something that nobody reckoned with."
        yield Difference(Bump.MAJOR, f"{pointer}/schema", message)
    else:
        message = f"What leaves by {new.title} is described more closely."
        yield Difference(Bump.MINOR, f"{pointer}/schema", message)


def _permissions(old: Manifest, new: Manifest) -> Iterator[Difference]:
    before = {one.name: one for one in old.permissions}
    for index, one in enumerate(new.permissions):
        pointer = f"/permissions/{index}"
        known = before.get(one.name)
        if known is None:
            message = f"It asks for the permission {one.name}: {one.reason}"
            yield Difference(Bump.MINOR, pointer, message, needs_consent=True)
        elif not _is_within(one, known):
            hosts = ", ".join(one.hosts)
            message = f"It may reach more than before by {one.name}: {hosts}"
            yield Difference(Bump.MINOR, f"{pointer}/hosts", message, needs_consent=True)


def _is_within(new: Permission, old: Permission) -> bool:
    return all(
        "*" in old.hosts
        or host in old.hosts
        or any(known.startswith("*.") and host.endswith(known[1:]) for known in old.hosts)
        for host in new.hosts
    )


_EFFECTS = ("none", "read", "write")


def _behaviour(old: Behaviour, new: Behaviour) -> Iterator[Difference]:
    if _EFFECTS.index(new.effects) > _EFFECTS.index(old.effects):
        message = f"Its effects were {old.effects} and are now {new.effects}."
        yield Difference(Bump.MAJOR, "/behaviour/effects", message, needs_consent=True)
    if old.idempotent and not new.idempotent:
        message = "A repeat with the same key may now do harm."
        yield Difference(Bump.MAJOR, "/behaviour/idempotent", message)
    if new.control != old.control:
        message = "It steers the workflow in another way."
        yield Difference(Bump.MAJOR, "/behaviour/control", message)
    if new.timeout_s < old.timeout_s:
        message = f"It gives up after {new.timeout_s:g} s; before, after {old.timeout_s:g} s."
        yield Difference(Bump.MINOR, "/behaviour/timeout_s", message)


def _errors(old: Manifest, new: Manifest) -> Iterator[Difference]:
    before = {one.code: one for one in old.errors}
    after = {one.code: one for one in new.errors}
    for code in before.keys() - after.keys():
        yield Difference(Bump.MAJOR, "/errors", f"The error {code} is gone.")
    for index, one in enumerate(new.errors):
        known = before.get(one.code)
        if known is None:
            yield Difference(Bump.MINOR, f"/errors/{index}", f"The error {one.code} is new.")
        elif known.retry != one.retry:
            told = "is now tried again" if one.retry else "is not tried again any more"
            message = f"After {one.code} it {told}."
            yield Difference(Bump.MINOR, f"/errors/{index}", message)
