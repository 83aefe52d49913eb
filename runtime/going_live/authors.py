"""Who had a hand in a draft since it was published, written whenever a draft is.

The mapper tells of every change, whichever way it came (a page, REST, a pack, a version taken
back), so that no door leaves out who went through it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import Table, delete, event, insert, select, update
from sqlalchemy.orm import Session, attributes, object_session

from kernel.acting import acting_in
from kernel.ids import new_id
from runtime.going_live._tables import DraftAuthor, PublishRequest
from runtime.going_live.model import WHO_MAX, RequestState
from tenancy.policies import key_of

Subject = Literal["flow_id", "rule_id"]
_AUTHORS = cast("Table", DraftAuthor.__table__)


def note_authors_of(model: type[Any], subject: Subject) -> None:
    """Note from now on who changes the drafts of a table; `subject` is the column that names it."""

    def note(_mapper: Any, connection: Any, row: Any) -> None:
        if attributes.get_history(row, "draft").has_changes():
            _note(connection, row, subject)

    event.listen(model, "after_insert", note)
    event.listen(model, "after_update", note)


def authors_of(
    session: Session, tenant_id: UUID, subject: Subject, id_: UUID, *, until: int | None = None
) -> dict[str, str]:
    """Give who had a hand in what is not live yet, up to a revision: names by who answers."""
    wanted = select(DraftAuthor.who, DraftAuthor.name).where(
        DraftAuthor.tenant_id == tenant_id, _is(subject, id_)
    )
    if until is not None:
        wanted = wanted.where(DraftAuthor.first <= until)
    return {row.who: row.name for row in session.execute(wanted)}


def settle(
    session: Session,
    tenant_id: UUID,
    subject: Subject,
    id_: UUID,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Note that a draft went live as it was at a revision: what others asked for is passed by."""
    mine = (DraftAuthor.tenant_id == tenant_id, _is(subject, id_))
    quiet = {"synchronize_session": False}
    session.execute(
        delete(DraftAuthor).where(*mine, DraftAuthor.last <= revision).execution_options(**quiet)
    )
    session.execute(
        update(DraftAuthor)
        .where(*mine, DraftAuthor.first <= revision)
        .values(first=revision + 1)
        .execution_options(**quiet)
    )
    pass_by(session, tenant_id, subject, id_, now=now)


def pass_by(
    session: Session, tenant_id: UUID, subject: Subject, id_: UUID, *, now: datetime
) -> None:
    """End what is asked for a subject, since something newer takes its place."""
    session.execute(
        update(PublishRequest)
        .where(
            PublishRequest.tenant_id == tenant_id,
            getattr(PublishRequest, subject) == id_,
            PublishRequest.state == RequestState.OPEN,
        )
        .values(state=RequestState.SUPERSEDED, ended_at=now, notice_at=None)
        .execution_options(synchronize_session="fetch")
    )


def _is(subject: Subject, id_: UUID) -> Any:
    return getattr(DraftAuthor, subject) == id_


def _note(connection: Any, row: Any, subject: Subject) -> None:
    """Write it by the flush's own connection: a session must not be used while it flushes."""
    session = object_session(row)
    who = acting_in(session, row.tenant_id) if session is not None else None
    key = key_of(who.vouched_by if who is not None else getattr(row, "draft_by_id", None))
    columns = _AUTHORS.c
    mine = (columns[subject] == row.id, columns.who == key)
    known = connection.execute(select(columns.id).where(*mine)).first()
    said = {"name": row.updated_by[:WHO_MAX], "last": row.draft_revision}
    if known is not None:
        connection.execute(update(_AUTHORS).where(columns.id == known.id).values(**said))
        return
    new = {"id": new_id(), "tenant_id": row.tenant_id, subject: row.id, "who": key}
    connection.execute(insert(_AUTHORS).values(**new, first=row.draft_revision, **said))
