"""Marks of polled triggers: placed when a workflow is published, moved on when it was asked.

Publishing again leaves what was seen where the block and its settings are the same; with others it
begins anew. A newer version of the block goes on from what the older one saw, also where its
migrations changed the settings.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.ids import new_id, sha256_of
from runtime.polls._tables import PROBLEM_MAX, PollMark

DUE_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A polled trigger as it stands.

    Attributes:
        cursor: What the block gave the last time, to go on from; None at first.
        turn: How often what it saw was written.
        failures: How often it failed since it last went well.
        problem: Why it failed, or did not start a run; "" when all is well.
    """

    id: UUID
    tenant_id: UUID
    flow_id: UUID
    trigger_id: str
    cursor: Any
    turn: int
    due_at: datetime
    polled_at: datetime | None
    failures: int
    problem: str


def place_polls(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    triggers: Mapping[str, Mapping[str, Any]],
    *,
    anew: Collection[str],
    now: datetime,
) -> None:
    """Make the marks of a workflow fit the polled triggers that were just published.

    Those that begin `anew` forget what was seen; one whose settings changed otherwise, by an
    upgrade of its block, goes on from it.
    """
    wanted = {id_: _digest(one) for id_, one in triggers.items()}
    rows = session.scalars(
        select(PollMark).where(PollMark.tenant_id == tenant_id, PollMark.flow_id == flow_id)
    ).all()
    for row in rows:
        digest = wanted.pop(row.trigger_id, None)
        if digest is None:
            session.delete(row)
            continue
        if digest != row.digest:
            row.digest, row.turn = digest, row.turn + 1
            if row.trigger_id in anew:
                row.seen = None
        row.due_at, row.failures, row.problem = now, 0, ""
    for trigger_id, digest in wanted.items():
        session.add(
            PollMark(
                id=new_id(),
                tenant_id=tenant_id,
                flow_id=flow_id,
                trigger_id=trigger_id,
                digest=digest,
                due_at=now,
            )
        )
    session.flush()


def due_polls(session: Session, *, now: datetime) -> list[Poll]:
    """List what is to be asked now, the longest due first; call it in system scope."""
    wanted = (
        select(PollMark)
        .where(PollMark.due_at <= now)
        .order_by(PollMark.due_at, PollMark.id)
        .limit(DUE_AT_ONCE)
    )
    return [_poll_of(row) for row in session.scalars(wanted)]


def polls_of_flow(session: Session, tenant_id: UUID, flow_id: UUID) -> dict[str, Poll]:
    """Give the polls of a workflow by trigger."""
    rows = session.scalars(
        select(PollMark).where(PollMark.tenant_id == tenant_id, PollMark.flow_id == flow_id)
    )
    return {row.trigger_id: _poll_of(row) for row in rows}


def move_poll(
    session: Session, poll: Poll, *, cursor: Any, due_at: datetime, now: datetime
) -> bool:
    """Write what was seen; False when another process did, or the trigger changed meanwhile."""
    return _update(
        session,
        poll,
        seen={"cursor": cursor},
        turn=poll.turn + 1,
        due_at=due_at,
        polled_at=now,
        failures=0,
        problem="",
    )


def note_failure(
    session: Session, poll: Poll, problem: str, *, due_at: datetime, counts: bool
) -> bool:
    """Keep why a poll came to nothing, and when to ask again; what was seen stays."""
    failures = poll.failures + 1 if counts else poll.failures
    return _update(session, poll, due_at=due_at, failures=failures, problem=problem[:PROBLEM_MAX])


def put_off(session: Session, poll: Poll, *, due_at: datetime) -> bool:
    """Ask later: the workflow is paused, or not the one the mark was made for."""
    return _update(session, poll, due_at=due_at)


def _update(session: Session, poll: Poll, **values: Any) -> bool:
    moved = session.execute(
        update(PollMark)
        .where(
            PollMark.tenant_id == poll.tenant_id,
            PollMark.id == poll.id,
            PollMark.turn == poll.turn,
        )
        .values(**values)
        .returning(PollMark.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None


def _digest(trigger: Mapping[str, Any]) -> str:
    facts = {name: trigger.get(name) for name in ("block", "config")}
    return sha256_of(json.dumps(facts, sort_keys=True, separators=(",", ":")))


def _poll_of(row: PollMark) -> Poll:
    return Poll(
        id=row.id,
        tenant_id=row.tenant_id,
        flow_id=row.flow_id,
        trigger_id=row.trigger_id,
        cursor=(row.seen or {}).get("cursor"),
        turn=row.turn,
        due_at=row.due_at,
        polled_at=row.polled_at,
        failures=row.failures,
        problem=row.problem,
    )
