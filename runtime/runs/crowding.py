"""How many runs of a tenant may be under way or waiting: letting begin, parking, refusing.

A run over the limit of those under way is parked: recorded and not due. As others end, those that
were parked first go on; whoever advances runs sees to it when some have ended, and the scheduler
each second for what was missed. Runs that a step of another run called, and trials, are never
parked: somebody waits for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, literal, select, update
from sqlalchemy.orm import Session

from kernel.errors import TooManyError
from runtime.limits.book import Known, LimitsBook, book_of, limits_of
from runtime.runs._tables import Run, RunState
from runtime.wake import wake_after_commit
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

ANSWERED = frozenset({"manual", "webhook"})
"""Kinds of trigger with somebody at the other end, who can be told to come back."""
RETRY_AFTER_S = 10
AT_ONCE_MAX = 40
"""So many parked runs go on in one transaction: each costs a twentieth of a millisecond."""
LOOK_AFTER_PART = 40


class TooManyRunsError(TooManyError):
    """So many runs of the tenant wait to begin that another is refused."""

    code = "runtime.too_many_runs"


def refuse_if_too_many_wait(session: Session, tenant_id: UUID, kind: str) -> None:
    """Refuse a start while too many runs wait, if there is somebody to tell.

    What rules, schedules and other workflows start is never refused: nobody would come back.

    Raises:
        TooManyRunsError: with the limit, and who can raise it.
    """
    book, most = book_of(session), limits_of(session, tenant_id).runs_waiting
    key = ("runs_waiting", tenant_id)
    if not book.is_full(key, most, lambda: count_waiting(session, tenant_id, at_most=most)):
        book.add(key, 1)
        return
    if kind in ANSWERED:
        raise TooManyRunsError(
            f"{most:,} runs wait to begin, as many as may (runs_waiting): nothing was started. "
            "Try again later; whoever runs this installation can raise the limit",
            retry_after_s=RETRY_AFTER_S,
            limit=most,
        )
    log.warning("run_queued_over_limit", tenant_id=str(tenant_id), limit=most, by=kind)


def has_to_park(session: Session, tenant_id: UUID) -> bool:
    """Tell whether a run must wait until fewer of the tenant's are under way, and count it in."""
    book, most = book_of(session), limits_of(session, tenant_id).runs_at_once
    key = ("runs_at_once", tenant_id)
    if book.is_full(key, most, lambda: _taken(session, tenant_id, most)):
        return True
    book.add(key, 1)
    return False


def with_room(ended: Mapping[UUID, int], book: LimitsBook, known: Known) -> list[UUID]:
    """Choose the tenants of which enough runs have ended to look for parked ones.

    A fortieth of what may be under way: letting them go on one by one would cost more, and many
    together would keep others from writing meanwhile.
    """
    found = []
    for tenant_id, number in ended.items():
        key = ("ended", tenant_id)
        before = book.counted(key, lambda: 0)
        enough = known.of(tenant_id).runs_at_once // LOOK_AFTER_PART
        if before + number >= enough:
            found.append(tenant_id)
            number = -before  # noqa: PLW2901  from the start
        book.add(key, number)
    return found


def with_parked(session: Session, tenant_ids: Collection[UUID], book: LimitsBook) -> list[UUID]:
    """Choose those of some tenants that have parked runs; in system scope."""
    found = []
    for tenant_id in tenant_ids:
        with as_tenant(session, tenant_id):
            if book.counted(("parked", tenant_id), lambda: _has_parked(session, tenant_id)):  # noqa: B023  called at once
                found.append(tenant_id)
    return found


def let_parked_go_on(
    session: Session, tenant_ids: Collection[UUID], known: Known, *, now: datetime
) -> int:
    """Let parked runs of these tenants go on where there is room; in system scope."""
    begun = 0
    for tenant_id in tenant_ids:
        with as_tenant(session, tenant_id):
            begun += _let_go_on(session, tenant_id, known.of(tenant_id).runs_at_once, now=now)
    return begun


def tenants_with_parked(session: Session) -> list[UUID]:
    """List the tenants that have parked runs; in system scope."""
    found: list[UUID] = []
    wanted = select(Run.tenant_id).where(Run.parked).order_by(Run.tenant_id).limit(1)
    following = session.scalar(wanted)
    while following is not None:
        found.append(following)
        following = session.scalar(wanted.where(Run.tenant_id > following))
    return found


def let_all_parked_go_on(session: Session, *, now: datetime) -> int:
    """Let parked runs of every tenant go on where there is room: the scheduler's part."""
    with system(session):
        known, tenants = book_of(session).known(session), tenants_with_parked(session)
        return let_parked_go_on(session, tenants, known, now=now)


def count_under_way(session: Session, tenant_id: UUID, *, at_most: int) -> int:
    """Count a tenant's runs under way; no further than `at_most`."""
    return _count(
        session,
        at_most,
        Run.tenant_id == tenant_id,
        Run.ended_at.is_(None),
        Run.parked.is_(False),
        Run.held.is_(False),
    )


def count_waiting(session: Session, tenant_id: UUID, *, at_most: int) -> int:
    """Count a tenant's runs that have not begun; no further than `at_most`."""
    return _count(session, at_most, Run.tenant_id == tenant_id, Run.state == RunState.QUEUED)


def _count(session: Session, at_most: int, *where: ColumnElement[bool]) -> int:
    found = select(literal(1)).select_from(Run).where(*where).limit(at_most).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _taken(session: Session, tenant_id: UUID, most: int) -> int:
    """Count what is under way; where runs are parked, nobody may overtake them."""
    if _has_parked(session, tenant_id):
        return most
    return count_under_way(session, tenant_id, at_most=most)


def _has_parked(session: Session, tenant_id: UUID) -> int:
    wanted = select(Run.id).where(Run.tenant_id == tenant_id, Run.parked).limit(1)
    return int(session.scalar(wanted) is not None)


def _let_go_on(session: Session, tenant_id: UUID, most: int, *, now: datetime) -> int:
    room = most - count_under_way(session, tenant_id, at_most=most)
    if room <= 0:
        return 0
    first = session.scalars(
        select(Run.id)
        .where(Run.tenant_id == tenant_id, Run.parked)
        .order_by(Run.started_at, Run.id)
        .limit(min(room, AT_ONCE_MAX))
        .with_for_update()  # in order, so that two who do this wait for each other and not for ever
    ).all()
    session.execute(
        update(Run)
        .where(Run.tenant_id == tenant_id, Run.id.in_(first), Run.parked)
        .values(parked=False, due_at=now)
        .execution_options(synchronize_session=False)
    )
    wake_after_commit(session, "runs")
    return len(first)
