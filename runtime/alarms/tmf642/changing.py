"""Creating, patching and deleting alarms over TMF642."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import ConflictError, InvalidError, Problem, TooLargeError
from runtime.alarms import store
from runtime.alarms._storable import storage_problems
from runtime.alarms._tables import AlarmRow, ConditionRow, history_row
from runtime.alarms.documents import view_of
from runtime.alarms.intake.limits import event_bytes
from runtime.alarms.journal import note_cleared
from runtime.alarms.tmf642.dialect import Call
from runtime.alarms.tmf642.hub.outbox import record
from runtime.alarms.tmf642.linking import links_of
from runtime.alarms.tmf642.listing import get_document
from runtime.alarms.tmf642.mapping import event_of, kept_of, read_key
from runtime.alarms.tmf642.patching import Acts, acts_of
from runtime.alarms.tmf642.schemas import alarm_created
from runtime.alarms.tmf642.senders import take_from_sender
from runtime.wake import tell_pages_after_commit
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)

_AFTERWARDS = ("ackState", "comment", "parentAlarm", "correlatedAlarm")
_SIGNED = ("ackSystemId", "ackUserId")


def create_alarm(
    session: Session,
    tenant_id: UUID,
    document: Any,
    *,
    call: Call,
) -> dict[str, Any]:
    """Take an alarm in, apply it at once and give it as it is then.

    It may be one that is there already: whether it is, its identity says.

    Raises:
        InvalidError: it does not fit.
        ConflictError: it clears what is not active.
        TooLargeError: it is larger than an event of the tenant may be.
        TooManyEventsError: more events than may come now.
        PausedError: its sender's source is paused.
    """
    problems = storage_problems(document) if isinstance(document, dict) else []
    if problems:
        raise InvalidError("the alarm cannot be created so", problems=problems)
    alarm_created(call.dialect).require(document, "the alarm cannot be created so")
    most = event_bytes(session, tenant_id)
    if len(json.dumps(document)) > most:
        raise TooLargeError(f"the alarm is larger than {most:,} bytes: send less with it")
    event = event_of(document)
    change = take_from_sender(session, tenant_id, event, raw=document, now=call.now)
    if change is None:
        raise ConflictError("there is no active alarm of this identity to clear")
    alarm_id = change.alarm.id
    rest = {name: document[name] for name in _AFTERWARDS if name in document}
    if rest.get("ackState") == "unacknowledged":
        del rest["ackState"]
    if rest:
        rest |= {name: document[name] for name in _SIGNED if name in document}
        patch_alarm(session, tenant_id, alarm_id, rest, call=call)
    return get_document(session, tenant_id, alarm_id, call.dialect)


def patch_alarm(
    session: Session,
    tenant_id: UUID,
    alarm_id: UUID,
    patch: Mapping[str, Any],
    *,
    call: Call,
) -> dict[str, Any]:
    """Do what a patch asks, all of it or nothing, and give the alarm as it is then.

    Raises:
        NotFoundError: there is no such alarm.
        InvalidError: the patch does not fit.
        ConflictError: it gives a cleared alarm another severity.
    """
    row = get_owned(session, AlarmRow, tenant_id, alarm_id, name="alarm", lock=True)
    before = get_document(session, tenant_id, alarm_id, call.dialect)
    problems = storage_problems(patch)
    if problems:
        raise InvalidError("the alarm cannot be patched so", problems=problems)
    acts = acts_of(before, patch, kept=kept_of(view_of(row)), dialect=call.dialect, by=call.by)
    if not row.is_active and "perceived_severity" in acts.fields:
        raise ConflictError("the alarm is cleared: its severity is cleared and stays so")
    _carry_out(session, row, acts, by=call.by, now=call.now)
    return get_document(session, tenant_id, alarm_id, call.dialect)


def _carry_out(session: Session, row: AlarmRow, acts: Acts, *, by: str, now: datetime) -> None:
    where = (session, row.tenant_id, row.id)
    if acts.fields:
        store.set_fields(*where, fields=acts.fields, by=by, now=now)
    if acts.acknowledged is True:
        store.acknowledge(*where, by=acts.ack_by, now=now)
    if acts.acknowledged is False:
        store.unacknowledge(*where, by=acts.ack_by, now=now)
    for text, who in acts.comments:
        store.comment(*where, text=text, by=who, now=now)
    _regroup(session, row, acts, by=by, now=now)
    if acts.is_clear:
        store.clear_by_person(*where, by=acts.clear_by, now=now)


def _regroup(session: Session, row: AlarmRow, acts: Acts, *, by: str, now: datetime) -> None:
    where = (session, row.tenant_id)
    if acts.parent == "" and row.parent_id is not None:
        store.ungroup(*where, [row.id], by=by, now=now)
    if acts.parent:
        store.group_under(*where, _known(acts.parent, "parentAlarm"), [row.id], by=by, now=now)
    if acts.children is None:
        return
    wanted = {_known(one, "correlatedAlarm") for one in acts.children}
    there = links_of(*where, [row.id])[row.id].child_ids
    gone = [one for one in there if one not in wanted]
    if gone:
        store.ungroup(*where, gone, by=by, now=now)
    if wanted:
        store.group_under(*where, row.id, sorted(wanted), by=by, now=now)


def _known(text: str, name: str) -> UUID:
    found = read_key(text)
    if found is None:
        message = f"{name}: there is no alarm {text[:80]}"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return found


def delete_alarm(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> None:
    """Remove an alarm with its history; listeners are told, and runs that wait for its clearing.

    The next event of the same identity begins a new alarm.

    Raises:
        NotFoundError: there is no such alarm.
    """
    row = get_owned(session, AlarmRow, tenant_id, alarm_id, name="alarm", lock=True)
    under = links_of(session, tenant_id, [alarm_id])[alarm_id].child_ids
    grouped = [*under, alarm_id] if row.parent_id else under
    if grouped:
        store.ungroup(session, tenant_id, grouped, by=by, now=now)
    line = history_row(tenant_id, alarm_id, at=now, kind="deleted", by=by, facts={})
    record(session, tenant_id, [line], [view_of(row)])
    if row.is_active:
        note_cleared(session, tenant_id, alarm_id, now=now)
    session.execute(
        update(ConditionRow)
        .where(ConditionRow.tenant_id == tenant_id, ConditionRow.current_alarm_id == alarm_id)
        .values(current_alarm_id=None)
        .execution_options(synchronize_session=False)
    )
    session.delete(row)
    session.flush()
    log.info("alarm_deleted", alarm_id=str(alarm_id), by=by)
    facts = {"id": str(alarm_id), "at": format_instant(now)}
    tell_pages_after_commit(session, tenant_id, "alarms", facts)
