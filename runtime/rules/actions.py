"""What a firing does, in the transaction that records it.

An action that cannot be done (the workflow is gone, say) is told on the firing and stops neither
the other actions nor the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel import trace
from kernel.errors import GarlandError, InvalidError, NotFoundError
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.store import Change, acknowledge, set_fields, suppress
from runtime.flows.lookup import find_flow_id
from runtime.rules.model import Action, Rule
from runtime.rules.placeholders import fill
from runtime.runs.start import Start, start_run
from runtime.wake import wake_after_commit

DERIVE_DEPTH_MAX = 3
DEPTH = "derived_depth"
_ATTRIBUTE = "attributes."


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One firing about to act; `values` are what a decision table put out by name."""

    session: Session
    tenant_id: UUID
    rule: Rule
    rule_id: UUID
    key: str
    change: Change
    facts: Mapping[str, Any]
    now: datetime
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by(self) -> str:
        """Name who acts, for histories."""
        return f"rule {self.rule.name}"


def act(occasion: Occasion) -> list[dict[str, Any]]:
    """Do the rule's actions in order; give for each what was done or why not."""
    return [_do(occasion, index, action) for index, action in enumerate(occasion.rule.then)]


def _do(occasion: Occasion, index: int, action: Action) -> dict[str, Any]:
    try:
        with occasion.session.begin_nested():
            facts = _ACTIONS[action.do](occasion, index, action)
    except GarlandError as error:
        return {"do": action.do, "failed": error.message, "code": error.code}
    return {"do": action.do, **facts}


def _start(occasion: Occasion, index: int, action: Action) -> dict[str, Any]:
    slug = action.flow or ""
    flow_id = find_flow_id(occasion.session, occasion.tenant_id, slug)
    if flow_id is None:
        raise NotFoundError(f"the workflow {action.flow} is gone: choose another in the rule")
    alarm = occasion.change.alarm
    trigger = {
        "kind": "rule",
        "alarm": dict(occasion.facts),
        "rule": {
            "id": str(occasion.rule_id),
            "name": occasion.rule.name,
            "values": dict(occasion.values),
        },
    }
    start = Start(
        trigger=trigger,
        subject=f"{alarm.managed_object} {alarm.title}",
        dedup_key=f"{occasion.key}:{index}",
        started_by=occasion.by,
    )
    with trace.joined(occasion.change.parent):
        run_id = start_run(occasion.session, occasion.tenant_id, flow_id, start, now=occasion.now)
    return {"flow": slug, "run_id": str(run_id) if run_id is not None else None}


def _set(occasion: Occasion, _index: int, action: Action) -> dict[str, Any]:
    filled = fill(dict(action.fields or {}), occasion.facts)
    fields = {key: value for key, value in filled.items() if not key.startswith(_ATTRIBUTE)}
    attributes = {
        key.removeprefix(_ATTRIBUTE): value
        for key, value in filled.items()
        if key.startswith(_ATTRIBUTE)
    }
    if attributes:
        fields["attributes"] = attributes
    set_fields(
        occasion.session,
        occasion.tenant_id,
        occasion.change.alarm.id,
        fields=fields,
        by=occasion.by,
        now=occasion.now,
    )
    return {"fields": fields}


def _acknowledge(occasion: Occasion, _index: int, _action: Action) -> dict[str, Any]:
    alarm_id = occasion.change.alarm.id
    acknowledge(occasion.session, occasion.tenant_id, alarm_id, by=occasion.by, now=occasion.now)
    return {}


def _suppress(occasion: Occasion, _index: int, action: Action) -> dict[str, Any]:
    alarm_id = occasion.change.alarm.id
    reason = fill(action.reason or "", occasion.facts)
    by = f"{occasion.by}: {reason}" if reason else occasion.by
    suppress(occasion.session, occasion.tenant_id, alarm_id, by=by, now=occasion.now)
    return {"reason": reason} if reason else {}


def _derive(occasion: Occasion, _index: int, action: Action) -> dict[str, Any]:
    """Put an alarm of the rule's own into the journal; it goes through the correlator itself."""
    alarm = occasion.change.alarm
    depth = alarm.attributes.get(DEPTH, 0)
    depth = depth + 1 if isinstance(depth, int) else 1
    if depth > DERIVE_DEPTH_MAX:
        raise InvalidError("alarms derived from derived alarms go no deeper: change the rule")
    said = fill(dict(action.fields or {}), occasion.facts)
    document = {
        "managed_object": alarm.managed_object,
        "perceived_severity": alarm.perceived_severity.value,
        "event_type": alarm.event_type,
        **said,
        "source": f"rule:{occasion.rule_id}",
        "external_id": occasion.key,
        "attributes": {**said.get("attributes", {}), DEPTH: depth},
    }
    event = parse_event({key: value for key, value in document.items() if value != ""})
    append(occasion.session, occasion.tenant_id, [event], now=occasion.now)
    wake_after_commit(occasion.session, "correlator")
    return {"managed_object": event.managed_object, "specific_problem": event.specific_problem}


_ACTIONS: Mapping[str, Callable[[Occasion, int, Action], dict[str, Any]]] = {
    "start": _start,
    "set": _set,
    "acknowledge": _acknowledge,
    "suppress": _suppress,
    "derive": _derive,
}
