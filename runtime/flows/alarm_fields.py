"""The fields of an alarm in plain words, as JSON Schema: what a step reads of `trigger.alarm`.

The names are those of X.733 and TMF642 as Garland writes them; every field is always there, and
what was never said is "" or null. Pure.
"""

from __future__ import annotations

from typing import Any

_TEXT, _COUNT, _TRUTH = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
_TEXTS = {"type": "array", "items": _TEXT}
_MAYBE = {"type": ["string", "null"]}
_MAYBE_TRUTH = {"type": ["boolean", "null"]}
_FIELDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("managed_object", "Managed object", _TEXT),
    ("perceived_severity", "Perceived severity", _TEXT),
    ("specific_problem", "Specific problem", _TEXT),
    ("text", "Text", _TEXT),
    ("probable_cause", "Probable cause", _TEXT),
    ("event_type", "Event type", _TEXT),
    ("raised_at", "Raised at", _TEXT),
    ("place", "Place", _TEXT),
    ("attributes", "Further attributes", {"type": "object"}),
    ("affected_services", "Affected services", _TEXTS),
    ("affected_customers", "Affected customers", _TEXTS),
    ("service_affecting", "Service affecting", _MAYBE_TRUTH),
    ("source", "Source", _TEXT),
    ("id", "Id here", _TEXT),
    ("external_id", "Source's own id", _TEXT),
    ("managed_object_type", "Kind of object", _TEXT),
    ("proposed_repair_actions", "Proposed repair actions", _TEXT),
    ("threshold", "Threshold", {"type": ["object", "null"]}),
    ("state", "Raised or cleared", _TEXT),
    ("count", "Times raised", _COUNT),
    ("flap_count", "Times reopened", _COUNT),
    ("trend", "Trend of the severity", _TEXT),
    ("original_severity", "Severity at first", _TEXT),
    ("previous_severity", "Severity before", _MAYBE),
    ("last_raised_at", "Raised again at", _TEXT),
    ("changed_at", "Changed at", _TEXT),
    ("cleared_at", "Cleared at", _MAYBE),
    ("cleared_by", "Cleared by", _TEXT),
    ("reported_at", "Reported at", _TEXT),
    ("first_reported_at", "First reported at", _MAYBE),
    ("expires_at", "Expires at", _MAYBE),
    ("ack_state", "Acknowledgement", _TEXT),
    ("acked_at", "Acknowledged at", _MAYBE),
    ("acked_by", "Acknowledged by", _TEXT),
    ("owner", "Owner", _TEXT),
    ("escalation_level", "Escalation level", _COUNT),
    ("planned_outage", "In planned work", _TRUTH),
    ("suppressed_by", "Suppressed by", _TEXT),
    ("shelved_until", "Shelved until", _MAYBE),
    ("shelved_by", "Shelved by", _TEXT),
    ("shelved_reason", "Why it was shelved", _TEXT),
    ("will_clear", "Its source clears it", _MAYBE_TRUTH),
    ("reporting_system", "Reporting system", _TEXT),
    ("problem", "Problem record", _TEXT),
    ("is_root_cause", "Is the root cause", _TRUTH),
    ("parent", "Alarm it belongs under", _MAYBE),
    ("previous", "Alarm before it", _MAYBE),
)
ALARM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Alarm",
    "required": [name for name, _, _ in _FIELDS],
    "properties": {name: {**kind, "title": title} for name, title, kind in _FIELDS},
}
"""In the order in which people look for the fields, those that matter most first."""
