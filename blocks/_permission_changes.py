"""What a new version of a block asks of people that the old one did not: abilities and secrets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blocks._differences import Bump, Difference
from blocks.manifest import Permission, SecretSlot
from blocks.permits import host_fits


def permission_changes(
    old: Sequence[Permission], new: Sequence[Permission]
) -> Iterator[Difference]:
    """List abilities that are new, wider, or no longer asked for; more needs consent again."""
    before = {one.name: one for one in old}
    for index, one in enumerate(new):
        pointer = f"/permissions/{index}"
        known = before.pop(one.name, None)
        if known is None:
            told = f"It asks for the permission {one.name}: {one.reason}"
            yield Difference(Bump.MINOR, pointer, told, needs_consent=True)
        else:
            for field, more in wider(known, one):
                told = f"It may do more than before by {one.name}, {field}: {more}"
                yield Difference(Bump.MINOR, f"{pointer}/{field}", told, needs_consent=True)
    for name in before:
        told = f"It no longer asks for the permission {name}."
        yield Difference(Bump.PATCH, "/permissions", told)


def secret_changes(old: Sequence[SecretSlot], new: Sequence[SecretSlot]) -> Iterator[Difference]:
    """List slots for secrets that are new, gone, or filled and used in another way."""
    before = {one.slot: one for one in old}
    for index, one in enumerate(new):
        pointer = f"/secrets/{index}"
        known = before.pop(one.slot, None)
        if known is None:
            told = f"It uses a connection for {one.title}: {one.reason}"
            bump = Bump.MAJOR if one.required else Bump.MINOR
            yield Difference(bump, pointer, told, needs_consent=True)
        else:
            yield from _slot_changes(pointer, known, one)
    for slot in before:
        told = f"The slot {slot} is gone: steps that fill it name too much."
        yield Difference(Bump.MAJOR, "/secrets", told)


def _slot_changes(pointer: str, old: SecretSlot, new: SecretSlot) -> Iterator[Difference]:
    if lost := sorted(set(old.accepts) - set(new.accepts)):
        told = f"{new.title} no longer takes connections of the kind {', '.join(lost)}."
        yield Difference(Bump.MAJOR, f"{pointer}/accepts", told)
    if more := sorted(set(new.accepts) - set(old.accepts)):
        told = f"{new.title} also takes connections of the kind {', '.join(more)}."
        yield Difference(Bump.MINOR, f"{pointer}/accepts", told)
    if new.required and not old.required:
        told = f"A connection for {new.title} must be named now."
        yield Difference(Bump.MAJOR, f"{pointer}/required", told)
    if new.inject != old.inject:
        told = f"The secret for {new.title} is put elsewhere in what is sent."
        yield Difference(Bump.MINOR, f"{pointer}/inject", told, needs_consent=True)


def wider(old: Permission, new: Permission) -> Iterator[tuple[str, str]]:
    """List in which field a permission grew, and by what."""
    hosts = [host for host in new.hosts if not any(host_fits(one, host) for one in old.hosts)]
    if hosts:
        yield "hosts", ", ".join(hosts)
    if old.methods and set(old.methods) < {*new.methods, *old.methods}:
        yield "methods", ", ".join(sorted(set(new.methods) - set(old.methods)))
    elif old.methods and not new.methods:
        yield "methods", "every method"
    if old.reachable_ports and not new.reachable_ports:
        yield "ports", "every port"
    elif old.reachable_ports and (more := {*new.reachable_ports} - {*old.reachable_ports}):
        yield "ports", ", ".join(map(str, sorted(more)))
