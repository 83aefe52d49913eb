"""What the form of a trial offers: alarms, runs, kept inputs to choose from, fields to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.forms import can_show
from blocks.installs.registry import registry_of
from designer.starting.form import start_fields
from designer.trials.asking import Asked, sources_for, trigger_of
from kernel.errors import Problem
from runtime.alarms.model import Severity
from runtime.alarms.store import AlarmFilter
from runtime.flows.titles import titles_of
from runtime.flows.versions import FlowView
from runtime.trials.effects import changing_steps
from runtime.trials.inputs import Recorded, list_inputs

SEVERITIES = tuple(one.value for one in Severity if one is not Severity.CLEARED)


def alarms_asked(asked: Asked) -> AlarmFilter:
    """Say which alarms are looked for: whatever became of them, of one severity where asked."""
    known = {Severity(asked.severity)} if asked.severity in SEVERITIES else set()
    return AlarmFilter(state="", q=asked.q, severities=frozenset(known))


def source_asked(asked: Asked, sources: list[tuple[str, str]], kept: list[Recorded]) -> str:
    """Give what was chosen, else a kept input that is offered first, else the likeliest."""
    if asked.source in dict(sources):
        return asked.source
    return "kept" if kept and kept[0].is_default else sources[0][0]


def form_facts(
    session: Session,
    tenant_id: UUID,
    flow: FlowView,
    asked: Asked,
    *,
    filled: Mapping[str, Any] | None = None,
    problems: tuple[Problem, ...] = (),
) -> dict[str, Any]:
    """Give what the form shows but for the page of alarms or runs."""
    registry = registry_of(session, tenant_id)
    trigger_id, trigger = trigger_of(flow.draft, asked)
    sources, kept = sources_for(trigger), list_inputs(session, tenant_id, flow.id)
    schema = flow.draft.get("input") or {}
    has_form = trigger["kind"] in ("manual", "flow") and can_show(schema)
    fields = start_fields(schema, dict(filled or {}), problems) if has_form else []
    shown = {field.name for field in fields}
    return {
        "flow": flow,
        "asked": asked,
        "source": source_asked(asked, sources, kept),
        "sources": sources,
        "triggers": [(id_, one.get("title") or id_) for id_, one in flow.draft["triggers"].items()],
        "trigger_id": trigger_id,
        "takes_input": trigger["kind"] in ("manual", "flow"),
        "has_form": has_form,
        "fields": fields,
        "kept": kept,
        "severities": SEVERITIES,
        "changing": changing_steps(flow.draft, registry),
        "titles": titles_of(flow.draft, registry),
        "refusals": [one for one in problems if one.pointer not in shown],
    }
