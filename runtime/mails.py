"""Sending what lies in the outbox of mails: a round of the scheduler."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import BlockError, MailMessage
from runtime.mailing import CLAIM_FOR, Mail
from tenancy.mails import office, outbox
from tenancy.mails.outbox import Claimed

log = structlog.get_logger(__name__)

ROUND_MAX = 50
LATER = "The mail server did not take it yet; it is tried again by itself."
"""What tenants read of a server that is away: which one it is, is the operator's."""


def send_mails(
    sessions: sessionmaker[Session],
    reading: sessionmaker[Session],
    mail: Mail,
    *,
    now: datetime,
    at_most: int = ROUND_MAX,
) -> int:
    """Send the mails that are due, at most so many; give how many were sent.

    Without a mail server none is claimed: they wait until mail is set up. `reading` asks whether
    there is anything to do, so that an idle round takes no write lock.
    """
    with reading() as session:
        is_due = bool(mail.host) and office.sends_mail(session) and outbox.has_due(session, now=now)
    sent = 0
    for _ in range(at_most if is_due else 0):
        with sessions() as session, session.begin():
            claimed = outbox.claim_next(session, now=now, for_time=CLAIM_FOR)
        if claimed is None:
            break
        sent += _send(sessions, mail, claimed, now=now)
    return sent


def _send(sessions: sessionmaker[Session], mail: Mail, claimed: Claimed, *, now: datetime) -> bool:
    """Send and note it. A server that is away is tried again; a refused mail is given up."""
    message = MailMessage(
        to=(claimed.to,),
        subject=claimed.subject,
        body=claimed.text,
        message_id=claimed.message_id,
        sender_name=claimed.sender_name,
    )
    try:
        mail.send(message)
    except BlockError as error:
        log.warning("mail_not_sent", mail_id=str(claimed.id), reason=error.message)
        again = bool(error.retryable)
        reason = LATER if again else error.message
        with sessions() as session, session.begin():
            outbox.note_failed(session, claimed, reason=reason, again=again, now=now)
        return False
    log.info("mail_sent", mail_id=str(claimed.id))
    with sessions() as session, session.begin():
        outbox.note_sent(session, claimed, now=now)
    return True
