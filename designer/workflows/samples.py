"""A made-up alarm, for trying a workflow before a real one came."""

from __future__ import annotations

from typing import Any

SAMPLE_ALARM: dict[str, Any] = {
    "id": "00000000-0000-7000-8000-000000000000",
    "managed_object": "link-7",
    "perceived_severity": "critical",
    "event_type": "communicationsAlarm",
    "probable_cause": "lossOfSignal",
    "specific_problem": "Loss of signal",
    "text": "Loss of signal on link-7",
    "source": "sample",
    "external_id": "",
    "affected_services": [],
    "attributes": {"site": "Bern"},
    "state": "raised",
    "count": 1,
    "ack_state": "unacknowledged",
}
