"""What a source sent lately, beside what it became: the event, and the alarm that it is of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel import trace
from kernel.errors import InvalidError
from runtime.alarms._tables import ConditionRow, JournalEntry
from runtime.alarms.model import parse_event
from runtime.alarms.sources.listing import SourceView

SHOWN = 10
TEXT_MAX = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One event that was taken.

    Attributes:
        seq: Its place in the journal.
        raw: What was sent, as text.
        event: The canonical event that it became; `became` is the same as text.
        alarm_id: The alarm it is of; None until the correlator has dealt with it.
        mapping_version: Of the mapping that read it; None where there was none.
    """

    seq: int
    at: datetime
    raw: str
    event: Mapping[str, Any]
    became: str
    alarm_id: UUID | None
    mapping_version: int | None


def samples_of(session: Session, source: SourceView, *, limit: int = SHOWN) -> list[Sample]:
    """List what a source sent last, newest first, as far as the journal still keeps it."""
    instants = [datetime.fromisoformat(one) for one in source.recent]
    if not instants:
        return []
    rows = session.execute(
        select(
            JournalEntry.seq,
            JournalEntry.received_at,
            JournalEntry.event,
            JournalEntry.raw,
            JournalEntry.mapping_version,
        )
        .where(
            JournalEntry.tenant_id == source.tenant_id,
            JournalEntry.received_at.in_(instants),
            JournalEntry.source_id == source.id,
        )
        .order_by(JournalEntry.received_at.desc(), JournalEntry.seq.desc())
        .limit(limit)
    ).all()
    documents = [
        {name: one for name, one in row.event.items() if name != trace.HEADER} for row in rows
    ]
    known = _alarms_of(session, source.tenant_id, [_key_of(one) for one in documents])
    return [
        Sample(
            seq=row.seq,
            at=row.received_at,
            raw=_shown(document if row.raw is None else row.raw),
            event=document,
            became=_shown(document),
            alarm_id=known.get(_key_of(document)),
            mapping_version=row.mapping_version,
        )
        for row, document in zip(rows, documents, strict=True)
    ]


def _alarms_of(session: Session, tenant_id: UUID, keys: list[str]) -> dict[str, UUID]:
    found = session.execute(
        select(ConditionRow.dedup_key, ConditionRow.current_alarm_id).where(
            ConditionRow.tenant_id == tenant_id, ConditionRow.dedup_key.in_(keys)
        )
    )
    return {row[0]: row[1] for row in found if row[1] is not None}


def _key_of(document: Mapping[str, Any]) -> str:
    try:
        return parse_event(document).dedup_key
    except InvalidError:
        return ""


def _shown(raw: Any) -> str:
    text = json.dumps(raw, indent=2, ensure_ascii=False)
    return text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + "\n…"
