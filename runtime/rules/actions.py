"""What a firing does, in the transaction that records it.

An action that cannot be done (the workflow is gone, say) is told on the firing and stops neither
the other actions nor the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from kernel import trace
from kernel.errors import GarlandError, NotFoundError
from runtime.alarms.derived import DEPTH, deeper, depth_in
from runtime.alarms.journal import append
from runtime.alarms.model import parse_event
from runtime.alarms.store import clear_by_person, set_fields
from runtime.flows.lookup import find_flow_id
from runtime.rules.enriching import enrich, parted
from runtime.rules.filling import fill_alarm
from runtime.rules.grouping.correlating import correlate
from runtime.rules.model import Action
from runtime.rules.notices import notify
from runtime.rules.occasion import Occasion
from runtime.rules.placeholders import fill
from runtime.runs.start import Start, start_run
from runtime.wake import wake_after_commit


def act(occasion: Occasion) -> list[dict[str, Any]]:
    """Do the rule's actions in order; give for each what was done or why not."""
    return [_do(occasion, index, action) for index, action in enumerate(occasion.rule.then)]


def _do(occasion: Occasion, index: int, action: Action) -> dict[str, Any]:
    gathered = action.do in _GATHERED
    try:
        with nullcontext() if gathered else occasion.session.begin_nested():
            facts = _ACTIONS[action.do](occasion, index, action)
    except GarlandError as error:
        return {"do": action.do, "failed": error.message, "code": error.code}
    return {"do": action.do, **facts}


def _start(occasion: Occasion, index: int, action: Action) -> dict[str, Any]:
    slug = action.flow or ""
    flow_id = find_flow_id(occasion.session, occasion.tenant_id, slug)
    if flow_id is None:
        raise NotFoundError(f"the workflow {action.flow} is gone: choose another in the rule")
    alarm = occasion.alarm
    trigger = {
        "kind": "rule",
        "alarm": dict(occasion.facts),
        "rule": {
            "id": str(occasion.rule_id),
            "name": occasion.rule.name,
            "values": dict(occasion.verdict.judged.values),
        },
    }
    start = Start(
        trigger=trigger,
        subject=f"{alarm.managed_object} {alarm.title}",
        dedup_key=f"{occasion.key}:{index}",
        started_by=occasion.by,
    )
    with trace.joined(occasion.parent):
        run_id = start_run(occasion.session, occasion.tenant_id, flow_id, start, now=occasion.now)
    return {"flow": slug, "run_id": str(run_id) if run_id is not None else None}


def _set(occasion: Occasion, _index: int, action: Action) -> dict[str, Any]:
    fields = parted(fill(dict(action.fields or {}), occasion.facts))
    set_fields(
        occasion.session,
        occasion.tenant_id,
        occasion.alarm.id,
        fields=fields,
        by=occasion.by,
        now=occasion.now,
    )
    return {"fields": fields}


def _acknowledge(occasion: Occasion, _index: int, _action: Action) -> dict[str, Any]:
    occasion.marks.acknowledged.setdefault(occasion.alarm.id, occasion.by)
    return {}


def _clear(occasion: Occasion, _index: int, _action: Action) -> dict[str, Any]:
    alarm_id = occasion.alarm.id
    clear_by_person(
        occasion.session, occasion.tenant_id, alarm_id, by=occasion.by, now=occasion.now
    )
    occasion.parents.forget(alarm_id)
    return {}


def _suppress(occasion: Occasion, _index: int, action: Action) -> dict[str, Any]:
    reason = fill(action.reason or "", occasion.facts)
    by = f"{occasion.by}: {reason}" if reason else occasion.by
    occasion.marks.suppressed.setdefault(occasion.alarm.id, by)
    return {"reason": reason} if reason else {}


def _derive(occasion: Occasion, _index: int, action: Action) -> dict[str, Any]:
    """Put an alarm of the rule's own into the journal; it goes through the correlator itself."""
    alarm = occasion.alarm
    depth = deeper(depth_in(alarm.attributes), remedy="change the rule")
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


_Act = Callable[[Occasion, int, Action], dict[str, Any]]
# What these do is written at the batch's end: they need no transaction of their own.
_GATHERED = frozenset({"acknowledge", "suppress", "correlate"})
_ACTIONS: Mapping[str, _Act] = {
    "acknowledge": _acknowledge,
    "suppress": _suppress,
    "start": _start,
    "set": _set,
    "clear": _clear,
    "correlate": correlate,
    "enrich": enrich,
    "fill": fill_alarm,
    "notify": notify,
    "derive": _derive,
}
