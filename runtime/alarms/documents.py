"""An alarm as others see it: the frozen view, and the canonical JSON document made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.clock import format_instant
from runtime.alarms._tables import AlarmRow
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmView:
    """One alarm at one moment; text that was never said is ""."""

    id: UUID
    tenant_id: UUID
    condition_id: UUID
    previous_id: UUID | None
    source_id: UUID | None
    last_seq: int | None
    source: str
    external_id: str
    event_type: str
    probable_cause: str
    specific_problem: str
    text: str
    proposed_repair_actions: str
    threshold: Mapping[str, Any] | None
    managed_object: str
    managed_object_type: str
    place: str
    affected_services: tuple[str, ...]
    affected_customers: tuple[str, ...]
    service_affecting: bool | None
    attributes: Mapping[str, Any]
    perceived_severity: Severity
    reported_severity: Severity
    original_severity: Severity
    previous_severity: Severity | None
    is_active: bool
    first_raised_at: datetime
    last_raised_at: datetime
    changed_at: datetime
    cleared_at: datetime | None
    cleared_by: str
    reported_at: datetime
    first_reported_at: datetime | None
    expires_at: datetime | None
    count: int
    flap_count: int
    ack_state: AckState
    acked_at: datetime | None
    acked_by: str
    owner: str
    escalation_level: int
    escalate_at: datetime | None
    suppressed_at: datetime | None
    suppressed_by: str
    planned_outage: bool
    shelved_until: datetime | None
    shelved_by: str
    shelved_reason: str
    parent_id: UUID | None
    is_root_cause: bool

    @property
    def title(self) -> str:
        """Give the shortest words that say what is wrong."""
        return self.specific_problem or self.probable_cause or self.text.split("\n")[0] or "Alarm"

    @property
    def is_acknowledged(self) -> bool:
        """Tell whether somebody took it on."""
        return self.ack_state is AckState.ACKNOWLEDGED

    @property
    def is_shelved(self) -> bool:
        """Tell whether it is put aside for a while."""
        return self.shelved_until is not None

    @property
    def trend(self) -> str:
        """Say where the last change of severity went, in X.733's words (clause 8.1.2.6)."""
        before = self.previous_severity
        step = self.perceived_severity.rank - before.rank if before is not None else 0
        return ("lessSevere", "noChange", "moreSevere")[(step > 0) - (step < 0) + 1]


_FIELDS = tuple(
    name
    for name in AlarmView.__dataclass_fields__
    if name not in ("affected_services", "affected_customers")
)


def view_of(row: AlarmRow) -> AlarmView:
    """Freeze a row as it is now."""
    return view_of_facts({name: getattr(row, name) for name in AlarmView.__dataclass_fields__})


def view_of_facts(facts: Mapping[str, Any]) -> AlarmView:
    """Freeze a row that is at hand as its columns' values."""
    return AlarmView(
        affected_services=tuple(facts["affected_services"]),
        affected_customers=tuple(facts["affected_customers"]),
        **{name: facts[name] for name in _FIELDS},
    )


def alarm_document(alarm: AlarmView) -> dict[str, Any]:
    """Write the canonical JSON of an alarm: what rules, workflows and the API read.

    Every field is always there: text that was not said is "", instants and links that are not
    there are null.
    """
    return {
        "id": str(alarm.id),
        "managed_object": alarm.managed_object,
        "perceived_severity": alarm.perceived_severity.value,
        "event_type": alarm.event_type,
        "probable_cause": alarm.probable_cause,
        "specific_problem": alarm.specific_problem,
        "text": alarm.text,
        "source": alarm.source,
        "external_id": alarm.external_id,
        "managed_object_type": alarm.managed_object_type,
        "place": alarm.place,
        "affected_services": list(alarm.affected_services),
        "affected_customers": list(alarm.affected_customers),
        "service_affecting": alarm.service_affecting,
        "proposed_repair_actions": alarm.proposed_repair_actions,
        "threshold": dict(alarm.threshold) if alarm.threshold is not None else None,
        "attributes": dict(alarm.attributes),
        "original_severity": alarm.original_severity.value,
        "previous_severity": alarm.previous_severity.value if alarm.previous_severity else None,
        "trend": alarm.trend,
        "state": "raised" if alarm.is_active else "cleared",
        "raised_at": format_instant(alarm.first_raised_at),
        "last_raised_at": format_instant(alarm.last_raised_at),
        "changed_at": format_instant(alarm.changed_at),
        "cleared_at": _instant(alarm.cleared_at),
        "cleared_by": alarm.cleared_by,
        "reported_at": format_instant(alarm.reported_at),
        "first_reported_at": _instant(alarm.first_reported_at),
        "expires_at": _instant(alarm.expires_at),
        "count": alarm.count,
        "flap_count": alarm.flap_count,
        "ack_state": alarm.ack_state.value,
        "acked_at": _instant(alarm.acked_at),
        "acked_by": alarm.acked_by,
        "owner": alarm.owner,
        "escalation_level": alarm.escalation_level,
        "suppressed_by": alarm.suppressed_by,
        "planned_outage": alarm.planned_outage,
        "shelved_until": _instant(alarm.shelved_until),
        "shelved_by": alarm.shelved_by,
        "shelved_reason": alarm.shelved_reason,
        "parent": str(alarm.parent_id) if alarm.parent_id else None,
        "is_root_cause": alarm.is_root_cause,
        "previous": str(alarm.previous_id) if alarm.previous_id else None,
    }


def _instant(value: datetime | None) -> str | None:
    return format_instant(value) if value is not None else None
