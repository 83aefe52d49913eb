"""Letting go of what nobody asks for any more: settled mails, links and sign-ups that ran out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tenancy.addresses import links
from tenancy.mails import outbox
from tenancy.sign_ups import store as sign_ups


def forget_old(session: Session, *, now: datetime) -> None:
    """Let go of all that is no longer kept."""
    outbox.forget_old(session, now=now)
    links.forget_old(session, now=now)
    sign_ups.forget_old(session, now=now)
