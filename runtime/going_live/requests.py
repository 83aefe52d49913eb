"""Requests to publish: asked with a note, seen by others, published on the yes of one of them.

What is published is the draft as it was when it was asked for. Whoever says yes holds the workflow
or rule first and the request then, in the order of those who publish it otherwise: of two at the
same moment the second finds the request ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.clock import parse_instant
from kernel.cursors import read_place
from kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from kernel.json_text import kept_text
from kernel.secrets import Vault
from runtime.flows.versions import digest_of
from runtime.going_live._tables import PublishRequest
from runtime.going_live.authors import pass_by
from runtime.going_live.model import (
    NOTE_MAX,
    OPEN_FOR,
    WHO_MAX,
    RequestState,
    RequestView,
    state_at,
)
from runtime.going_live.subjects import RULES, WORKFLOWS, Going, Kind, kind_of
from runtime.rules.tables.model import is_table
from runtime.wake import tell_pages_after_commit
from tenancy.audit.trail import About, note
from tenancy.policies import key_of, publishing_policy, why_no_second
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)

OPEN_SHOWN = 200
STATES = ("", "open", "ended")
_OWN = ("kind", "subject_id", "state", "refusal", "is_mine", "moved_on")


def ask_to_publish(  # noqa: PLR0913  what, how, with which note, for whom
    session: Session,
    kind: Kind,
    id_: UUID,
    *,
    who: Acting,
    note: str,
    now: datetime,
    mode: str = "",
) -> RequestView:
    """Ask others to publish a draft as it is now; what was asked for before is passed by.

    Raises:
        NotFoundError: there is no such thing.
        InvalidError: the note is too long, or the draft could not be published.
        ConflictError: the draft is what is live already.
    """
    said, tenant_id = kept_text(note).strip(), who.tenant_id
    if len(said) > NOTE_MAX:
        message = f"note: write at most {NOTE_MAX} characters"
        raise InvalidError(message, problems=[Problem("/note", message)])
    kind.hold(session, tenant_id, id_)
    taken = kind.take(session, tenant_id, id_, mode)
    pass_by(session, tenant_id, kind.column, id_, now=now)
    row = PublishRequest(
        id=new_id(),
        tenant_id=tenant_id,
        **{kind.column: id_},
        name=taken.name,
        mode=taken.mode,
        document=dict(taken.document),
        digest=digest_of(taken.document),
        revision=taken.revision,
        against=taken.against,
        fixed=taken.fixed,
        authors=dict(taken.authors),
        note=said,
        asked_at=now,
        asked_by=who.person_name[:WHO_MAX],
        asked_key=key_of(who.vouched_by),
        until=now + OPEN_FOR,
        notice_at=now,
    )
    session.add(row)
    session.flush()
    _tell(session, row, "publishing_asked")
    _note(session, row, "publish_request.asked", now=now)
    return get_request(session, row.id, who=who, now=now)


def approve(
    session: Session, request_id: UUID, *, who: Acting, vault: Vault, now: datetime
) -> RequestView:
    """Say yes: exactly what was asked for is published.

    Raises:
        NotFoundError: no such request.
        ForbiddenError: the reader may not say yes, with the reason.
        ConflictError: it waits no longer, or what it would be fixed to is another by now.
        InvalidError: it could not be published any more, with every problem.
    """
    row, found = _held(session, request_id, who=who, now=now)
    if found.refusal:
        raise ForbiddenError(found.refusal)
    with session.begin_nested():
        row.state, row.ended_at, row.notice_at = RequestState.APPROVED, now, None
        row.ended_by = who.person_name[:WHO_MAX]
        session.flush()
        by = f"{row.asked_by}, with {who.person_name}"[:WHO_MAX]
        going = Going(tenant_id=who.tenant_id, who=who, by=by, vault=vault, now=now)
        row.number = kind_of(found).publish(session, found, going)
        session.flush()
    _tell(session, row, "publishing_approved")
    _note(session, row, "publish_request.approved", now=now)
    return get_request(session, request_id, who=who, now=now)


def refuse(
    session: Session, request_id: UUID, *, who: Acting, reason: str, now: datetime
) -> RequestView:
    """Say no, with a reason; whoever may publish such a thing may, but for who asked.

    Raises:
        NotFoundError: no such request.
        InvalidError: there is no reason, or it is too long.
        ForbiddenError: they may not; who asked takes it back instead.
        ConflictError: it waits no longer.
    """
    row, found = _held(session, request_id, who=who, now=now)
    said = kept_text(reason).strip()
    if not 1 <= len(said) <= NOTE_MAX:
        message = f"reason: say why, in at most {NOTE_MAX} characters"
        raise InvalidError(message, problems=[Problem("/reason", message)])
    if found.is_mine:
        raise ForbiddenError("you asked for it: take it back instead")
    if not who.may(kind_of(found).permission):
        raise ForbiddenError(_no_permission(who))
    _end(session, row, RequestState.REFUSED, who=who, now=now, reason=said)
    _note(session, row, "publish_request.refused", now=now)
    return get_request(session, request_id, who=who, now=now)


def withdraw(session: Session, request_id: UUID, *, who: Acting, now: datetime) -> RequestView:
    """Take back what one asked for; raises NotFoundError, ForbiddenError, ConflictError."""
    row, found = _held(session, request_id, who=who, now=now)
    if not found.is_mine:
        raise ForbiddenError(f"{found.asked_by} asked for it: refuse it instead, with a reason")
    _end(session, row, RequestState.WITHDRAWN, who=who, now=now)
    _note(session, row, "publish_request.withdrawn", now=now)
    return get_request(session, request_id, who=who, now=now)


def get_request(session: Session, request_id: UUID, *, who: Acting, now: datetime) -> RequestView:
    """Give one request as somebody sees it; raises NotFoundError."""
    row = get_owned(session, PublishRequest, who.tenant_id, request_id, name="request")
    view = _view(row, _role_needed(session, who), who, now=now)
    if not view.is_open:
        return view
    revision = kind_of(view).revision(session, who.tenant_id, view.subject_id)
    return replace(view, moved_on=revision != view.revision)


def open_request_of(
    session: Session, kind: Kind, id_: UUID, *, who: Acting, now: datetime
) -> RequestView | None:
    """Give what is asked for a workflow or rule at the moment, or None."""
    row = session.scalar(
        select(PublishRequest).where(
            PublishRequest.tenant_id == who.tenant_id,
            getattr(PublishRequest, kind.column) == id_,
            PublishRequest.state == RequestState.OPEN,
            PublishRequest.until > now,
        )
    )
    return get_request(session, row.id, who=who, now=now) if row is not None else None


def list_requests(
    session: Session,
    *,
    who: Acting,
    now: datetime,
    state: str = "",
    limit: int = 50,
    after: Sequence[str] | None = None,
) -> list[RequestView]:
    """List requests, the newest first; `state` is open, ended or "" for both.

    Raises:
        InvalidError: `after` is where no page ended.
    """
    query = _listed(who, state, now=now)
    if after is not None:
        asked_at, last = read_place(list(after), parse_instant, UUID)
        same = and_(PublishRequest.asked_at == asked_at, PublishRequest.id < last)
        query = query.where(or_(PublishRequest.asked_at < asked_at, same))
    needed = _role_needed(session, who)
    return [_view(row, needed, who, now=now) for row in session.scalars(query.limit(limit))]


def place_of(request: RequestView) -> list[str]:
    """Give where a page that ends with this request ended, for `after`."""
    return [request.asked_at.isoformat(), str(request.id)]


def count_waiting(session: Session, *, who: Acting, now: datetime) -> int:
    """Count what waits for somebody's yes."""
    found = list_requests(session, who=who, now=now, state="open", limit=OPEN_SHOWN)
    return sum(one.waits_for_reader for one in found)


def _listed(who: Acting, state: str, *, now: datetime) -> Select[PublishRequest]:
    is_open: ColumnElement[bool] = and_(
        PublishRequest.state == RequestState.OPEN, PublishRequest.until > now
    )
    wanted = select(PublishRequest).where(PublishRequest.tenant_id == who.tenant_id)
    if state:
        wanted = wanted.where(is_open if state == "open" else ~is_open)
    return wanted.order_by(PublishRequest.asked_at.desc(), PublishRequest.id.desc())


def _held(
    session: Session, request_id: UUID, *, who: Acting, now: datetime
) -> tuple[PublishRequest, RequestView]:
    """Hold what the request is about, then the request; refuse when it waits no longer."""
    known = get_owned(session, PublishRequest, who.tenant_id, request_id, name="request")
    kind = WORKFLOWS if known.flow_id is not None else RULES
    kind.hold(session, who.tenant_id, _subject_of(known))
    row = session.scalar(
        select(PublishRequest)
        .where(PublishRequest.tenant_id == who.tenant_id, PublishRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError("no such request")
    found = _view(row, _role_needed(session, who), who, now=now)
    if not found.is_open:
        by = f" by {found.ended_by}" if found.ended_by else ""
        raise ConflictError(f"this waits no longer: it was {found.state.value}{by}")
    return row, found


def _end(
    session: Session,
    row: PublishRequest,
    state: RequestState,
    *,
    who: Acting,
    now: datetime,
    reason: str = "",
) -> None:
    row.state, row.ended_at, row.notice_at, row.reason = state, now, None, reason
    row.ended_by = who.person_name[:WHO_MAX]
    session.flush()
    _tell(session, row, f"publishing_{state.value}")


def _tell(session: Session, row: PublishRequest, event: str) -> None:
    log.info(event, request=str(row.id), name=row.name, digest=row.digest, by=row.ended_by)
    tell_pages_after_commit(session, row.tenant_id, "approvals", {"id": str(row.id)})


def _note(session: Session, row: PublishRequest, action: str, *, now: datetime) -> None:
    about = About(kind="publish_request", id=row.id, name=row.name)
    facts = {"asked_by": row.asked_by, "digest": row.digest, "reason": row.reason or ""}
    note(session, row.tenant_id, action, now=now, about=about, facts=facts)


def _role_needed(session: Session, who: Acting) -> str:
    return publishing_policy(session, who.tenant_id).yes_role


def _subject_of(row: PublishRequest) -> UUID:
    found = row.flow_id or row.rule_id
    if found is None:
        raise NotFoundError("no such request")
    return found


def _view(row: PublishRequest, role: str, who: Acting, *, now: datetime) -> RequestView:
    facts: dict[str, Any] = {
        name: getattr(row, name) for name in RequestView.__dataclass_fields__ if name not in _OWN
    }
    return RequestView(
        **facts,
        kind=_kind_word(row),
        subject_id=_subject_of(row),
        state=state_at(row.state, row.until, now),
        refusal=_why_not(row, role, who),
        is_mine=row.asked_key == key_of(who.vouched_by),
    )


def _kind_word(row: PublishRequest) -> str:
    if row.flow_id is not None:
        return "workflow"
    return "table" if is_table(row.document) else "rule"


def _why_not(row: PublishRequest, role: str, who: Acting) -> str:
    """Say why somebody may not say yes: who asked for it had a hand in it too."""
    kind = WORKFLOWS if row.flow_id is not None else RULES
    if not who.may(kind.permission):
        return _no_permission(who)
    if row.asked_key == key_of(who.vouched_by):
        return "you asked for it, and somebody else has to say yes"
    authors: Mapping[str, str] = row.authors
    if who.vouched_by is not None and key_of(who.vouched_by) in authors:
        return "you had a hand in it, and somebody else has to say yes"
    return why_no_second(
        authors, who.vouched_by, role=who.role, needed=role, asked_by=row.asked_key
    )


def _no_permission(who: Acting) -> str:
    return f"your role ({who.role}) may not publish: ask somebody whose role may"
