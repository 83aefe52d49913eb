"""The scheduler's part: what goes live or ends is told, newcomers too, and mails go."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from runtime.wake import tell_pages_after_commit
from tenancy.announcements import reaching

EVENT = "notices"
GREET_EVERY = timedelta(minutes=1)


class Announcing:
    """Lets announcements reach those they are for; one process does it at a time."""

    def __init__(self, sessions: sessionmaker[Session], reading: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._reading = reading
        self._greeted_at: datetime | None = None

    def round(self, *, now: datetime) -> None:
        """Do what is due; costs two small reads where nothing is."""
        with self._reading() as session:
            is_due = reaching.has_due(session, now=now)
        while is_due:
            is_due = self._tell(now=now)
        if self._greeted_at is None or now - self._greeted_at >= GREET_EVERY:
            self._greeted_at = now
            self._greet(now=now)

    def _tell(self, *, now: datetime) -> bool:
        with self._sessions() as session, session.begin():
            _tell_pages(session, reaching.tell_due(session, now=now))
            return reaching.mail_due(session, now=now) == reaching.BITE

    def _greet(self, *, now: datetime) -> None:
        with self._reading() as session:
            is_due = reaching.has_newcomers(session, now=now)
        if is_due:
            with self._sessions() as session, session.begin():
                _tell_pages(session, reaching.greet_newcomers(session, now=now))


def _tell_pages(session: Session, organisations: set[UUID]) -> None:
    for one in sorted(organisations):
        tell_pages_after_commit(session, one, EVENT, {})
