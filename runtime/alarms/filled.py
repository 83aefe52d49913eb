"""Journal events that were filled before they were judged: written back over what came.

So what is judged live is what a backtest reads, whatever becomes of the inventory. What was sent
stays beside it, as `raw`.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, update
from sqlalchemy.orm import Session

from kernel import trace
from runtime.alarms._tables import JournalEntry
from runtime.alarms.journal import JournalRow
from tenancy.scope import owned_connection

_STATEMENT = (
    update(JournalEntry)
    .where(JournalEntry.seq == bindparam("of_seq"))
    .values(
        event=bindparam("filled", type_=JournalEntry.event.type),
        raw=func.coalesce(JournalEntry.raw, bindparam("sent", type_=JournalEntry.raw.type)),
    )
)


def write_filled(
    session: Session, tenant_id: UUID, rows: Sequence[tuple[JournalRow, JournalRow]]
) -> None:
    """Write events over those they were made of, in the transaction that judges them.

    Args:
        session: The caller's transaction.
        tenant_id: Whose rows these are, every one.
        rows: Each row as it came, and as it is filled.
    """
    if not rows:
        return
    connection = owned_connection(session, tenant_id, of=JournalEntry.__name__)
    written = [
        {"of_seq": came.seq, "filled": _with_trace(filled), "sent": came.event}
        for came, filled in rows
    ]
    connection.execute(_STATEMENT, written)


def _with_trace(row: JournalRow) -> dict[str, object]:
    return row.event if row.parent is None else {**row.event, trace.HEADER: str(row.parent)}
