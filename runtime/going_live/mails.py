"""Mails to those who may say yes to what is asked to be published.

Sent by a periodic job, like those of approvals: a mail is claimed before it is sent, so two
schedulers never send the same one, and a process that dies in between leaves the claim to run out.
A mail holds the question and the note, and nothing of what is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import BlockError, MailMessage
from kernel.ids import new_secret
from runtime.going_live._tables import PublishRequest
from runtime.going_live.model import RequestState
from runtime.mailing import CLAIM_FOR, TRY_AGAIN_AFTER, Mail
from tenancy.brand.store import brand_for, home_of
from tenancy.members import list_members
from tenancy.organisations import get_organisation
from tenancy.people import find_active_person
from tenancy.policies import key_of, publishing_policy
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

ROUND_MAX = 50
RECIPIENTS_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One mail that this process alone may send until its claim runs out."""

    request_id: UUID
    tenant_id: UUID
    name: str
    note: str
    asked_by: str
    until: datetime
    permission: str
    kept_out: frozenset[str]
    claim: str


def send_due(
    sessions: sessionmaker[Session],
    mail: Mail,
    public_url: str,
    *,
    now: datetime,
    at_most: int = ROUND_MAX,
) -> int:
    """Send the mails that are due, at most so many; give how many were sent.

    Without a mail server nothing is claimed: mails wait until it is set up.
    """
    sent = 0
    for _ in range(at_most if mail.host else 0):
        notice = _claim(sessions, now=now)
        if notice is None:
            break
        sent += _send(sessions, mail, notice, _written(sessions, notice, public_url), now=now)
    return sent


def _claim(sessions: sessionmaker[Session], *, now: datetime) -> Notice | None:
    claim = new_secret("n")
    with sessions() as session, session.begin(), system(session):
        row = session.scalar(
            select(PublishRequest)
            .where(
                PublishRequest.notice_at <= now,
                PublishRequest.state == RequestState.OPEN,
                PublishRequest.until > now,
            )
            .order_by(PublishRequest.notice_at, PublishRequest.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        row.notice_at, row.notice_claim = now + CLAIM_FOR, claim
        return Notice(
            request_id=row.id,
            tenant_id=row.tenant_id,
            name=row.name,
            note=row.note,
            asked_by=row.asked_by,
            until=row.until,
            permission="workflows.publish" if row.flow_id is not None else "rules.publish",
            kept_out=frozenset({*row.authors, row.asked_key}),
            claim=claim,
        )


def _written(
    sessions: sessionmaker[Session], notice: Notice, public_url: str
) -> MailMessage | None:
    """Write the mail; None when nobody may say yes at present."""
    with sessions() as session, as_tenant(session, notice.tenant_id):
        role = publishing_policy(session, notice.tenant_id).yes_role
        people = [
            one.email
            for one in list_members(session, notice.tenant_id)
            if notice.permission in one.permissions
            and role in ("", one.role)
            and key_of(one.person_id) not in notice.kept_out
            and find_active_person(session, one.person_id) is not None
        ][:RECIPIENTS_MAX]
        organisation = get_organisation(session, notice.tenant_id)
        brand = brand_for(session, notice.tenant_id)
    if not people:
        return None
    page = f"/t/{organisation.slug}/publish-requests/{notice.request_id}"
    home = home_of(brand, public_url)
    where = home + page if home else f"Open {brand.name} and choose Approvals."
    lines = [
        f"{notice.asked_by} asks to publish {notice.name} of {organisation.name}.",
        "",
        *([notice.note, ""] if notice.note else []),
        f"Say yes or no before {notice.until:%Y-%m-%d %H:%M} UTC.",
        "",
        where,
    ]
    return MailMessage(
        to=tuple(people),
        subject=f"Publish {notice.name}?",
        body="\n".join(lines) + "\n",
        message_id=f"<publish-request-{notice.request_id}@localhost>",
        sender_name=brand.mail_name,
    )


def _send(
    sessions: sessionmaker[Session],
    mail: Mail,
    notice: Notice,
    message: MailMessage | None,
    *,
    now: datetime,
) -> bool:
    """Send and note it. A server that is away is tried again soon; a refused mail is passed by."""
    facts = {"tenant_id": str(notice.tenant_id), "request": str(notice.request_id)}
    next_at, sent = None, False
    try:
        if message is None:
            log.warning("publish_request_without_readers", **facts)
        else:
            mail.send(message)
            sent = True
            log.info("publish_request_mailed", recipients=len(message.to), **facts)
    except BlockError as error:
        log.warning("publish_request_not_mailed", reason=error.message, **facts)
        next_at = now + TRY_AGAIN_AFTER if error.retryable else None
    with sessions() as session, session.begin(), as_tenant(session, notice.tenant_id):
        session.execute(
            update(PublishRequest)
            .where(
                PublishRequest.tenant_id == notice.tenant_id,
                PublishRequest.id == notice.request_id,
                PublishRequest.notice_claim == notice.claim,
            )
            .values(notice_at=next_at, notice_claim=None)
            .execution_options(synchronize_session=False)
        )
    return sent
