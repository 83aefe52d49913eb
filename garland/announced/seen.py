"""That somebody saw announcements is noted once the page that shows them is sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import after_this_request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.http import acting, after_answer, db_session
from tenancy.announcements.reading import ReceivedView, disruptions_for, note_seen
from tenancy.scope import as_tenant


def note_shown(found: Iterable[ReceivedView]) -> None:
    """Note, after the answer, that the reader saw these; nobody waits for it.

    Who looks in as the provider's support, and a program, is nobody of the organisation.
    """
    who, now = acting(), utc_now()
    person_id = who.person_id
    ids = [one.id for one in found if one.seen_at is None]
    if not ids or person_id is None or who.delegated is not None:
        return

    def write(session: Session) -> None:
        with as_tenant(session, who.tenant_id):
            note_seen(session, who.tenant_id, person_id, ids, now=now)

    @after_this_request
    def note_then(response: Any) -> Response:
        after_answer(response, write)
        return response  # type: ignore[no-any-return]


def disruptions_shown() -> list[ReceivedView]:
    """Give the disruptions that go on, for the line at the top of the page, and note that."""
    who = acting()
    if who.person_id is None:
        return []
    found = disruptions_for(db_session(), who.tenant_id, who.person_id, now=utc_now())
    note_shown(found)
    return found
