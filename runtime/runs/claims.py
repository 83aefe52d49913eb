"""Which runs are advanced next, and which steps performed: those due, tenants taking turns.

Tenants with due work are found by skipping through an index from one to the next, so that a
backlog of any length costs no more than a short one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from itertools import zip_longest
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.db import UtcDateTime
from runtime.limits.book import Known
from runtime.runs._rows import RecordRow, RunRow, lock_records, lock_runs
from runtime.runs._tables import Run, StepRecord
from runtime.runs.places import has_place, under_way_by_tenant
from runtime.standing import of_those_at_work
from runtime.turns import Turns


def due_tenants(
    due_at: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]
) -> Select[UUID]:
    """Make the query of the tenants with a row due at the parameter `now`; for system scope.

    A loose index scan: the index must begin with the conditions' columns, then `tenant_id` and
    `due_at`. Make it once: putting it together costs more than running it.
    """
    table = due_at.class_
    of_due = (due_at.is_not(None), *conditions)
    first = select(table.tenant_id).where(*of_due).order_by(table.tenant_id).limit(1)
    tenants = select(first.scalar_subquery().label("id")).cte("tenants", recursive=True)
    following = (
        select(table.tenant_id)
        .where(*of_due, table.tenant_id > tenants.c.id)
        .order_by(table.tenant_id)
        .limit(1)
        .correlate(tenants)
    )
    tenants = tenants.union_all(
        select(following.scalar_subquery()).where(tenants.c.id.is_not(None))
    )
    earliest = select(func.min(due_at)).where(*of_due, table.tenant_id == tenants.c.id)
    return select(tenants.c.id).where(
        tenants.c.id.is_not(None),
        earliest.correlate(tenants).scalar_subquery() <= bindparam("now", type_=UtcDateTime()),
    )


def has_due_runs(session: Session, *, now: datetime) -> bool:
    """Tell whether a run wants to be advanced; in system scope."""
    due = select(Run.id).where(Run.due_at <= now, of_those_at_work(session, Run.tenant_id))
    return session.scalar(due.limit(1)) is not None


def groups_with_due_steps(session: Session, *, now: datetime) -> list[str]:
    """List the worker groups with a step to perform; in system scope."""
    of_whom = of_those_at_work(session, StepRecord.tenant_id)
    wanted = select(StepRecord.worker_group).where(StepRecord.due_at <= now, of_whom).distinct()
    return list(session.scalars(wanted))


@cache  # made at first use: only then are the types of foreign keys known
def _tenants_with_runs() -> Select[UUID]:
    return due_tenants(Run.due_at)


@cache
def _tenants_with_steps() -> Select[UUID]:
    return due_tenants(StepRecord.due_at, StepRecord.worker_group == bindparam("worker_group"))


class Due(NamedTuple):
    """Due runs in turns.

    Attributes:
        few: How many of them hold all that those tenants have who have fewer than their share.
    """

    runs: list[RunRow]
    few: int


class Claims:
    """Chooses due runs; remembers how much each tenant was served."""

    def __init__(self) -> None:
        self._turns = Turns()

    def lock_due(self, session: Session, *, now: datetime, limit: int, limits: Known) -> Due:
        """Lock due runs, tenants taking turns; in system scope. Who is not at work waits."""
        due = session.scalars(_tenants_with_runs(), {"now": now})
        tenants = [one for one in due if one not in limits.stopped]
        shares = self._turns.share(tenants, limit, limits.weights)
        by_tenant = [
            lock_runs(session, and_(Run.tenant_id == tenant_id, Run.due_at <= now), limit=share)
            for tenant_id, share in shares.items()
        ]
        runs = [run for turn in zip_longest(*by_tenant) for run in turn if run is not None]
        few = {
            tenant_id
            for found, (tenant_id, share) in zip(by_tenant, shares.items(), strict=True)
            if len(found) < share
        }
        places = [at for at, run in enumerate(runs, 1) if run.tenant_id in few]
        return Due(runs, max(places, default=len(runs)))


class StepClaims:
    """Chooses due steps; remembers how much each tenant was served."""

    def __init__(self) -> None:
        self._turns = Turns()
        self._lock = Lock()

    def lock_due(
        self,
        session: Session,
        worker_groups: Sequence[str],
        *,
        now: datetime,
        limits: Known,
        crowding: Collection[UUID] = (),
    ) -> RecordRow | None:
        """Lock one due step of the groups, or give None; in system scope.

        Tenants in `crowding`, those with as many steps under way as they may have, and those
        that are not at work wait.
        """
        for group in worker_groups:
            known = {"now": now, "worker_group": group}
            tenants = list(session.scalars(_tenants_with_steps(), known))
            taken = under_way_by_tenant(session) if tenants else {}
            tenants = [
                one
                for one in tenants
                if one not in crowding
                and one not in limits.stopped
                and taken.get(one, 0) < limits.of(one).steps_at_once
            ]
            while tenants:
                with self._lock:
                    (tenant_id,) = self._turns.share(tenants, 1, limits.weights)
                most = limits.of(tenant_id).steps_at_once
                if not has_place(session, tenant_id, taken=taken.get(tenant_id, 0), most=most):
                    tenants.remove(tenant_id)
                    continue
                found = lock_records(
                    session,
                    StepRecord.worker_group == group,
                    StepRecord.tenant_id == tenant_id,
                    StepRecord.due_at <= now,
                )
                if found:
                    return found[0]
                tenants.remove(tenant_id)
        return None
