"""Does a step name a connection for each slot of its block that needs one, and one that fits?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blocks.manifest import Manifest, SecretSlot
from runtime.flows._structure import Placed
from runtime.flows.problems import FlowProblem, Known
from tenancy.connections.kinds import KINDS


def connection_problems(
    placed: Placed, holder: Mapping[str, Any], prefix: str, manifest: Manifest, known: Known
) -> Iterable[FlowProblem]:
    """Yield what is wrong with the connections of a step, or of what takes it back (`holder`)."""
    for slot, why in slot_problems(manifest.secrets, holder.get("connections", {}), known):
        where = f"{prefix}/connections/{slot}"
        yield FlowProblem(where, f"{placed.title}: {why}", placed.id)


def slot_problems(
    slots: Iterable[SecretSlot], named: Mapping[str, str], known: Known
) -> Iterable[tuple[str, str]]:
    """Yield by slot what is wrong with the connections that a step or trigger names."""
    declared = {one.slot: one for one in slots}
    for slot in declared.values():
        why = why_not_connected(slot, named.get(slot.slot), known.connections)
        if why:
            yield slot.slot, why
    for name in sorted(named.keys() - declared.keys()):
        yield name, f"its block takes no connection {name}: remove it"


def why_not_connected(slot: SecretSlot, name: str | None, known: Mapping[str, str] | None) -> str:
    """Say why a slot is not filled as it should be; "" when it is."""
    if name is None:
        return f"{slot.title} needs a connection: choose one" if slot.required else ""
    if known is None:
        return ""
    if name not in known:
        return f"there is no connection {name}: add it, or choose another"
    if known[name] not in slot.accepts:
        found = KINDS[known[name]].title
        return f"{name} is of the kind {found}, which does not fit here: choose another"
    return ""
