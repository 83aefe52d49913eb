"""What the test panel shows of one step, and the value at one of its ports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.registry import registry_of
from blocks.manifest import output_ports
from blocks.registry import Registry
from designer.drafts import write_json_text
from runtime.flows.model import ERROR_PORT, every_step
from runtime.flows.titles import titles_of
from runtime.flows.versions import get_flow
from runtime.runs.attempt import SIMULATED
from runtime.runs.query import StepView, get_run
from runtime.runs.remedies import remedy_for
from runtime.runs.values import manifest_of, safe_value
from runtime.trials.looking import last_attempt
from runtime.trials.pins import find_pin

SHOWN_MAX = 20_000
VALUE_MAX = 600


def panel_facts(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    step: str,
    *,
    run_id: UUID | None,
    text: str | None = None,
) -> dict[str, Any]:
    """Give what the panel shows of a step, and how it went in a run; `text` as it was sent."""
    where = (session, tenant_id)
    flow, registry = get_flow(*where, flow_id), registry_of(*where)
    document = next((one for id_, one, _ in every_step(flow.draft) if id_ == step), None)
    pinned = find_pin(*where, flow_id, step)
    found = last_attempt(*where, run_id, step) if run_id is not None else None
    return {
        "flow": flow,
        "step": step,
        "is_saved": document is not None,
        "in_loop": any(id_ == step and loop for id_, _, loop in every_step(flow.draft)),
        "ports": _ports(document, registry),
        "pin": pinned,
        "pin_text": text if text is not None else _text(pinned.shown if pinned else {}),
        "run": get_run(*where, run_id) if run_id is not None else None,
        "went": _went(found, registry) if found is not None else None,
    }


def value_facts(
    session: Session,
    tenant_id: UUID,
    run_id: UUID,
    step: str,
    port: str,
    *,
    draft: Mapping[str, Any],
) -> dict[str, Any]:
    """Give the last value that passed a port; what came by another port did not pass this one."""
    found, registry = (
        last_attempt(session, tenant_id, run_id, step),
        registry_of(session, tenant_id),
    )
    names, text = titles_of(draft, registry), ""
    if found is not None and (not port or found.port == port):
        manifest = manifest_of(found, registry)
        text = _text(safe_value(found, "output" if port else "input", manifest))
    return {
        "title": f"{names.get(step, step)}: {port}" if port else names.get(step, step),
        "text": text[:VALUE_MAX],
        "is_cut": len(text) > VALUE_MAX,
    }


def _went(step: StepView, registry: Registry) -> dict[str, Any]:
    manifest = manifest_of(step, registry)
    return {
        "path": step.step,
        "state": step.state.value,
        "port": step.port,
        "duration_ms": step.duration_ms,
        "attempt": step.attempt,
        "error": step.error,
        "remedy": remedy_for(step.error, manifest),
        "input": _text(safe_value(step, "input", manifest))[:SHOWN_MAX],
        "output": _text(safe_value(step, "output", manifest))[:SHOWN_MAX],
        "config": _text(safe_value(step, "config", manifest))[:SHOWN_MAX],
        "simulated": [
            line["message"] for line in step.logs if line["message"].startswith(SIMULATED)
        ],
        "can_pin": step.port is not None and step.ended_at is not None,
    }


def _ports(document: Mapping[str, Any] | None, registry: Registry) -> list[str]:
    block = registry.find(document["block"], document["version"]) if document else None
    if block is None or document is None:
        return ["done"]
    named = [one.name for one in output_ports(block.manifest, document.get("config", {}))]
    return [*(named or ["done"]), ERROR_PORT]


def _text(value: Any) -> str:
    return write_json_text(value) if value not in (None, {}, [], "") else json.dumps(value)
