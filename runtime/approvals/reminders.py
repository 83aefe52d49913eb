"""Mails to those who may decide: when a workflow asks, and again while nobody has.

Sent by a periodic job, never inside the transaction of a run. A notice is claimed before it is
sent, so two schedulers never send the same one; a process that dies in between leaves the claim to
run out, and the notice is sent again: at least once, recognisable by its Message-ID. Mails hold no
data of the run beyond the question itself and what the run is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import BlockError, MailMessage
from kernel.ids import new_secret
from runtime.approvals._tables import Approval
from runtime.approvals.deciding import deciders
from runtime.approvals.model import ApprovalState
from runtime.mailing import CLAIM_FOR, TRY_AGAIN_AFTER, Mail
from runtime.standing import of_those_at_work
from tenancy.brand.store import brand_for, home_of
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

ROUND_MAX = 50
RECIPIENTS_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One mail that this process alone may send until its claim runs out."""

    approval_id: UUID
    tenant_id: UUID
    number: int
    title: str
    flow_name: str
    subject: str
    until: datetime | None
    remind_every_s: float | None
    claim: str


def send_due(
    sessions: sessionmaker[Session],
    mail: Mail,
    public_url: str,
    *,
    now: datetime,
    at_most: int = ROUND_MAX,
) -> int:
    """Send the notices that are due, at most so many; give how many approvals were mailed about.

    Args:
        sessions: Makes sessions that write; each notice is claimed and noted in its own.
        mail: Without a host nothing is claimed: notices wait until mail is set up.
        public_url: Where people open Garland; without it the mail has no link.
        now: The present instant.
        at_most: A round's limit; what is left is due in the next.
    """
    sent = 0
    for _ in range(at_most if mail.host else 0):
        notice = _claim(sessions, now=now)
        if notice is None:
            break
        message = _written(sessions, notice, public_url)
        sent += _send(sessions, mail, notice, message, now=now)
    return sent


def _claim(sessions: sessionmaker[Session], *, now: datetime) -> Notice | None:
    """Take the notice that is longest due; others pass it by until the claim runs out."""
    claim = new_secret("n")
    with sessions() as session, session.begin(), system(session):
        row = session.scalar(
            select(Approval)
            .where(
                Approval.notice_at <= now,
                Approval.state == ApprovalState.OPEN,
                or_(Approval.until.is_(None), Approval.until > now),
                of_those_at_work(session, Approval.tenant_id),
            )
            .order_by(Approval.notice_at, Approval.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        row.notice_at, row.notice_claim = now + CLAIM_FOR, claim
        return Notice(
            approval_id=row.id,
            tenant_id=row.tenant_id,
            number=row.notices + 1,
            title=row.title,
            flow_name=row.flow_name,
            subject=row.subject,
            until=row.until,
            remind_every_s=row.remind_every_s,
            claim=claim,
        )


def _written(
    sessions: sessionmaker[Session], notice: Notice, public_url: str
) -> MailMessage | None:
    """Write the mail; None when nobody may decide at present."""
    with sessions() as session, as_tenant(session, notice.tenant_id):
        people = deciders(session, notice.tenant_id, notice.approval_id)[:RECIPIENTS_MAX]
        organisation = get_organisation(session, notice.tenant_id)
        brand = brand_for(session, notice.tenant_id)
    if not people:
        return None
    page = f"/t/{organisation.slug}/approvals/{notice.approval_id}"
    home = home_of(brand, public_url)
    where = home + page if home else f"Open {brand.name} and choose Approvals."
    lines = [
        f"The workflow {notice.flow_name} of {organisation.name} waits for your decision:",
        "",
        notice.title,
        *([f"About: {notice.subject}"] if notice.subject else []),
        "",
        *([f"Decide before {notice.until:%Y-%m-%d %H:%M} UTC.", ""] if notice.until else []),
        where,
    ]
    again = "Reminder: " if notice.number > 1 else ""
    return MailMessage(
        to=tuple(one.email for one in people),
        subject=f"{again}{notice.title}",
        body="\n".join(lines) + "\n",
        message_id=f"<approval-{notice.approval_id}-{notice.number}@localhost>",
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
    facts = {
        "tenant_id": str(notice.tenant_id),
        "approval_id": str(notice.approval_id),
        "number": notice.number,
    }
    sent, next_at = False, _next(notice, now=now)
    try:
        if message is None:
            log.warning("approval_without_deciders", **facts)
        else:
            mail.send(message)
            sent = True
            log.info("approval_notice_sent", recipients=len(message.to), **facts)
    except BlockError as error:
        log.warning("approval_notice_not_sent", reason=error.message, **facts)
        if error.retryable:
            next_at = now + TRY_AGAIN_AFTER
    _note(sessions, notice, sent=sent, next_at=next_at)
    return sent


def _next(notice: Notice, *, now: datetime) -> datetime | None:
    if notice.remind_every_s is None:
        return None
    next_at = now + timedelta(seconds=notice.remind_every_s)
    return next_at if notice.until is None or next_at < notice.until else None


def _note(
    sessions: sessionmaker[Session], notice: Notice, *, sent: bool, next_at: datetime | None
) -> None:
    """Write when the next notice is due, unless it was decided or claimed anew meanwhile."""
    tenant_id = notice.tenant_id
    with sessions() as session, session.begin(), as_tenant(session, tenant_id):
        session.execute(
            update(Approval)
            .where(
                Approval.tenant_id == tenant_id,
                Approval.id == notice.approval_id,
                Approval.state == ApprovalState.OPEN,
                Approval.notice_claim == notice.claim,
            )
            .values(
                notice_at=next_at,
                notice_claim=None,
                notices=notice.number if sent else notice.number - 1,
            )
            .execution_options(synchronize_session=False)
        )
