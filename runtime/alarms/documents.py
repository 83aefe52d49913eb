"""An alarm as others see it: the frozen view, and the canonical JSON document made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from typing_extensions import override

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
    will_clear: bool | None
    reporting_system: str
    problem: str
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
    return {name: write(alarm) for name, write in _WRITTEN.items()}


def facts_while_it_stood(alarm: AlarmView) -> dict[str, Any]:
    """Write an alarm as it was while it stood: a cleared one keeps only that it is over."""
    facts = alarm_document(alarm)
    if not alarm.is_active:
        facts["perceived_severity"] = facts["previous_severity"] or facts["original_severity"]
    return facts


class AlarmFacts(Mapping[str, Any]):
    """The canonical JSON of an alarm, each field written when it is asked for.

    For rules, which ask for three or four of them, of every alarm there is.
    """

    __slots__ = ("_alarm",)

    def __init__(self, alarm: AlarmView) -> None:
        self._alarm = alarm

    @override
    def __getitem__(self, name: str) -> Any:
        return _WRITTEN[name](self._alarm)

    @override
    def __contains__(self, name: object) -> bool:
        return name in _WRITTEN

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(_WRITTEN)

    @override
    def __len__(self) -> int:
        return len(_WRITTEN)


def _instant(value: datetime | None) -> str | None:
    return format_instant(value) if value is not None else None


_WRITTEN: Mapping[str, Callable[[AlarmView], Any]] = {
    "id": lambda alarm: str(alarm.id),
    "managed_object": attrgetter("managed_object"),
    "perceived_severity": attrgetter("perceived_severity.value"),
    "event_type": attrgetter("event_type"),
    "probable_cause": attrgetter("probable_cause"),
    "specific_problem": attrgetter("specific_problem"),
    "text": attrgetter("text"),
    "source": attrgetter("source"),
    "external_id": attrgetter("external_id"),
    "managed_object_type": attrgetter("managed_object_type"),
    "place": attrgetter("place"),
    "affected_services": lambda alarm: list(alarm.affected_services),
    "affected_customers": lambda alarm: list(alarm.affected_customers),
    "service_affecting": attrgetter("service_affecting"),
    "will_clear": attrgetter("will_clear"),
    "reporting_system": attrgetter("reporting_system"),
    "problem": attrgetter("problem"),
    "proposed_repair_actions": attrgetter("proposed_repair_actions"),
    "threshold": lambda alarm: dict(alarm.threshold) if alarm.threshold is not None else None,
    "attributes": lambda alarm: dict(alarm.attributes),
    "original_severity": attrgetter("original_severity.value"),
    "previous_severity": lambda alarm: (
        alarm.previous_severity.value if alarm.previous_severity else None
    ),
    "trend": attrgetter("trend"),
    "state": lambda alarm: "raised" if alarm.is_active else "cleared",
    "raised_at": lambda alarm: format_instant(alarm.first_raised_at),
    "last_raised_at": lambda alarm: format_instant(alarm.last_raised_at),
    "changed_at": lambda alarm: format_instant(alarm.changed_at),
    "cleared_at": lambda alarm: _instant(alarm.cleared_at),
    "cleared_by": attrgetter("cleared_by"),
    "reported_at": lambda alarm: format_instant(alarm.reported_at),
    "first_reported_at": lambda alarm: _instant(alarm.first_reported_at),
    "expires_at": lambda alarm: _instant(alarm.expires_at),
    "count": attrgetter("count"),
    "flap_count": attrgetter("flap_count"),
    "ack_state": attrgetter("ack_state.value"),
    "acked_at": lambda alarm: _instant(alarm.acked_at),
    "acked_by": attrgetter("acked_by"),
    "owner": attrgetter("owner"),
    "escalation_level": attrgetter("escalation_level"),
    "suppressed_by": attrgetter("suppressed_by"),
    "planned_outage": attrgetter("planned_outage"),
    "shelved_until": lambda alarm: _instant(alarm.shelved_until),
    "shelved_by": attrgetter("shelved_by"),
    "shelved_reason": attrgetter("shelved_reason"),
    "parent": lambda alarm: str(alarm.parent_id) if alarm.parent_id else None,
    "is_root_cause": attrgetter("is_root_cause"),
    "previous": lambda alarm: str(alarm.previous_id) if alarm.previous_id else None,
}
