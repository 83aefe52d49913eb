"""What somebody does to the audit who has the database in their hands."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from tenancy.scope import system

_TRIGGERS = ("audit_entry_unaltered", "audit_entry_kept")


def in_the_database(sessions: sessionmaker[Session], *statements: str) -> None:
    """Run statements past everything but the database itself, in one transaction."""
    with sessions.begin() as session, system(session):
        for statement in statements:
            session.connection().execute(text(statement))


def with_triggers_dropped(sessions: sessionmaker[Session], *statements: str) -> None:
    """Run statements when what refuses them was dropped, as its owner can."""
    on = " ON audit_entry" if _dialect(sessions) == "postgresql" else ""
    dropped = [f"DROP TRIGGER {one}{on}" for one in _TRIGGERS]
    in_the_database(sessions, *dropped, *statements)


def _dialect(sessions: sessionmaker[Session]) -> str:
    with sessions() as session:
        return session.get_bind().dialect.name
