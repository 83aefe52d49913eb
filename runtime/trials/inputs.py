"""Inputs that trials of a workflow were started with, kept by name for the next time.

Everybody who may try the workflow shares them. One may be the default: what a trial offers first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Text, cast, func, select, update
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.flows.versions import flow_names, get_flow
from runtime.runs.blobs import size_of
from runtime.runs.values import safe_trigger
from runtime.trials._tables import NAME_MAX, RecordedInput
from tenancy.rows import get_owned

KEPT_MAX = 50
INPUT_MAX_BYTES = 256_000
_ALARM = cast(RecordedInput.trigger["alarm"].as_string(), Text)
"""An object begins with a brace, however a database writes it."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One kept input.

    Attributes:
        trigger: What expressions see as `trigger`, its secrets too; `shown` is for people.
    """

    id: UUID
    name: str
    trigger_id: str
    trigger: Mapping[str, Any]
    shown: Any
    is_default: bool
    kept_by: str
    kept_at: datetime


def list_inputs(session: Session, tenant_id: UUID, flow_id: UUID) -> list[Recorded]:
    """List what was kept for a workflow, the default first, then by name; raises NotFoundError."""
    draft = get_flow(session, tenant_id, flow_id).draft
    rows = session.scalars(
        select(RecordedInput)
        .where(*_mine(tenant_id, flow_id))
        .order_by(RecordedInput.is_default.desc(), func.lower(RecordedInput.name))
    )
    return [_recorded(row, draft) for row in rows]


def input_names(session: Session, tenant_id: UUID, flow_id: UUID) -> list[tuple[UUID, str]]:
    """List id and name of what was kept for a workflow, in the order of `list_inputs`."""
    rows = session.execute(
        select(RecordedInput.id, RecordedInput.name)
        .where(*_mine(tenant_id, flow_id))
        .order_by(RecordedInput.is_default.desc(), func.lower(RecordedInput.name))
    )
    return [(row.id, row.name) for row in rows]


def find_input(
    session: Session, tenant_id: UUID, flow_id: UUID, input_id: UUID | None
) -> Recorded | None:
    """Give a kept input, the default where none is named; None where there is no such one."""
    wanted = RecordedInput.is_default if input_id is None else RecordedInput.id == input_id
    row = session.scalar(select(RecordedInput).where(*_mine(tenant_id, flow_id), wanted).limit(1))
    return _recorded(row, get_flow(session, tenant_id, flow_id).draft) if row is not None else None


def list_alarm_inputs(session: Session, tenant_id: UUID) -> list[tuple[UUID, str, str]]:
    """List the kept inputs with an alarm: id, name, and that of the workflow; at most 50.

    Those that were used last are first: rules, which start workflows, are tried on them too.
    """
    rows = session.execute(
        select(RecordedInput.id, RecordedInput.name, RecordedInput.flow_id)
        .where(RecordedInput.tenant_id == tenant_id, _ALARM.startswith("{"))
        .order_by(RecordedInput.used_at.desc(), RecordedInput.id)
        .limit(KEPT_MAX)
    ).all()
    flows = flow_names(session, tenant_id, {row.flow_id for row in rows})
    return [(row.id, row.name, flows[row.flow_id]) for row in rows]


def alarm_of_input(session: Session, tenant_id: UUID, input_id: UUID) -> Mapping[str, Any]:
    """Give the alarm of a kept input of any workflow, masked; raises NotFoundError."""
    row = get_owned(session, RecordedInput, tenant_id, input_id, name="recorded input")
    draft = get_flow(session, tenant_id, row.flow_id).draft
    alarm: Any = safe_trigger(row.trigger, draft).get("alarm")
    if not isinstance(alarm, dict):
        raise NotFoundError("no such recorded input with an alarm", id=str(input_id))
    return alarm


def keep_input(  # noqa: PLR0913  what, under which name, by whom
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    name: str,
    *,
    trigger_id: str,
    trigger: Mapping[str, Any],
    by: str,
    now: datetime,
) -> UUID:
    """Keep what a trial is started with; the same name replaces what was kept under it.

    Raises:
        NotFoundError: no such workflow.
        InvalidError: the name is empty or too long, the input too large, or too many are kept.
    """
    get_flow(session, tenant_id, flow_id)
    named, before = _named(name), None
    mine = _mine(tenant_id, flow_id)
    before = session.scalar(select(RecordedInput).where(*mine, RecordedInput.name == named))
    if before is None:
        _require_room(session, tenant_id, flow_id)
        before = RecordedInput(id=new_id(), tenant_id=tenant_id, flow_id=flow_id, name=named)
        session.add(before)
    _require_small(trigger)
    before.trigger_id, before.trigger = trigger_id, dict(trigger)
    before.kept_by, before.kept_at, before.used_at = by, now, now
    session.flush()
    log.info("trial_input_kept", flow_id=str(flow_id))
    return before.id


def take_input(
    session: Session, tenant_id: UUID, flow_id: UUID, input_id: UUID, *, now: datetime
) -> Recorded:
    """Give a kept input to start a trial with; raises NotFoundError."""
    row = _row(session, tenant_id, flow_id, input_id)
    row.used_at = now
    return _recorded(row, get_flow(session, tenant_id, flow_id).draft)


def rename_input(
    session: Session, tenant_id: UUID, flow_id: UUID, input_id: UUID, name: str
) -> None:
    """Give a kept input another name.

    Raises:
        NotFoundError: no such input.
        InvalidError: the name is empty, too long, or another's.
    """
    row, named = _row(session, tenant_id, flow_id, input_id), _named(name)
    taken = select(RecordedInput.id).where(
        *_mine(tenant_id, flow_id), RecordedInput.name == named, RecordedInput.id != input_id
    )
    if session.scalar(taken) is not None:
        message = f"name: another input is called {named}: choose a different name"
        raise InvalidError("the name is taken", problems=[Problem("/name", message)])
    row.name = named


def forget_input(session: Session, tenant_id: UUID, flow_id: UUID, input_id: UUID) -> str:
    """Let go of a kept input and give its name; raises NotFoundError."""
    row = _row(session, tenant_id, flow_id, input_id)
    session.delete(row)
    return row.name


def offer_first(session: Session, tenant_id: UUID, flow_id: UUID, input_id: UUID | None) -> None:
    """Make a kept input what trials offer first, or none; raises NotFoundError."""
    row = _row(session, tenant_id, flow_id, input_id) if input_id is not None else None
    session.execute(
        update(RecordedInput).where(*_mine(tenant_id, flow_id)).values(is_default=False)
    )
    if row is not None:
        row.is_default = True
    session.flush()


def _recorded(row: RecordedInput, draft: Mapping[str, Any]) -> Recorded:
    return Recorded(
        id=row.id,
        name=row.name,
        trigger_id=row.trigger_id,
        trigger=row.trigger,
        shown=safe_trigger(row.trigger, draft),
        is_default=row.is_default,
        kept_by=row.kept_by,
        kept_at=row.kept_at,
    )


def _named(name: str) -> str:
    named = name.strip()
    if named and len(named) <= NAME_MAX and "\0" not in named:
        return named
    message = f"name: give it a name of 1 to {NAME_MAX} characters"
    raise InvalidError("the input needs a name", problems=[Problem("/name", message)])


def _require_room(session: Session, tenant_id: UUID, flow_id: UUID) -> None:
    mine = select(func.count()).select_from(RecordedInput).where(*_mine(tenant_id, flow_id))
    if (session.scalar(mine) or 0) >= KEPT_MAX:
        message = f"name: {KEPT_MAX} inputs are kept for this workflow: delete one first"
        raise InvalidError("no more inputs can be kept", problems=[Problem("/name", message)])


def _require_small(trigger: Mapping[str, Any]) -> None:
    size_bytes = size_of(trigger)
    if size_bytes > INPUT_MAX_BYTES:
        message = (
            f"the input has {size_bytes:,} bytes and at most {INPUT_MAX_BYTES:,} are kept: "
            "shorten it"
        )
        raise InvalidError("the input is too large to keep", problems=[Problem("", message)])


def _row(session: Session, tenant_id: UUID, flow_id: UUID, input_id: UUID) -> RecordedInput:
    row = get_owned(session, RecordedInput, tenant_id, input_id, name="recorded input")
    if row.flow_id != flow_id:
        raise NotFoundError("no such recorded input of this workflow", id=str(input_id))
    return row


def _mine(tenant_id: UUID, flow_id: UUID) -> tuple[Any, ...]:
    return RecordedInput.tenant_id == tenant_id, RecordedInput.flow_id == flow_id
