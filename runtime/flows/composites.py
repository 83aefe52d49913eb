"""A published workflow as a block: what its manifest says follows from the workflow.

Pure. The input is what starts it by hand, each **End** is a way out, and what the block may do is
what the blocks in it may do: no more, or a tenant would consent to what nobody does; no less, or it
would consent to less than is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.kinds.composite import (
    FLOW_FILE,
    CarriedFlow,
    digest_of_folder,
    digest_of_standard,
    read_carried,
)
from blocks.manifest import ERROR_PORT, PORT_NAME, Manifest
from blocks.registry import Block, Registry, Standing
from kernel.errors import InvalidError, Problem
from kernel.schema import pointer_to
from runtime.flows._reach import Used, permission_problems, union_of, written
from runtime.flows._slots import slot_problems, slots_of, unfit_connections, with_places
from runtime.flows.model import every_step
from runtime.flows.safe import for_reader

DONE = "done"
_EFFECTS = ("none", "read", "write")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a person says of a block that is made of a workflow."""

    id: str
    version: str
    title: str
    summary: str
    category: str
    licence: str


def composite_of(
    flow: Mapping[str, Any], registry: Registry, named: Named
) -> tuple[dict[str, Any], CarriedFlow]:
    """Make the manifest and the carried workflow of a block.

    Raises:
        InvalidError: the workflow cannot be carried; problems say which step, and what to do.
    """
    flow = with_places(flow, registry)
    problems = list(_unfit(flow, registry, named.id))
    if problems:
        raise InvalidError("this workflow cannot become a block", problems=problems)
    used = _used(flow, registry)
    manifest = {
        "block": 1,
        "id": named.id,
        "version": named.version,
        "kind": "composite",
        "title": named.title,
        "summary": named.summary,
        "category": named.category,
        "publisher": named.id.partition(".")[0],
        "licence": named.licence,
        **_computed(flow, used, registry),
    }
    return manifest, CarriedFlow(flow=_plain(flow), children=_children(used))


def composite_problems(
    manifest: Manifest, carried: CarriedFlow, registry: Registry
) -> list[Problem]:
    """List where a composite says other than its workflow does; [] when it can be used."""
    problems = list(_unfit(carried.flow, registry, manifest.id))
    if problems:
        return problems
    used = _used(carried.flow, registry)
    found = [*_pins(carried, _children(used)), *permission_problems(manifest, used)]
    found += slot_problems(manifest, carried.flow, registry)
    ports = {port.name for port in manifest.outputs}
    wanted = {port["name"] for port in _outputs(carried.flow, registry)}
    if ports != wanted:
        named = ", ".join(sorted(wanted))
        found.append(Problem("/outputs", f"the ways out must be those of the workflow: {named}"))
    if manifest.input != _input(carried.flow):
        found.append(Problem("/input", "input must be what starts the workflow by hand"))
    behaviour = manifest.behaviour
    if behaviour.control != "call" or behaviour.effects != _effects(used):
        told = f'behaviour must say "control": "call" and "effects": "{_effects(used)}"'
        found.append(Problem("/behaviour", told))
    return found


def _unfit(flow: Mapping[str, Any], registry: Registry, id_: str) -> Iterator[Problem]:
    """Yield what keeps a workflow from being carried."""
    kinds = {trigger["kind"] for trigger in flow.get("triggers", {}).values()}
    if not kinds & {"manual", "flow"}:
        told = "triggers: add one by hand or by another workflow, or a step could not start it"
        yield Problem("/triggers", told)
    for step, holder in _holders(flow):
        block = registry.find(holder["block"], holder["version"])
        yield from _unfit_step(step, holder, block)
        if block is not None and id_ in _held_in(block, registry):
            told = f"{step}: the block {id_} would hold itself: take this step out"
            yield Problem(pointer_to(["steps", step]), told)
    yield from _secrets(flow, registry)
    yield from unfit_connections(flow, registry)
    for step in _ends(flow, registry):
        if step == ERROR_PORT or not PORT_NAME.fullmatch(step):
            told = f"{step}: an End gives its name to a way out, and this cannot be one: rename it"
            yield Problem(pointer_to(["steps", step]), told)


def _secrets(flow: Mapping[str, Any], registry: Registry) -> Iterator[Problem]:
    """Yield where a secret is written down: a package is read by whoever has it."""
    shown = for_reader(flow, registry, may_change=False)
    told = "it holds a secret, which everyone who has the block could read: take it out"
    if shown.get("vars") != flow.get("vars"):
        yield Problem("/vars", f"vars: {told}")
    for (id_, step, _), (_, other, _) in zip(every_step(flow), every_step(shown), strict=True):
        parts = [name for name in ("config", "input", "undo") if step.get(name) != other.get(name)]
        for name in parts:
            yield Problem(pointer_to(["steps", id_, name]), f"{id_}: {told}")


def _unfit_step(step: str, holder: Mapping[str, Any], block: Block | None) -> Iterator[Problem]:
    where = pointer_to(["steps", step])
    named = f"{holder['block']} {holder['version']}"
    if block is None:
        yield Problem(where, f"{step}: the block {named} is not installed: install it first")
        return
    control, kind = block.manifest.behaviour.control, block.manifest.kind
    if control == "call" and kind != "composite":
        told = "it calls a workflow of this organisation, which would not come along: save that one"
        yield Problem(where, f"{step}: {told} as a block first, and use it here")


def _held_in(block: Block, registry: Registry) -> set[str]:
    """Give the ids of a block and of all that are in it; deeper ones were checked before it."""
    if block.manifest.kind != "composite":
        return {block.manifest.id}
    children = read_carried((block.folder / FLOW_FILE).read_bytes()).children
    inner = (registry.find(*name.split("@", 1)) for name in children)
    below = (_held_in(one, registry) for one in inner if one is not None)
    return {block.manifest.id}.union(*below, (name.partition("@")[0] for name in children))


def _holders(flow: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for id_, step, _ in every_step(flow):
        yield id_, step
        if "undo" in step:
            yield id_, step["undo"]


def _used(flow: Mapping[str, Any], registry: Registry) -> list[Used]:
    found = (
        (step, registry.find(holder["block"], holder["version"]), holder.get("config", {}))
        for step, holder in _holders(flow)
    )
    return [Used(step, block, config) for step, block, config in found if block is not None]


def _computed(flow: Mapping[str, Any], used: Iterable[Used], registry: Registry) -> dict[str, Any]:
    used, slots = list(used), slots_of(flow, registry)
    return {
        "config": {"type": "object", "additionalProperties": False, "properties": {}},
        "input": _input(flow),
        "outputs": _outputs(flow, registry),
        "permissions": [written(one) for one in union_of(used)],
        **({"secrets": slots} if slots else {}),
        "behaviour": {
            "effects": _effects(used),
            "inline": True,
            "control": "call",
            "idempotent": all(one.block.manifest.behaviour.idempotent for one in used),
        },
    }


def _input(flow: Mapping[str, Any]) -> dict[str, Any]:
    stated = flow.get("input") or {"type": "object", "properties": {}}
    return _closed(stated)


def _closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Close the objects in a schema that name their fields, as a block's input must be."""
    changed = dict(schema)
    if isinstance(schema.get("properties"), Mapping):
        changed["properties"] = {key: _closed(part) for key, part in schema["properties"].items()}
        changed["additionalProperties"] = False
    for keyword in ("items", "additionalProperties"):
        if isinstance(changed.get(keyword), Mapping):
            changed[keyword] = _closed(changed[keyword])
    return changed


def _ends(flow: Mapping[str, Any], registry: Registry) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for id_, step, _ in every_step(flow):
        block = registry.find(step["block"], step["version"])
        if block is not None and block.manifest.behaviour.control == "end":
            found[id_] = step
    return found


def _outputs(flow: Mapping[str, Any], registry: Registry) -> list[dict[str, Any]]:
    """List a way out for each End, and one for a workflow that ends without reaching any."""
    ends = [
        {"name": id_, "title": step.get("title") or _words(id_), "schema": _given(step)}
        for id_, step in _ends(flow, registry).items()
    ]
    named = {port["name"] for port in ends}
    return ends if DONE in named else [*ends, {"name": DONE, "title": "Done", "tone": "good"}]


def _given(end: Mapping[str, Any]) -> dict[str, Any]:
    """Say what an End gives, as far as its settings tell: the fields, not what is in them."""
    output = end.get("config", {}).get("output", {})
    if not isinstance(output, Mapping):
        return {"type": "object"}
    return {"type": "object", "properties": {name: {} for name in output}, "required": [*output]}


def _words(id_: str) -> str:
    return id_.replace("_", " ").capitalize()


def _effects(used: Iterable[Used]) -> str:
    found = (_EFFECTS.index(one.block.manifest.behaviour.effects) for one in used)
    return _EFFECTS[max(found, default=0)]


def _children(used: Iterable[Used]) -> dict[str, str]:
    found = {
        f"{one.block.manifest.id}@{one.block.manifest.version}": _digest_of(one.block)
        for one in used
    }
    return dict(sorted(found.items()))


def _digest_of(block: Block) -> str:
    """Give the digest that a block is pinned by: of its package, or of what Garland's own does."""
    if block.standing is Standing.STANDARD:
        return digest_of_standard(block.folder)
    return block.digest or digest_of_folder(block.folder)


def _plain(flow: Mapping[str, Any]) -> dict[str, Any]:
    """Give the workflow without what only its own organisation can use."""
    kept = {name: value for name, value in flow.items() if name != "settings"}
    kinds = {"manual", "flow"}
    triggers = {id_: one for id_, one in flow["triggers"].items() if one["kind"] in kinds}
    gone = set(flow["triggers"]) - set(triggers)
    wires = [wire for wire in flow["wires"] if wire["from"] not in gone]
    return {**kept, "triggers": triggers, "wires": wires}


def _pins(carried: CarriedFlow, children: Mapping[str, str]) -> Iterator[Problem]:
    for name in sorted({*carried.children, *children}):
        where = pointer_to(["children", name])
        if name not in children:
            yield Problem(where, f"no step uses {name}: remove it")
        elif name not in carried.children:
            yield Problem(where, f"{name} is used without a digest: add it")
        elif carried.children[name] != children[name]:
            yield Problem(where, f"{name} here is another than the workflow was made with")
