"""The scheduler's part in deletions: small transactions, until all is done or the time is up.

Nothing is remembered between rounds: whoever takes over finds in the deletion's row how far it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.deleting._tables import Deletion
from runtime.deleting.asking import locked
from runtime.deleting.biting import BITE, bite
from runtime.deleting.going import begin, count_gone, finish, ids_of
from runtime.deleting.model import Stage
from runtime.deleting.stock import only_theirs, take_stock
from runtime.moving.receiving import snapshot
from tenancy.scope import system

log = structlog.get_logger(__name__)

BUDGET_S = 5.0
PAUSE_S = 0.02


@dataclass(kw_only=True)
class Deleting:
    """Deletes what is to be deleted, a round at a time.

    Attributes:
        forget: Removes what Redis keeps of an organisation; how many keys, None without Redis.
        may_go_on: Asked before each step; False ends the round, such as when another leads.
        clock: Tells when a deletion was finished.
        pause: Waits between two bites, so that others who write get their turn.
        most: How many rows a bite takes.
    """

    sessions: sessionmaker[Session]
    reading: sessionmaker[Session]
    forget: Callable[[UUID], int | None] = lambda _: None
    may_go_on: Callable[[], bool] = lambda: True
    clock: Callable[[], datetime] = utc_now
    pause: Callable[[float], None] = time.sleep
    most: int = BITE

    def round(self, *, now: datetime, budget_s: float = BUDGET_S) -> int:
        """Do what is due until nothing is, or the time is up; give how many were finished.

        One that fails says so on its page and is tried anew in the next round; the others go on.
        """
        ends, finished = time.monotonic() + budget_s, 0
        for deletion_id, stage in self._due(now):
            try:
                if stage is Stage.ASKED and not self._begin(deletion_id, now):
                    continue
                finished += self._go_on(deletion_id, ends)
            except Exception as error:
                log.exception("deletion_failed", deletion=str(deletion_id))
                self._note_failed(deletion_id, error)
        return finished

    def _go_on(self, deletion_id: UUID, ends: float) -> bool:
        """Take steps until it is finished, which is True, or the time is up."""
        while time.monotonic() < ends and self.may_go_on():
            if self._step(deletion_id):
                return True
            self.pause(PAUSE_S)
        return False

    def _note_failed(self, deletion_id: UUID, error: Exception) -> None:
        """Let its page say that it failed; the error's words may tell of data: the log has them."""
        with self.sessions.begin() as session, system(session):
            row = locked(session, deletion_id)
            if row is not None and row.stage.is_open:
                row.problem = (
                    f"a step failed ({type(error).__name__}) and is tried again by itself: if this "
                    "stays, look for deletion_failed in the scheduler's log"
                )

    def _due(self, now: datetime) -> list[tuple[UUID, Stage]]:
        due = and_(Deletion.stage == Stage.ASKED, Deletion.due_at <= now)
        wanted = select(Deletion.id, Deletion.stage).where(
            or_(Deletion.stage == Stage.UNDER_WAY, due)
        )
        with self.reading() as session, system(session):
            rows = session.execute(wanted.order_by(Deletion.due_at, Deletion.id))
            return [(row.id, row.stage) for row in rows]

    def _begin(self, deletion_id: UUID, now: datetime) -> bool:
        with self.sessions.begin() as session:
            return begin(session, deletion_id, now=now)

    def _step(self, deletion_id: UUID) -> bool:
        """Take one step, a transaction of its own; True once the deletion is finished."""
        with self.reading() as session, system(session):
            row = session.get_one(Deletion, deletion_id)
            ids, has_stock = ids_of(row), "rows" in row.work
        if not has_stock:
            self._take_stock(deletion_id, ids)
            return False
        if self._bite(deletion_id, ids):
            return False
        found = [self.forget(one) for one in ids]
        known = [one for one in found if one is not None]
        redis_keys = sum(known) if len(known) == len(found) else None
        with self.sessions.begin() as session:
            with system(session):
                row = locked(session, deletion_id)
            return finish(session, row, redis_keys=redis_keys, now=self.clock())

    def _take_stock(self, deletion_id: UUID, ids: list[UUID]) -> None:
        with snapshot(self.reading) as session:
            stock = take_stock(session, ids)
            packages = only_theirs(session, ids)
        with self.sessions.begin() as session, system(session):
            row = locked(session, deletion_id)
            row.work = {**row.work, **stock, "packages": packages}
            row.problem = ""

    def _bite(self, deletion_id: UUID, ids: list[UUID]) -> bool:
        """Delete some rows and write down how many, in one transaction; False where none is."""
        with self.sessions.begin() as session, system(session):
            row = locked(session, deletion_id)
            gone = bite(session, ids, most=self.most)
            if gone:
                count_gone(row, gone)
                row.problem = ""
        return bool(gone)
