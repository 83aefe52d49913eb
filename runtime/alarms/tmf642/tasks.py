"""Tasks: acknowledging, clearing, commenting and grouping many alarms with one call.

A task is carried out in the request that asks for it, so it is done when it is answered. It ends
`terminatedWithError` when a pattern met no alarm, or an alarm could not be treated so; what was
done to the others stays, and both are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.alarms import store
from runtime.alarms._storable import storage_problems
from runtime.alarms.documents import AlarmView
from runtime.alarms.tmf642.dialect import DIALECTS, RESULTS, Call, Dialect, TaskKind
from runtime.alarms.tmf642.filters import conditions_of_pattern, paths_of
from runtime.alarms.tmf642.hub._tables import TmfTask
from runtime.alarms.tmf642.hub.outbox import record_task
from runtime.alarms.tmf642.listing import find_matching
from runtime.alarms.tmf642.mapping import read_key, reference
from runtime.alarms.tmf642.schemas import task_created
from runtime.alarms.tmf642.signature import sign

log = structlog.get_logger(__name__)

ALARMS_MAX = 1_000
TASKS_KEPT = 1_000
_OF_REFERENCES = frozenset({"id", "href", "name"})
_Act = Callable[[UUID], Any]


@dataclass(slots=True)
class Outcome:
    """What a task came to."""

    done: list[str] = field(default_factory=list)
    failed: list[Mapping[str, Any]] = field(default_factory=list)
    problem: str = ""

    def fail(self, what: Mapping[str, Any], why: str) -> None:
        """Note what could not be done; the first reason is told."""
        self.failed.append(what)
        self.problem = self.problem or why


def create_task(
    session: Session,
    tenant_id: UUID,
    kind: TaskKind,
    document: Any,
    *,
    call: Call,
) -> dict[str, Any]:
    """Carry a task out and give it as it is then.

    Raises:
        InvalidError: it does not fit, or means more alarms than one task may.
    """
    task_created(kind, call.dialect).require(document, "the task cannot be created so")
    problems = storage_problems(document)
    if problems:
        raise InvalidError("the task cannot be created so", problems=problems)
    asked = {name: value for name, value in document.items() if name != RESULTS[kind]}
    task = TmfTask(
        id=new_id(),
        tenant_id=tenant_id,
        kind=kind.value,
        state="acknowledged",
        asked=asked,
        outcome={},
        created_at=call.now,
    )
    session.add(task)
    _tell(session, task, "Create", now=call.now)
    is_grouping = kind in (TaskKind.GROUP, TaskKind.UNGROUP)
    outcome = (
        _group(session, task, by=call.by, now=call.now)
        if is_grouping
        else _treat(session, task, _act(session, task, by=call.by, now=call.now), call.dialect)
    )
    task.state = "terminatedWithError" if outcome.failed else "done"
    task.outcome = {
        "done": outcome.done,
        "failed": outcome.failed,
        "problem": outcome.problem,
    }
    session.flush()
    _tell(session, task, "StateChange", now=call.now)
    _forget_old(session, tenant_id)
    facts = {"kind": kind.value, "done": len(outcome.done), "failed": len(outcome.failed)}
    log.info("alarm_task_done", task_id=str(task.id), by=call.by, **facts)
    return task_document(task, call.dialect)


def list_tasks(
    session: Session, tenant_id: UUID, kind: TaskKind, dialect: Dialect
) -> list[dict[str, Any]]:
    """Give the tasks of a kind that are kept, the newest first."""
    rows = session.scalars(
        select(TmfTask)
        .where(TmfTask.tenant_id == tenant_id, TmfTask.kind == kind.value)
        .order_by(TmfTask.id.desc())
        .limit(TASKS_KEPT)
    )
    return [task_document(row, dialect) for row in rows]


def get_task(
    session: Session, tenant_id: UUID, kind: TaskKind, key: UUID, dialect: Dialect
) -> dict[str, Any]:
    """Give one task; raises NotFoundError."""
    row = session.scalar(
        select(TmfTask).where(
            TmfTask.tenant_id == tenant_id, TmfTask.kind == kind.value, TmfTask.id == key
        )
    )
    if row is None:
        raise NotFoundError("no such task", id=str(key))
    return task_document(row, dialect)


def task_document(task: TmfTask, dialect: Dialect) -> dict[str, Any]:
    """Write a task in a version of TMF642."""
    kind = TaskKind(task.kind)
    name = dialect.task_name(kind)
    outcome = task.outcome or {}
    document = {
        **(_typed(task.asked) if dialect.needs_type else task.asked),
        "id": str(task.id),
        "href": dialect.href(name, task.id),
        "@type": name[0].upper() + name[1:],
        "state": task.state,
        RESULTS[kind]: [reference(UUID(one), dialect) for one in outcome.get("done", ())],
    }
    if outcome.get("failed"):
        document |= {"failedAlarm": outcome["failed"], "errorMessage": outcome["problem"]}
    return document


def _typed(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a task was created with, each object saying its type: v4 lets it be left out."""
    found = dict(asked)
    for name in ("alarmPattern", "correlatedAlarm"):
        if name in found:
            found[name] = [_typed_alarm(one) for one in found[name]]
    if "parentAlarm" in found:
        found["parentAlarm"] = _typed_alarm(found["parentAlarm"])
    if "comment" in found:
        found["comment"] = {"@type": "Comment", **found["comment"]}
    return found


def _typed_alarm(alarm: Mapping[str, Any]) -> dict[str, Any]:
    return {"@type": "AlarmRef" if alarm.keys() <= _OF_REFERENCES else "Alarm", **alarm}


def _treat(session: Session, task: TmfTask, act: _Act, dialect: Dialect) -> Outcome:
    outcome, known = Outcome(), paths_of(dialect)
    wanted: dict[UUID, None] = {}
    where = (session, task.tenant_id)
    patterns = task.asked["alarmPattern"]
    conditions = [conditions_of_pattern(one, known) for one in patterns]
    for pattern, condition in zip(patterns, conditions, strict=True):
        found = find_matching(*where, condition, dialect=dialect, most=ALARMS_MAX + 1)
        wanted.update(dict.fromkeys(found))
        if len(wanted) > ALARMS_MAX:
            message = f"alarmPattern: over {ALARMS_MAX:,} alarms match; narrow the patterns"
            raise InvalidError(message, problems=[Problem("/alarmPattern", message)])
        if not found:
            outcome.fail(pattern, "no alarm matches the pattern")
    for alarm_id in sorted(wanted):
        act(alarm_id)
        outcome.done.append(str(alarm_id))
    return outcome


def _act(session: Session, task: TmfTask, *, by: str, now: datetime) -> _Act:
    where, asked = (session, task.tenant_id), task.asked
    match TaskKind(task.kind):
        case TaskKind.ACK:
            by = sign(asked["ackUserId"], asked["ackSystemId"])
            return lambda key: store.acknowledge(*where, key, by=by, now=now)
        case TaskKind.UNACK:
            by = sign(asked["ackUserId"], asked["ackSystemId"])
            return lambda key: store.unacknowledge(*where, key, by=by, now=now)
        case TaskKind.CLEAR:
            by = sign(asked["clearUserId"], asked["clearSystemId"])
            return lambda key: store.clear_by_person(*where, key, by=by, now=now)
        case _:
            said = asked["comment"]
            user, system = said.get("userId") or by, said.get("systemId")
            by = sign(user, system) if system else user
            return lambda key: store.comment(*where, key, text=said["comment"], by=by, now=now)


def _group(session: Session, task: TmfTask, *, by: str, now: datetime) -> Outcome:
    """Put the named alarms under the parent, or take them out; those that are there at all."""
    outcome, asked = Outcome(), task.asked
    who = sign(by, asked["sourceSystemId"])
    parent = _find(session, task, asked["parentAlarm"])
    is_grouping = task.kind == TaskKind.GROUP
    chosen: dict[UUID, Mapping[str, Any]] = {}
    for ref in asked["correlatedAlarm"]:
        child = _find(session, task, ref)
        if parent is None or child is None:
            which = "parentAlarm" if parent is None else "correlatedAlarm"
            outcome.fail(ref, f"{which}: there is no such alarm")
        elif not is_grouping and child.parent_id != parent.id:
            outcome.fail(ref, "correlatedAlarm: it is not under this parent")
        else:
            chosen[child.id] = ref
    if parent is None or not chosen:
        return outcome
    where = (session, task.tenant_id)
    try:
        if is_grouping:
            store.group_under(*where, parent.id, list(chosen), by=who, now=now)
        else:
            store.ungroup(*where, list(chosen), by=who, now=now)
    except InvalidError as error:
        for ref in chosen.values():
            outcome.fail(ref, error.message)
        return outcome
    outcome.done += [str(one) for one in chosen]
    return outcome


def _find(session: Session, task: TmfTask, ref: Mapping[str, Any]) -> AlarmView | None:
    key = read_key(str(ref["id"]))
    return store.find_alarm(session, task.tenant_id, key) if key is not None else None


def _tell(session: Session, task: TmfTask, what: str, *, now: datetime) -> None:
    documents = {name: task_document(task, one) for name, one in DIALECTS.items()}
    session.flush()
    record_task(
        session, task.tenant_id, TaskKind(task.kind), what=what, documents=documents, now=now
    )


def _forget_old(session: Session, tenant_id: UUID) -> None:
    mine = TmfTask.tenant_id == tenant_id
    newest = select(TmfTask.id).where(mine).order_by(TmfTask.id.desc())
    last = session.scalar(newest.offset(TASKS_KEPT).limit(1))
    if last is not None:
        session.execute(delete(TmfTask).where(mine, TmfTask.id <= last))
