"""The action `notify`: a mail that is wished for in the firing's transaction, sent after it.

The wish is a row: nothing is sent of a firing that was rolled back, and nothing is forgotten of one
that was committed. The scheduler sends what is due: a notice is claimed before, so that two never
send the same one; a process that dies in between leaves the claim to run out, and it is sent again:
at least once, recognisable by its Message-ID. Throttled, for the same group of a rule by the
action's own pause, and for a tenant by the hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from blocks.sdk import BlockError, MailMessage
from kernel.errors import InvalidError, NotFoundError
from kernel.ids import new_id, new_secret
from runtime.mailing import CLAIM_FOR, TRY_AGAIN_AFTER, Mail
from runtime.rules._tables import RuleNotice
from runtime.rules.model import Action
from runtime.rules.occasion import Did, Occasion
from runtime.rules.placeholders import fill
from tenancy.brand.store import brand_for
from tenancy.members import list_members
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

EVERY_S = 300
HOUR = timedelta(hours=1)
PER_HOUR_MAX = 200
ROUND_MAX = 50
RECIPIENTS_MAX = 50
ATTEMPTS_MAX = 20
SUBJECT_MAX = 200


def notify(occasion: Occasion, index: int, action: Action) -> Did:
    """Write the wish for one mail to all it goes to, unless the same was sent a moment ago."""
    given = action.given
    people = sorted(set(_addresses(occasion, given["to"])))[:RECIPIENTS_MAX]
    if not people:
        raise NotFoundError(f"nobody is {', '.join(given['to'])}: choose roles or people you have")
    held_back = _held_back(occasion, index, given.get("every_s", EVERY_S))
    if held_back:
        return {"held_back": held_back}
    subject = " ".join(fill(given["subject"], occasion.facts).split())[:SUBJECT_MAX]
    notice = RuleNotice(
        id=new_id(),
        tenant_id=occasion.tenant_id,
        rule_id=occasion.rule_id,
        group_key=_group(occasion, index),
        key=f"{occasion.key}:{index}",
        recipients=people,
        subject=subject or occasion.rule.name,
        body=_body(occasion, given),
        made_at=occasion.now,
        due_at=occasion.now,
    )
    occasion.session.add(notice)
    return {"recipients": len(people), "subject": notice.subject}


def _addresses(occasion: Occasion, wanted: list[str]) -> Iterator[str]:
    """Give the addresses of the tenant's members who are meant; nobody else can be."""
    for member in list_members(occasion.session, occasion.tenant_id):
        if f"role:{member.role}" in wanted or f"person:{member.email}" in wanted:
            yield member.email


def _group(occasion: Occasion, index: int) -> str:
    """Name what is throttled together; each action of a rule has its own pauses."""
    return f"{index}:{occasion.verdict.group}"[:64]


def _held_back(occasion: Occasion, index: int, every_s: int) -> str:
    session, now = occasion.session, occasion.now
    last = session.scalar(
        select(func.max(RuleNotice.made_at)).where(
            RuleNotice.tenant_id == occasion.tenant_id,
            RuleNotice.rule_id == occasion.rule_id,
            RuleNotice.group_key == _group(occasion, index),
            RuleNotice.made_at > now - timedelta(seconds=every_s),
        )
    )
    if last is not None:
        return f"the last one is less than {every_s} s old"
    lately = session.scalar(
        select(func.count(RuleNotice.id)).where(
            RuleNotice.tenant_id == occasion.tenant_id, RuleNotice.made_at > now - HOUR
        )
    )
    if (lately or 0) >= PER_HOUR_MAX:
        raise InvalidError(f"rules sent {PER_HOUR_MAX} mails within an hour: this one is left out")
    return ""


def _body(occasion: Occasion, given: Mapping[str, Any]) -> str:
    alarm = occasion.alarm
    written = fill(given.get("text", ""), occasion.facts)
    lines = [
        *([written, ""] if written else []),
        f"{alarm.title} at {alarm.managed_object}: {alarm.perceived_severity.value}",
        f"Rule: {occasion.rule.name}",
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    """One notice that this process alone may send until its claim runs out."""

    id: UUID
    tenant_id: UUID
    claim: str
    attempts: int
    message: MailMessage


def send_notices(
    sessions: sessionmaker[Session], mail: Mail, *, now: datetime, at_most: int = ROUND_MAX
) -> int:
    """Send the notices that are due, at most so many; give how many were sent.

    Without a mail server none is claimed: they wait until mail is set up.
    """
    sent = 0
    for _ in range(at_most if mail.host else 0):
        claimed = _claim(sessions, now=now)
        if claimed is None:
            break
        sent += _send(sessions, mail, claimed, now=now)
    return sent


def _claim(sessions: sessionmaker[Session], *, now: datetime) -> _Claimed | None:
    with sessions() as session, session.begin(), system(session):
        row = session.scalar(
            select(RuleNotice)
            .where(RuleNotice.due_at <= now)
            .order_by(RuleNotice.due_at, RuleNotice.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        row.due_at, row.claim = now + CLAIM_FOR, new_secret("n")
        row.attempts += 1
        message = MailMessage(
            to=tuple(row.recipients),
            subject=row.subject,
            body=row.body,
            message_id=f"<rule-{row.id}@localhost>",
            sender_name=brand_for(session, row.tenant_id).mail_name,
        )
        return _Claimed(
            id=row.id,
            tenant_id=row.tenant_id,
            claim=row.claim,
            attempts=row.attempts,
            message=message,
        )


def _send(sessions: sessionmaker[Session], mail: Mail, claimed: _Claimed, *, now: datetime) -> bool:
    """Send and note it. A server that is away is tried again soon; a refused mail is given up."""
    facts: dict[str, Any] = {"due_at": None, "sent_at": now, "error": ""}
    try:
        mail.send(claimed.message)
        log.info("rule_notice_sent", notice_id=str(claimed.id), to=len(claimed.message.to))
    except BlockError as error:
        log.warning("rule_notice_not_sent", notice_id=str(claimed.id), reason=error.message)
        again = error.retryable and claimed.attempts < ATTEMPTS_MAX
        due_at = now + TRY_AGAIN_AFTER if again else None
        facts = {"due_at": due_at, "sent_at": None, "error": error.message[:300]}
    with sessions() as session, session.begin(), as_tenant(session, claimed.tenant_id):
        session.execute(
            update(RuleNotice)
            .where(
                RuleNotice.tenant_id == claimed.tenant_id,
                RuleNotice.id == claimed.id,
                RuleNotice.claim == claimed.claim,
            )
            .values(**facts)
            .execution_options(synchronize_session=False)
        )
    return facts["sent_at"] is not None
