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
from runtime.flows.versions import get_flow
from runtime.runs.page import titles_of
from runtime.trials.inputs import list_inputs
from runtime.trials.pins import list_pins

INPUT, PINNED = "input", "pinned"
_NAMED = 3


def kept_choices(
    session: Session, tenant_id: UUID, flow_id: UUID, registry: Registry
) -> list[tuple[str, str]]:
    """List what was kept for a workflow, id and title, what a test run offers first before all."""
    inputs = list_inputs(session, tenant_id, flow_id)
    found = [(f"{INPUT}:{one.id}", f"the recorded input \u201c{one.name}\u201d") for one in inputs]
    pinned = [one.step for one in list_pins(session, tenant_id, flow_id) if not one.is_gone]
    if pinned:
        titles = titles_of(get_flow(session, tenant_id, flow_id).draft, registry)
        names = [titles.get(one, one) for one in pinned[:_NAMED]]
        names += ["\u2026"] if len(pinned) > _NAMED else []
        found.append((PINNED, f"what is pinned: {', '.join(names)}"[:120]))
    return found


def trigger_of_input(session: Session, tenant_id: UUID, flow_id: UUID, input_id: str) -> Any:
    """Give what a recorded input holds, masked; of "" what is offered first, None where nothing."""
    kept = list_inputs(session, tenant_id, flow_id)
    wanted = (one for one in kept if str(one.id) == input_id or (not input_id and one.is_default))
    return next((one.shown for one in wanted), None)


def pinned_outputs(
    session: Session, tenant_id: UUID, flow_id: UUID, steps: Collection[str]
) -> dict[str, Any]:
    """Give what steps are pinned to as a run would show it, masked, by step."""
    pins = list_pins(session, tenant_id, flow_id) if steps else []
    return {
        one.step: {"port": one.port, "output": one.shown}
        for one in pins
        if one.step in steps and not one.is_gone
    }
