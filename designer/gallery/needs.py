"""What a template needs of an organisation, and whether it is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from designer.gallery.model import Template
from kernel.schema import path_of
from runtime.calendars.store import calendar_names
from runtime.flows.model import every_step
from runtime.inventory.lookups.store import list_tables
from tenancy.connections.store import kinds_by_name

CONNECTIONS = "connections"
State = Literal["there", "comes", "missing", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing: there already, brought along, missing, or chosen later in the designer."""

    kind: str
    name: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A connection that the form asks for, and those of the organisation that fit."""

    parameter: str
    title: str
    fitting: tuple[str, ...]


def slots_of(
    template: Template, registry: Registry, connections: Mapping[str, str]
) -> tuple[Slot, ...]:
    """List the parameters that choose a connection; `connections` are kinds by name."""
    found = []
    for name, pointers in template.places.items():
        accepts = [_accepted(template.document, one, registry) for one in pointers]
        kinds = [one for one in accepts if one is not None]
        if len(kinds) < len(pointers):
            continue
        fitting = sorted(
            one for one, kind in connections.items() if all(kind in each for each in kinds)
        )
        title = template.parameters["properties"][name].get("title", name)
        found.append(Slot(parameter=name, title=title, fitting=tuple(fitting)))
    return tuple(found)


def needs_of(
    session: Session, tenant_id: UUID, template: Template, registry: Registry
) -> list[Need]:
    """List what a template needs: blocks that are not there first."""
    slots = slots_of(template, registry, kinds_by_name(session, tenant_id))
    tables = {one.name for one in list_tables(session, tenant_id)}
    calendars = set(calendar_names(session, tenant_id))
    return [
        *_blocks(template.flow, registry),
        *(
            Need(kind="Connection", name=one.title, state="there" if one.fitting else "later")
            for one in slots
        ),
        *_parts(template, "tables", "Look-up table", tables),
        *_parts(template, "calendars", "Business calendar", calendars),
        *_parts(template, "rules", "Rule", set()),
    ]


def _blocks(flow: Mapping[str, Any], registry: Registry) -> Iterator[Need]:
    used = {(step["block"], step["version"]) for _, step, _ in every_step(flow)}
    for block_id, version in sorted(used):
        if registry.find(block_id, version) is None:
            yield Need(kind="Block", name=f"{block_id} {version}", state="missing")


def _parts(template: Template, part: str, kind: str, there: set[str]) -> Iterator[Need]:
    for one in template.parts(part):
        state: State = "there" if one["name"] in there else "comes"
        yield Need(kind=kind, name=one["name"], state=state)


def _accepted(
    document: Mapping[str, Any], pointer: str, registry: Registry
) -> tuple[str, ...] | None:
    """Say which kinds of connection fit at a place; None where no connection stands."""
    *way, part, slot = path_of(pointer)
    if part != CONNECTIONS:
        return None
    holder: Any = document
    for one in way:
        holder = holder[one]
    block = registry.find(holder["block"], holder["version"])
    slots = block.manifest.secrets if block is not None else ()
    return next((one.accepts for one in slots if one.slot == slot), ())
