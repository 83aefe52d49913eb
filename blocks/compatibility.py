"""What a new version of a block means for those who use the old one: computed, never claimed.

A workflow that is wired to the old version keeps working with a compatible new one: what it gives
is still taken, what it reads still comes, and nothing is done that nobody agreed to. Schemas are
compared by `kernel.schema.covers`; what cannot be decided counts as breaking.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from blocks._differences import Bump, Difference
from blocks._permission_changes import permission_changes, secret_changes
from blocks.manifest import Behaviour, Manifest, Trigger
from kernel.schema import covers

__all__ = ["Bump", "Difference", "compare", "is_enough", "needed_bump"]


def compare(old: Manifest, new: Manifest) -> tuple[Difference, ...]:
    """List what is otherwise in the new version, the gravest first."""
    found = [
        *_identity(old, new),
        *_taken("/config", "settings", old.config, new.config),
        *_taken("/input", "data", old.input, new.input),
        *_ports(old, new),
        *permission_changes(old.permissions, new.permissions),
        *secret_changes(old.secrets, new.secrets),
        *_behaviour(old.behaviour, new.behaviour),
        *_errors(old, new),
    ]
    return tuple(sorted(found, key=lambda one: -one.bump))


def needed_bump(differences: tuple[Difference, ...]) -> Bump:
    """Say which part of the version has to grow for these differences."""
    return max((one.bump for one in differences), default=Bump.PATCH)


def is_enough(old: str, new: str, bump: Bump) -> bool:
    """Tell whether a version grew by at least so much; before 1.0.0 the minor part is the major.

    A pre-release promises nothing (semver 2.0.0, clause 9): what follows it may change anything.

    >>> is_enough("1.2.3", "1.3.0", Bump.MINOR), is_enough("1.2.3", "1.2.4", Bump.MINOR)
    (True, False)
    >>> is_enough("0.2.3", "0.3.0", Bump.MAJOR), is_enough("2.0.0-rc.1", "2.0.0", Bump.MAJOR)
    (True, True)
    """
    before, after = _numbers(old), _numbers(new)
    if "-" in old and after >= before:
        return new != old
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


def _identity(old: Manifest, new: Manifest) -> Iterator[Difference]:
    if old.id != new.id:
        yield Difference(Bump.MAJOR, "/id", f"It is another block: {old.id} became {new.id}.")
    if old.kind != new.kind:
        told = f"It was of the kind {old.kind} and is now {new.kind}."
        is_trigger = "trigger" in (old.kind, new.kind)
        yield Difference(Bump.MAJOR if is_trigger else Bump.MINOR, "/kind", told)
    elif old.trigger and new.trigger:
        yield from _heard(old.trigger, new.trigger)
    if old.sdk != new.sdk:
        told = f"It asks for another release: SDK {new.sdk or 'of any version'}."
        yield Difference(Bump.MINOR, "/sdk", told)
    for index, text in enumerate(new.breaking):
        if text not in old.breaking:
            yield Difference(Bump.MAJOR, f"/breaking/{index}", f"Its author says: {text}")


def _heard(old: Trigger, new: Trigger) -> Iterator[Difference]:
    if old.mode != new.mode:
        told = f"It started workflows by {old.mode}; now it does by {new.mode}."
        yield Difference(Bump.MAJOR, "/trigger/mode", told)
        return
    for method in sorted({*old.methods} - {*new.methods}):
        told = f"A request may no longer come by {method}."
        yield Difference(Bump.MAJOR, "/trigger/methods", told)


def _taken(
    pointer: str, what: str, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[Difference]:
    if _is_same(old, new):
        return
    if not covers(new, old):
        yield from _narrowed(pointer, what, old, new)
    elif not covers(old, new):
        yield Difference(Bump.MINOR, pointer, f"More {what} than before can be given.")
    yield from _meanings(pointer, old, new)


def _is_same(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Tell whether two schemas say the same in the same words; for Python 1 and true are equal."""
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)


def _narrowed(
    pointer: str, what: str, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[Difference]:
    """Name the fields that fit no more; where none stands out, the whole."""
    before, after = old.get("properties", {}), new.get("properties", {})
    named = False
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        named = True
        told = f"{_title(name, after)} must be given now."
        yield Difference(Bump.MAJOR, f"{pointer}/properties/{name}", told)
    for name in sorted(before):
        where = f"{pointer}/properties/{name}"
        if name not in after and not covers(new, {**old, "required": [name]}):
            named = True
            told = f"{_title(name, before)} is no longer taken."
            yield Difference(Bump.MAJOR, where, told)
        elif name in after and not covers(after[name], before[name]):
            named = True
            told = f"{_title(name, after)} may refuse what it took before."
            yield Difference(Bump.MAJOR, where, told)
    if not named:
        told = f"The {what} that fitted before may not fit any more."
        yield Difference(Bump.MAJOR, pointer, told)


def _title(name: str, properties: dict[str, Any]) -> str:
    field = properties.get(name)
    return str(field.get("title") or name) if isinstance(field, dict) else name


def _meanings(pointer: str, old: Any, new: Any) -> Iterator[Difference]:
    """Find what the same settings now mean: by another default, or read in another way."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return
    title = new.get("title") or pointer
    if _default(old) != _default(new):
        yield Difference(Bump.MAJOR, pointer, f"{title} has another default.")
    if _reading(old) != _reading(new):
        told = f"{title} is read in another way (x-garland)."
        yield Difference(Bump.MAJOR, f"{pointer}/x-garland", told)
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in sorted(before.keys() & after.keys()):
        yield from _meanings(f"{pointer}/properties/{name}", before[name], after[name])
    for name in sorted(after.keys() - before.keys()):
        if isinstance(after[name], dict) and "default" in after[name]:
            told = f"{_title(name, after)} is new and has a default."
            yield Difference(Bump.MINOR, f"{pointer}/properties/{name}", told)
    for keyword in ("items", "additionalProperties"):
        yield from _meanings(f"{pointer}/{keyword}", old.get(keyword), new.get(keyword))


def _default(schema: dict[str, Any]) -> tuple[bool, str]:
    """Give a default so that 1 and true, which Python takes for the same, differ."""
    return "default" in schema, repr(schema.get("default"))


_LOOKS = frozenset({"textarea", "segmented", "select", "duration", "timezone"})


def _reading(schema: dict[str, Any]) -> dict[str, Any]:
    """Give what of `x-garland` is more than how a form looks."""
    said = schema.get("x-garland", {})
    return {key: value for key, value in said.items() if value not in _LOOKS}


def _ports(old: Manifest, new: Manifest) -> Iterator[Difference]:
    before = {port.name: port for port in old.outputs}
    after = {port.name: port for port in new.outputs}
    for name in sorted(before.keys() - after.keys()):
        told = f"The port {before[name].title} is gone: steps behind it would never run."
        yield Difference(Bump.MAJOR, "/outputs", told)
    for index, port in enumerate(new.outputs):
        pointer = f"/outputs/{index}"
        if port.name not in before:
            told = f"The port {port.title} is new: nothing is connected to it yet."
            yield Difference(Bump.MINOR, pointer, told)
        else:
            was = before[port.name].schema
            yield from _given(f"{pointer}/schema", port.title, was, port.schema)
    yield from _dynamic_ports(old, new)


def _dynamic_ports(old: Manifest, new: Manifest) -> Iterator[Difference]:
    was, now = old.dynamic_outputs, new.dynamic_outputs
    if was is None or now is None:
        if was is not now:
            told = "Ports that the settings name are there now." if now else "They are gone."
            bump = Bump.MINOR if now else Bump.MAJOR
            yield Difference(bump, "/dynamic_outputs", f"Ports by settings: {told}")
        return
    if (was.source, was.name) != (now.source, now.name):
        told = "Ports that the settings name are made in another way."
        yield Difference(Bump.MAJOR, "/dynamic_outputs", told)
    yield from _given("/dynamic_outputs/schema", "a port of the settings", was.schema, now.schema)


def _given(
    pointer: str, title: str, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[Difference]:
    if _is_same(old, new):
        return
    if not covers(old, new):
        told = f"What leaves by {title} may be something that nobody reckoned with."
        yield Difference(Bump.MAJOR, pointer, told)
    elif not covers(new, old):
        told = f"What leaves by {title} is described more closely."
        yield Difference(Bump.MINOR, pointer, told)


_EFFECTS = ("none", "read", "write")


def _behaviour(old: Behaviour, new: Behaviour) -> Iterator[Difference]:
    if _EFFECTS.index(new.effects) > _EFFECTS.index(old.effects):
        told = f"Its effects were {old.effects} and are now {new.effects}."
        yield Difference(Bump.MAJOR, "/behaviour/effects", told, needs_consent=True)
    if old.idempotent and not new.idempotent:
        told = "A repeat with the same key may now do harm."
        yield Difference(Bump.MAJOR, "/behaviour/idempotent", told)
    if new.control != old.control:
        told = "It steers the workflow in another way."
        yield Difference(Bump.MAJOR, "/behaviour/control", told)
    if new.worker_group != old.worker_group:
        told = f"Only workers of the group {new.worker_group or 'main'} perform it now."
        yield Difference(Bump.MAJOR, "/behaviour/worker_group", told)
    if new.timeout_s < old.timeout_s:
        told = f"It gives up after {new.timeout_s:g} s; before, after {old.timeout_s:g} s."
        yield Difference(Bump.MAJOR, "/behaviour/timeout_s", told)
    if new.memory_mb < old.memory_mb:
        told = f"It may take {new.memory_mb} MB of memory; before, {old.memory_mb} MB."
        yield Difference(Bump.MAJOR, "/behaviour/memory_mb", told)
    if new.retry != old.retry:
        told = "It is tried again in another rhythm after an error."
        yield Difference(Bump.MINOR, "/behaviour/retry", told)


def _errors(old: Manifest, new: Manifest) -> Iterator[Difference]:
    before = {one.code: one for one in old.errors}
    after = {one.code: one for one in new.errors}
    for code in sorted(before.keys() - after.keys()):
        yield Difference(Bump.MAJOR, "/errors", f"The error {code} is gone.")
    for index, one in enumerate(new.errors):
        known = before.get(one.code)
        if known is None:
            yield Difference(Bump.MINOR, f"/errors/{index}", f"The error {one.code} is new.")
        elif known.retry != one.retry:
            told = "is now tried again" if one.retry else "is not tried again any more"
            yield Difference(Bump.MINOR, f"/errors/{index}", f"After {one.code} it {told}.")
