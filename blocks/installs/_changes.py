"""The number that grows with every change to what anybody has installed."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from blocks.installs._tables import THE_ONLY, InstallsChange
from tenancy.scope import system

_KNOWN = "garland.blocks.change"
_NUMBER = select(InstallsChange.number).where(InstallsChange.id == THE_ONLY)
_NUMBER_AS_TEXT = str(_NUMBER.compile(compile_kwargs={"literal_binds": True}))


def last_change(session: Session) -> int | None:
    """Give the number, read once in a transaction; None where this one made a change itself.

    What a transaction changed may yet be rolled back, so it must not be kept under a number.
    """
    known = session.info.get(_KNOWN)
    if known is not None and known[0] is session.get_transaction():
        number: int | None = known[1]
        return number
    found = _read_number(session)
    session.info[_KNOWN] = (session.get_transaction(), found)
    return found


def _read_number(session: Session) -> int:
    """Ask by the driver's own cursor: every batch of runs does, and more costs threefold."""
    with system(session):
        cursor = session.connection().connection.cursor()
    try:
        cursor.execute(_NUMBER_AS_TEXT)
        row = cursor.fetchone()
    finally:
        cursor.close()
    return int(row[0]) if row else 0


def note_change(session: Session) -> None:
    """Let every process see that something changed, once this transaction is committed.

    Changes wait for each other here, so the numbers grow in the order of commits.
    """
    session.flush()
    more = update(InstallsChange).where(InstallsChange.id == THE_ONLY)
    session.execute(
        more.values(number=InstallsChange.number + 1).execution_options(synchronize_session=False)
    )
    session.info[_KNOWN] = (session.get_transaction(), None)
