"""The alarms that a step looks for: its filter in the words of the alarm list."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.alarm_filters import NAMES, WantedAlarms, found
from runtime.alarms.documents import alarm_document
from runtime.alarms.filters import read_id
from runtime.alarms.model import Severity
from runtime.alarms.store import AlarmFilter, count_fitting, list_alarms

_SORTS = {"newest": "-last_raised_at", "oldest": "last_raised_at", "severity": "-severity"}
_ACKS = {None: "", True: "acknowledged", False: "unacknowledged"}


def find_documents(session: Session, tenant_id: UUID, wanted: WantedAlarms) -> dict[str, Any]:
    """Give the tenant's alarms that fit, as documents, and how many there are."""
    parent_id = read_id(wanted.parent) if wanted.parent else None
    if wanted.parent and parent_id is None:
        return found([], 0)
    said = asdict(wanted)
    filter_ = AlarmFilter(
        state="" if wanted.state == "all" else wanted.state,
        severities=frozenset(Severity(one) for one in wanted.severities),
        ack=_ACKS[wanted.acknowledged],
        parent_id=parent_id,
        attributes=tuple(sorted(wanted.attributes.items())),
        began_since=wanted.began_since,
        began_until=wanted.began_before,
        **{name: said[name] for name in NAMES},
    )
    where = (session, tenant_id, filter_)
    alarms = list_alarms(*where, sort=_SORTS[wanted.sort], limit=wanted.limit)
    return found([alarm_document(one) for one in alarms], count_fitting(*where))
