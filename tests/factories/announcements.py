"""Builders of announcements."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import format_instant
from tenancy.announcements.store import AnnouncementView
from tenancy.announcements.writing import publish, write_announcement
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON

HOUR = timedelta(hours=1)


def said(**facts: Any) -> dict[str, Any]:
    """Give the document of an information to all."""
    return {"kind": "information", "title": "News", "text": "Something is new.", **facts}


def work(*, starts: datetime = NOON + 24 * HOUR, hours: int = 4, **facts: Any) -> dict[str, Any]:
    """Give the document of a planned maintenance."""
    times = {
        "work_starts": format_instant(starts),
        "work_ends": format_instant(starts + hours * HOUR),
    }
    return said(**{"kind": "maintenance", "title": "Core upgrade", **times, **facts})


def draft(session: Session, who: Acting, document: dict[str, Any]) -> AnnouncementView:
    """Write a draft at noon."""
    with as_tenant(session, who.tenant_id):
        return write_announcement(session, who, document, now=NOON)


def published(
    session: Session, who: Acting, document: dict[str, Any] | None = None, *, now: datetime = NOON
) -> AnnouncementView:
    """Publish an announcement."""
    made = draft(session, who, document or said())
    with as_tenant(session, who.tenant_id):
        return publish(session, who, made.id, now=now)
