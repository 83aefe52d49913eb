"""Connections of a workflow that becomes a block: each is a place that the block's user fills.

In the workflow that the block carries a step names the place, `~account`, instead of a connection
of the organisation it was made in. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blocks.kinds.composite import CARRIED
from blocks.manifest import Manifest, SecretSlot
from blocks.registry import Registry
from kernel.errors import Problem
from kernel.schema import pointer_to
from runtime.flows.model import every_step

REASON_MAX = 200


class _Use(NamedTuple):
    """One slot of a block inside, and what its step names for it."""

    step: str
    slot: SecretSlot
    title: str
    named: str


def with_places(flow: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """Give the workflow with a place for each connection that its steps name.

    The place is called as the slot that needs it, with a number where several connections would be
    called alike.
    """
    places: dict[str, str] = {}
    for use in _uses(flow, registry):
        if use.named and use.named not in places:
            taken = set(places.values())
            free = (f"{use.slot.slot}-{n}"[-40:] for n in range(2, len(taken) + 3))
            name = use.slot.slot
            places[use.named] = CARRIED + (name if CARRIED + name not in taken else next(free))
    return _renamed(flow, places)


def slots_of(flow: Mapping[str, Any], registry: Registry) -> list[dict[str, Any]]:
    """List the slots of a block that carries a workflow with places, as its manifest writes them.

    What a slot accepts is what every block inside that uses it accepts.
    """
    found: dict[str, dict[str, Any]] = {}
    for use in _uses(flow, registry):
        if not use.named:
            continue
        reason = f"{use.title}: {use.slot.reason}"
        one = found.setdefault(
            use.named.removeprefix(CARRIED),
            {
                "title": use.slot.title,
                "reason": reason,
                "accepts": list(use.slot.accepts),
                "required": False,
            },
        )
        one["accepts"] = [kind for kind in one["accepts"] if kind in use.slot.accepts]
        one["required"] = one["required"] or use.slot.required
        if reason not in one["reason"]:
            one["reason"] = f"{one['reason']}; {reason}"
        one["reason"] = one["reason"][:REASON_MAX]
    return [{"slot": name, **facts} for name, facts in found.items()]


def unfit_connections(flow: Mapping[str, Any], registry: Registry) -> Iterator[Problem]:
    """Yield what keeps a workflow with places from being carried."""
    for use in _uses(flow, registry):
        where = pointer_to(["steps", use.step, "connections", use.slot.slot])
        if not use.named and use.slot.required:
            told = f"{use.step}: {use.slot.title} needs a connection: choose one in the workflow"
            yield Problem(where, told)
        elif use.named and not use.named.startswith(CARRIED):
            told = f"{use.step}: {use.named} is a connection of an organisation: name a place"
            yield Problem(where, told)
    for one in slots_of(flow, registry):
        if not one["accepts"]:
            told = f"{one['title']}: no connection fits all steps that use it: use two"
            yield Problem("/steps", told)


def slot_problems(
    manifest: Manifest, flow: Mapping[str, Any], registry: Registry
) -> Iterator[Problem]:
    """Yield where the slots are others than those of the blocks inside."""
    wanted = {one["slot"]: one for one in slots_of(flow, registry)}
    stated = {one.slot: one for one in manifest.secrets}
    for name in sorted({*wanted, *stated}):
        if name not in wanted:
            yield Problem("/secrets", f"no block in the workflow uses the slot {name}: remove it")
        elif name not in stated:
            yield Problem("/secrets", f"a block in the workflow needs the slot {name}: add it")
        elif not _is_same(stated[name], wanted[name]):
            one = wanted[name]
            needs = "is required" if one["required"] else "is not required"
            told = f"the slot {name} accepts {', '.join(one['accepts'])} and {needs}"
            yield Problem("/secrets", f"{told}, as the blocks in the workflow have it")


def _is_same(stated: SecretSlot, wanted: Mapping[str, Any]) -> bool:
    is_alike = {*stated.accepts} == {*wanted["accepts"]} and stated.inject is None
    return is_alike and stated.required == wanted["required"]


def _uses(flow: Mapping[str, Any], registry: Registry) -> Iterator[_Use]:
    for id_, step, _ in every_step(flow):
        for holder in (step, step.get("undo")):
            block = registry.find(holder["block"], holder["version"]) if holder else None
            if holder is None or block is None:
                continue
            named = holder.get("connections", {})
            for slot in block.manifest.secrets:
                yield _Use(id_, slot, block.manifest.title, named.get(slot.slot, ""))


def _renamed(part: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    steps = {}
    for id_, step in part["steps"].items():
        changed = _holder(step, places)
        if "undo" in step:
            changed["undo"] = _holder(step["undo"], places)
        if "body" in step:
            changed["body"] = _renamed(step["body"], places)
        steps[id_] = changed
    return {**part, "steps": steps}


def _holder(holder: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    named = holder.get("connections", {})
    changed = {slot: places.get(name, name) for slot, name in named.items()}
    return {**holder, "connections": changed} if changed else dict(holder)
