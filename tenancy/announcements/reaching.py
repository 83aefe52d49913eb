"""Announcements reach whom they are for: when they go live, as others come along, by mail.

The scheduler asks what is due. Whom one reached stays reached: who changes the plan later keeps
what was told. Only a changed audience takes somebody out again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, delete, or_, select, true, update
from sqlalchemy.orm import Session

from tenancy._tables import Membership, Organisation, Person
from tenancy.announcements._tables import AnnouncementReach, AnnouncementRow, AnnouncementSeen
from tenancy.announcements.audience import Placed, Whom, meant_among
from tenancy.announcements.letters import letter_of
from tenancy.announcements.model import State
from tenancy.announcements.store import is_live, said_of, updates_of, view_of
from tenancy.announcements.whom import meant_by, placed_below
from tenancy.life_cycle.states import AT_WORK
from tenancy.life_cycle.states import State as Standing
from tenancy.mails.outbox import Wish, write_mail
from tenancy.members import list_members
from tenancy.organisations import get_organisation
from tenancy.scope import system

log = structlog.get_logger(__name__)

BITE = 100


def has_due(session: Session, *, now: datetime) -> bool:
    """Tell whether somebody has to be told something, by a page or by mail."""
    due = (AnnouncementRow.tell_at <= now, _may_tell(now))
    told = select(AnnouncementRow.id).where(*due).limit(1)
    if session.scalar(told) is not None:
        return True
    with system(session):
        return session.scalar(_owed(AnnouncementReach.tenant_id).limit(1)) is not None


def tell_due(session: Session, *, now: datetime) -> set[UUID]:
    """Let what is due reach whom it is for; give those whose pages have to be told.

    What would go live while who wrote it is not at work stays due until it is, or its time is over.
    """
    rows = session.scalars(
        select(AnnouncementRow)
        .where(AnnouncementRow.tell_at <= now, _may_tell(now))
        .order_by(AnnouncementRow.tell_at)
        .limit(BITE)
        .with_for_update(skip_locked=True)
    ).all()
    found: set[UUID] = set()
    for row in rows:
        state = view_of(row).state(now)
        if state is State.LIVE:
            reach_out(session, row, now=now)
        found |= _reached(session, row.id)
        row.tell_at = {State.LIVE: row.shown_until, State.SCHEDULED: row.shown_from}.get(state)
    session.flush()
    return found


def greet_newcomers(session: Session, *, now: datetime) -> set[UUID]:
    """Let what is live reach who came along since; give those whose pages have to be told."""
    found: set[UUID] = set()
    for row in session.scalars(_live_ones(now)).all():
        if said_of(row).audience.whom is not Whom.CHOSEN:
            found |= reach_out(session, row, now=now)
    return found


def has_newcomers(session: Session, *, now: datetime) -> bool:
    """Tell whether somebody came along whom something is for that is live."""
    below: dict[UUID, list[Placed]] = {}  # asked for once for each that wrote some
    for row in session.scalars(_live_ones(now)).all():
        audience = said_of(row).audience
        if audience.whom is Whom.CHOSEN:
            continue
        if row.owner_id not in below:
            below[row.owner_id] = placed_below(session, row.owner_id)
        if meant_among(below[row.owner_id], audience) - _reached(session, row.id):
            return True
    return False


def reach_out(session: Session, row: AnnouncementRow, *, now: datetime) -> set[UUID]:
    """Let an announcement reach those it is for and did not reach yet; give these.

    Who calls it holds the row's lock, or is the one scheduler.
    """
    said = said_of(row)
    found = meant_by(session, row.owner_id, said.audience) - _reached(session, row.id)
    with system(session):
        session.add_all(
            AnnouncementReach(
                tenant_id=one, announcement_id=row.id, reached_at=now, mail_due=said.mails
            )
            for one in sorted(found)
        )
    if found:
        log.info("announcement_reached", announcement_id=str(row.id), organisations=len(found))
    return found


def reach_anew(session: Session, row: AnnouncementRow, *, now: datetime) -> set[UUID]:
    """Let a changed audience hold: who is no longer meant has it no longer; give these."""
    gone = _reached(session, row.id) - meant_by(session, row.owner_id, said_of(row).audience)
    with system(session):
        for table in (AnnouncementReach, AnnouncementSeen):
            session.execute(
                delete(table)
                .where(table.announcement_id == row.id, table.tenant_id.in_(gone))
                .execution_options(synchronize_session=False)
            )
    reach_out(session, row, now=now)
    return gone


def owe_mails(
    session: Session, announcement_id: UUID, tenants: Collection[UUID] | None = None
) -> None:
    """Let the admins of all whom it reached, or of some, be mailed how it stands."""
    whom = AnnouncementReach.tenant_id.in_(tenants) if tenants is not None else true()
    with system(session):
        session.execute(
            update(AnnouncementReach)
            .where(AnnouncementReach.announcement_id == announcement_id, whom)
            .values(mail_due=True)
            .execution_options(synchronize_session=False)
        )


def mail_due(session: Session, *, now: datetime) -> int:
    """Write the mails that are owed to some organisations; give how many organisations.

    Those of what is withdrawn stay owed until it is brought back.
    """
    with system(session):
        rows = session.execute(
            _owed(AnnouncementReach, AnnouncementRow)
            .order_by(AnnouncementReach.announcement_id, AnnouncementReach.tenant_id)
            .limit(BITE)
            .with_for_update(of=AnnouncementReach, skip_locked=True)
        ).all()
        for reach, row in rows:
            if view_of(row).state(now) is State.LIVE:
                _mail(session, row, reach.tenant_id, now=now)
            reach.mail_due = False
    return len(rows)


def _mail(session: Session, row: AnnouncementRow, tenant_id: UUID, *, now: datetime) -> None:
    """Mail the admins who may sign in; nobody of an organisation that is closed."""
    one = get_organisation(session, tenant_id)
    if one.state == Standing.CLOSED.value:
        return
    active = set(session.scalars(_active_members(tenant_id)))
    facts = letter_of(said_of(row), updates_of(session, row.id)[:1])
    for member in list_members(session, tenant_id):
        if member.role == "admin" and member.person_id in active:
            wish = Wish(
                kind="announcement",
                to=member.email,
                facts={**facts, "organisation": one.name},
                path=f"/t/{one.slug}/announcements/{row.id}",
                until=row.shown_until,
                organisation_id=tenant_id,
                about_id=row.id,
            )
            write_mail(session, wish, now=now)


def _active_members(tenant_id: UUID) -> Select[UUID]:
    mine = Membership.organisation_id == tenant_id
    wanted = select(Person.id).join(Membership, Membership.person_id == Person.id)
    return wanted.where(mine, Person.is_active)


def _owed(*what: Any) -> Select[Any]:
    """Choose of what is owed by mail and was not withdrawn."""
    return (
        select(*what)
        .select_from(AnnouncementReach)
        .join(AnnouncementRow, AnnouncementRow.id == AnnouncementReach.announcement_id)
        .where(AnnouncementReach.mail_due, AnnouncementRow.withdrawn_at.is_(None))
    )


def _live_ones(now: datetime) -> Select[AnnouncementRow]:
    return select(AnnouncementRow).where(is_live(now=now), _is_by_one_at_work())


def _may_tell(now: datetime) -> ColumnElement[bool]:
    return or_(~is_live(now=now), _is_by_one_at_work())


def _is_by_one_at_work() -> ColumnElement[bool]:
    owner = select(Organisation.id).where(Organisation.id == AnnouncementRow.owner_id)
    return owner.where(Organisation.state.in_(AT_WORK)).exists()


def _reached(session: Session, announcement_id: UUID) -> set[UUID]:
    with system(session):
        wanted = select(AnnouncementReach.tenant_id)
        return set(
            session.scalars(wanted.where(AnnouncementReach.announcement_id == announcement_id))
        )
