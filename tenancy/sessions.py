"""Who a browser session belongs to, and what ends it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from flask_login import UserMixin
from sqlalchemy.orm import Session

log = structlog.get_logger(__name__)


class SignedIn(UserMixin):  # type: ignore[misc]
    """The person Flask-Login keeps in the session; its id is the person's."""

    def __init__(self, person_id: str) -> None:
        self.id = person_id


def on_password_changed(_session: Session, person_id: UUID, *, now: datetime) -> None:
    """Do what follows from a new password: the one place where sessions end by it."""
    log.info("password_changed", person_id=str(person_id), at=now.isoformat())
