"""Builders of workflows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.flows.versions import FlowView, create_flow, get_flow, publish_flow
from tests.factories.tenancy import NOON


def step(block: str, **parts: Any) -> dict[str, Any]:
    """Make the document of a step with a standard block, named without its publisher."""
    return {"block": f"garland.{block}", "version": "1.0.0", **parts}


def flow_document(
    steps: Mapping[str, Any],
    wires: list[str],
    *,
    name: str = "Flow",
    triggers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Make a workflow document; wires are written "from:port > to"."""
    return {
        "flow": 1,
        "name": name,
        "triggers": dict(triggers or {"rule": {"kind": "rule"}, "hand": {"kind": "manual"}}),
        "steps": dict(steps),
        "wires": [
            {"from": source, "to": target}
            for source, target in (wire.split(" > ") for wire in wires)
        ],
    }


def chain_document(length: int, *, name: str = "Chain") -> dict[str, Any]:
    """Make a chain of light steps that each add one to a number."""
    steps = {"s1": step("set-data", config={"values": {"n": 1}})}
    wires = ["rule > s1", "hand > s1"]
    for number in range(2, length + 1):
        value = f"= steps.s{number - 1}.output.n + 1"
        steps[f"s{number}"] = step("set-data", config={"values": {"n": value}})
        wires.append(f"s{number - 1}:done > s{number}")
    return flow_document(steps, wires, name=name)


def make_flow(
    session: Session, tenant_id: UUID, document: Mapping[str, Any], *, publish: bool = True
) -> FlowView:
    """Make a workflow, published unless told otherwise."""
    flow = create_flow(
        session, tenant_id, name=document["name"], document=document, now=NOON, by="test"
    )
    if publish:
        publish_flow(session, tenant_id, flow.id, by="test", now=NOON)
    return get_flow(session, tenant_id, flow.id)
