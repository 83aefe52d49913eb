"""Which steps of a workflow change something outside, by themselves or in what they call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.registry import Block, Registry
from runtime.flows._danger_checks import danger_problems
from runtime.flows._structure import Structure
from runtime.flows._tables import FlowRow, FlowVersionRow
from runtime.flows.model import every_step


def affecting_steps(session: Session, tenant_id: UUID, document: Mapping[str, Any]) -> list[str]:
    """List the steps that change something outside; a call counts for what is called.

    Of a called workflow the live version is looked at.
    """
    return _steps(session, tenant_id, document, registry_of(session, tenant_id), seen=set())


def dangerous_steps(document: Mapping[str, Any], registry: Registry) -> list[str]:
    """List the ids of the steps that can hurt many and may be reached although nobody approved."""
    structure = Structure(document)
    blocks = {
        id_: registry.find(one.step["block"], one.step["version"])
        for id_, one in structure.steps.items()
    }
    return [one.step for one in danger_problems(structure, blocks, "error") if one.step]


def approvals_in(document: Mapping[str, Any], registry: Registry) -> set[str]:
    """Give the ids of the steps that ask people."""
    found = (
        (id_, registry.find(one["block"], one["version"])) for id_, one, _ in every_step(document)
    )
    return {
        id_
        for id_, block in found
        if block is not None and block.manifest.behaviour.control == "approval"
    }


def is_affecting(block: Block) -> bool:
    """Tell whether a block changes something in another system; one for alarms alone does not.

    A composite that writes counts, whatever its steps write to: its own package says no more.
    """
    behaviour, permissions = block.manifest.behaviour, block.manifest.permissions
    goes_out = any(one.reaches or one.name == "mail" for one in permissions)
    reaches = behaviour.control == "call" or goes_out
    return behaviour.effects == "write" and reaches


def _steps(
    session: Session,
    tenant_id: UUID,
    document: Mapping[str, Any],
    registry: Registry,
    *,
    seen: set[str],
) -> list[str]:
    found = []
    for id_, step, _ in every_step(document):
        holders = [step, *([step["undo"]] if "undo" in step else [])]
        blocks = [registry.find(one["block"], one["version"]) for one in holders]
        slug = _called(step, blocks[0])
        if any(one is not None and is_affecting(one) for one in blocks):
            found.append(id_)
        elif slug and slug not in seen:
            called = _live_of(session, tenant_id, slug)
            seen.add(slug)
            if called and _steps(session, tenant_id, called, registry, seen=seen):
                found.append(id_)
    return found


def _called(step: Mapping[str, Any], block: Block | None) -> str:
    if block is None or block.manifest.behaviour.control != "call":
        return ""
    return str(step.get("config", {}).get("flow", ""))


def _live_of(session: Session, tenant_id: UUID, slug: str) -> Mapping[str, Any] | None:
    return session.scalar(
        select(FlowVersionRow.document)
        .join(FlowRow, FlowRow.live_version_id == FlowVersionRow.id)
        .where(FlowRow.tenant_id == tenant_id, FlowRow.slug == slug)
    )
