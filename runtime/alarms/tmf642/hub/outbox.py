"""The outbox: what listeners are to be told is written in the transaction that did it.

Every line of an alarm's history passes here. Who has no hub pays one look-up by an index for a
whole batch; filters are judged here, so that what waits is what will be sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.kept import Kept
from runtime.alarms.documents import AlarmView
from runtime.alarms.tmf642.dialect import DIALECTS, Dialect, TaskKind
from runtime.alarms.tmf642.filters import Condition
from runtime.alarms.tmf642.hub._tables import TmfDelivery, TmfHub
from runtime.alarms.tmf642.hub.events import (
    Happened,
    alarm_event,
    event_paths,
    is_wanted,
    read_query,
    task_event,
    task_event_id,
    task_event_type,
    wants_type,
)
from runtime.alarms.tmf642.linking import links_of
from runtime.alarms.tmf642.mapping import document_of
from tenancy.rows import insert_many

_queries: Kept[tuple[str, str], list[Condition]] = Kept(1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A hub as the outbox needs it."""

    id: UUID
    dialect: Dialect
    conditions: list[Condition]


def record(
    session: Session,
    tenant_id: UUID,
    lines: Sequence[Mapping[str, Any]],
    alarms: Sequence[AlarmView],
) -> None:
    """Write what the tenant's listeners are to be told of these lines of history.

    Args:
        session: The transaction in which it happened.
        tenant_id: Whose alarms these are.
        lines: History rows as they are written.
        alarms: For each of them, the alarm right after it.
    """
    if not lines:
        return
    listeners = listeners_of(session, tenant_id)
    if not listeners:
        return
    happened = [
        Happened(alarm=alarm, kind=line["kind"], at=line["at"], facts=line["facts"])
        for line, alarm in zip(lines, alarms, strict=True)
    ]
    links = links_of(session, tenant_id, {one.alarm.id for one in happened})
    rows = [
        row
        for number, one in enumerate(happened)
        for listener in listeners
        if wants_type(listener.conditions, one.event_type)
        and (row := _alarm_row(tenant_id, listener, one, links=links, number=number))
    ]
    if rows:
        insert_many(session, TmfDelivery, rows)


def record_task(
    session: Session,
    tenant_id: UUID,
    kind: TaskKind,
    *,
    what: str,
    documents: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> None:
    """Write what listeners are to be told of a task.

    Args:
        session: The transaction in which it was carried out.
        tenant_id: Whose task it is.
        kind: Which kind.
        what: Create or StateChange.
        documents: The task in each version, by the version's name.
        now: The present instant.
    """
    rows = []
    for listener in listeners_of(session, tenant_id):
        dialect = listener.dialect
        event_type = task_event_type(kind, what, dialect)
        document = documents[dialect.name]
        key = task_event_id(UUID(document["id"]), what)
        body = task_event(event_type, document, event_id=key, at=now, dialect=dialect)
        if is_wanted(body, listener.conditions, event_paths(dialect)):
            rows.append(_row(tenant_id, listener, body, key=key, at=now))
    if rows:
        insert_many(session, TmfDelivery, rows)


def listeners_of(session: Session, tenant_id: UUID) -> list[Listener]:
    """Give the tenant's hubs, paused ones too: what happens meanwhile waits for them."""
    rows = session.execute(
        select(TmfHub.id, TmfHub.dialect, TmfHub.query)
        .where(TmfHub.tenant_id == tenant_id)
        .order_by(TmfHub.id)
    )
    return [
        Listener(id=row.id, dialect=DIALECTS[row.dialect], conditions=_conditions(row))
        for row in rows
    ]


def _conditions(row: Any) -> list[Condition]:
    key = (row.query, row.dialect)
    return _queries.get(key, lambda: read_query(row.query, DIALECTS[row.dialect]))


def _alarm_row(
    tenant_id: UUID,
    listener: Listener,
    happened: Happened,
    *,
    links: Mapping[UUID, Any],
    number: int,
) -> dict[str, Any] | None:
    key, dialect = happened.event_id(number), listener.dialect
    document = document_of(happened.alarm, links[happened.alarm.id], dialect)
    whole = {"event": {"alarm": document}, "eventType": happened.event_type}
    if not is_wanted(whole, listener.conditions, event_paths(dialect)):
        return None
    body = alarm_event(happened, document, event_id=key, dialect=dialect)
    return _row(tenant_id, listener, body, key=key, at=happened.at)


def _row(
    tenant_id: UUID, listener: Listener, body: Mapping[str, Any], *, key: UUID, at: datetime
) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "hub_id": listener.id,
        "event_id": key,
        "event_type": body["eventType"],
        "body": body,
        "made_at": at,
    }
