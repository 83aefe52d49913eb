"""Samples that people kept for trying a workflow: recorded inputs, and what steps are pinned to.

What is pinned stands in for a step wherever no run gave a value, as it does in a test run. Secrets
are masked as they are where inputs and pins are shown.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.registry import Registry
from runtime.flows.model import every_step
from runtime.flows.titles import titles_of
from runtime.flows.versions import get_flow
from runtime.trials.inputs import find_input, input_names
from runtime.trials.pins import list_pins, pinned_steps

INPUT, PINNED = "input", "pinned"
_NAMED = 3


def kept_choices(
    session: Session, tenant_id: UUID, flow_id: UUID, registry: Registry
) -> list[tuple[str, str]]:
    """List what was kept for a workflow, id and title, what a test run offers first before all."""
    inputs = input_names(session, tenant_id, flow_id)
    found = [(f"{INPUT}:{id_}", f"the recorded input \u201c{name}\u201d") for id_, name in inputs]
    draft = get_flow(session, tenant_id, flow_id).draft
    there = {id_ for id_, _, _ in every_step(draft)}
    pinned = sorted(there.intersection(pinned_steps(session, tenant_id, flow_id)))
    if pinned:
        titles = titles_of(draft, registry)
        names = [titles.get(one, one) for one in pinned[:_NAMED]]
        names += ["\u2026"] if len(pinned) > _NAMED else []
        found.append((PINNED, f"what is pinned: {', '.join(names)}"[:120]))
    return found


def trigger_of_input(session: Session, tenant_id: UUID, flow_id: UUID, input_id: str) -> Any:
    """Give what a recorded input holds, masked; of "" what is offered first, None where nothing."""
    kept = find_input(session, tenant_id, flow_id, UUID(input_id) if input_id else None)
    return kept.shown if kept is not None else None


def pinned_outputs(
    session: Session, tenant_id: UUID, flow_id: UUID, steps: Collection[str]
) -> dict[str, Any]:
    """Give what steps are pinned to as a run would show it, masked, by step."""
    pins = list_pins(session, tenant_id, flow_id, among=steps) if steps else []
    return {one.step: {"port": one.port, "output": one.shown} for one in pins if not one.is_gone}
