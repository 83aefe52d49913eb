"""What somebody does to the audit who has the database in their hands."""

from __future__ import annotations

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from tests.support.databases import as_owner

_TRIGGERS = ("audit_entry_unaltered", "audit_entry_kept")


def in_the_database(sessions: sessionmaker[Session], *statements: str) -> None:
    """Run statements past everything but the database itself, in one transaction of its owner."""
    with as_owner(_engine(sessions)) as connection:
        for statement in statements:
            connection.execute(text(statement))


def with_triggers_dropped(sessions: sessionmaker[Session], *statements: str) -> None:
    """Run statements when what refuses them was dropped, as its owner can."""
    on = " ON audit_entry" if _engine(sessions).dialect.name == "postgresql" else ""
    dropped = [f"DROP TRIGGER {one}{on}" for one in _TRIGGERS]
    in_the_database(sessions, *dropped, *statements)


def _engine(sessions: sessionmaker[Session]) -> Engine:
    with sessions() as session:
        found = session.get_bind()
        return found if isinstance(found, Engine) else found.engine
