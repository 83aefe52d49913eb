"""A step's own place in an installation: what it keeps, how far it is, whether it should stop."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs._tables import Run, StepRecord, StepState
from runtime.runs.paths import split
from runtime.runs.plan import UNDO
from runtime.runs.telling import tell_pages
from runtime.runs.withheld import without
from runtime.step_state.owners import Owner
from runtime.step_state.store import find_value, keys_of
from tenancy.scope import as_tenant, bind

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0


def owner_of(run: RunRow, path: str) -> Owner:
    """Say whose values a step keeps: its own, whatever round of a loop it stands in."""
    return Owner(run.tenant_id, run.flow_id, split(path)[1].removesuffix(UNDO))


@dataclass(frozen=True, slots=True)
class SegmentDesk:
    """Of a light step, in the transaction at hand: it is over before anybody could look."""

    session: Session
    run: RunRow
    path: str

    def kept(self, key: str, /) -> Any:
        """Return the value kept under a key."""
        with as_tenant(self.session, self.run.tenant_id):
            return find_value(self.session, owner_of(self.run, self.path), key)

    def kept_keys(self) -> list[str]:
        """List the keys there are."""
        with as_tenant(self.session, self.run.tenant_id):
            return keys_of(self.session, owner_of(self.run, self.path))

    def report(self, _fraction: float, _text: str, /) -> None:
        """Show nothing: what is said would be seen together with the end."""

    def is_cancelled(self) -> bool:
        """Say no: the run is locked while this goes on."""
        return False


@dataclass(slots=True)
class ApartDesk:
    """Of a step that runs apart from any transaction: each question gets a session."""

    sessions: sessionmaker[Session]
    run: RunRow
    record: RecordRow
    looked_at: float = field(init=False, default=0.0)
    saw_cancelled: bool = field(init=False, default=False)

    def kept(self, key: str, /) -> Any:
        """Return the value kept under a key."""
        with self.sessions() as session:
            bind(session, self.run.tenant_id)
            return SegmentDesk(session, self.run, self.record.step).kept(key)

    def kept_keys(self) -> list[str]:
        """List the keys there are."""
        with self.sessions() as session:
            bind(session, self.run.tenant_id)
            return SegmentDesk(session, self.run, self.record.step).kept_keys()

    def report(self, fraction: float, text: str, /) -> None:
        """Show it on the run's page; a database that is away keeps nobody from working."""
        try:
            told = without(text, self.record.withheld)
            self._write({"fraction": fraction, "text": told}, utc_now())
        except DBAPIError as error:
            log.warning("progress_not_written", reason=type(error).__name__)

    def is_cancelled(self) -> bool:
        """Look at the run, at most once a second: cancelled, or taken over by another worker?"""
        now = time.monotonic()
        if not self.saw_cancelled and now - self.looked_at >= LOOK_EVERY_S:
            self.looked_at = now
            self.saw_cancelled = self._is_unwanted()
        return self.saw_cancelled

    def _write(self, said: dict[str, Any], now: datetime) -> None:
        with self.sessions() as session, session.begin():
            bind(session, self.run.tenant_id)
            written = session.execute(
                update(StepRecord)
                .where(
                    StepRecord.tenant_id == self.run.tenant_id,
                    StepRecord.id == self.record.id,
                    StepRecord.fence == self.record.fence,
                    StepRecord.state == StepState.RUNNING,
                )
                .values(progress=said, progress_at=now)
                .returning(StepRecord.id)
            )
            if written.first() is not None:
                tell_pages(session, self.run, now=now)

    def _is_unwanted(self) -> bool:
        wanted = (
            select(Run.state, Run.wish, StepRecord.fence, StepRecord.state)
            .join(StepRecord, StepRecord.run_id == Run.id)
            .where(Run.tenant_id == self.run.tenant_id, Run.id == self._run_id)
            .where(StepRecord.tenant_id == self.run.tenant_id, StepRecord.id == self.record.id)
        )
        with self.sessions() as session:
            bind(session, self.run.tenant_id)
            found = session.execute(wanted).first()
        if found is None:
            return True
        run_state, wish, fence, state = found
        is_ours = fence == self.record.fence and state is StepState.RUNNING
        return run_state.is_over or "cancel" in (wish or {}) or not is_ours

    @property
    def _run_id(self) -> UUID:
        return self.run.id
