"""Undoing what a person did to alarms by mistake: acknowledged, shelved or assigned them.

One deed of each person is remembered, the last, for an hour. What somebody changed since is left
alone. A comment stays, since a history is only added to; clearing asks first, since an alarm that
was cleared comes back when its source says so and not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import InvalidError, Problem
from kernel.ids import new_id
from runtime.alarms import store
from runtime.alarms.console._tables import AlarmDeed
from runtime.alarms.console.listing import alarms_of
from runtime.alarms.documents import AlarmView

UNDO_WITHIN = timedelta(hours=1)


def note_deed(
    session: Session,
    who: Acting,
    verb: str,
    before: Sequence[AlarmView],
    *,
    owner: str = "",
    now: datetime,
) -> UUID | None:
    """Remember what was done to alarms as they were; None where it cannot be undone."""
    changed = [alarm for alarm in before if _changes(verb, alarm, owner)]
    if who.person_id is None or not changed:
        return None
    deed_id = new_id()
    session.merge(
        AlarmDeed(
            tenant_id=who.tenant_id,
            person_id=who.person_id,
            id=deed_id,
            verb=verb,
            owner=owner,
            at=now,
            before=[[str(alarm.id), alarm.owner] for alarm in changed],
        )
    )
    return deed_id


def undo_deed(session: Session, who: Acting, deed_id: UUID | None, *, now: datetime) -> str:
    """Undo what was done last and say of how many alarms.

    Raises:
        InvalidError: it is not what was done last, or is too long ago.
    """
    deed = session.scalar(
        select(AlarmDeed).where(
            AlarmDeed.tenant_id == who.tenant_id,
            AlarmDeed.person_id == who.person_id,
            AlarmDeed.id == deed_id,
            AlarmDeed.at > now - UNDO_WITHIN,
        )
    )
    if deed is None:
        message = "It can no longer be undone: you did something else since, or an hour is over."
        raise InvalidError(message, problems=[Problem("/deed", message)])
    owners = {UUID(alarm_id): owner for alarm_id, owner in deed.before}
    alarms = alarms_of(session, who.tenant_id, list(owners))
    standing = [alarm for alarm in alarms if _is_as_left(deed, alarm, who.person_name)]
    for alarm in standing:
        _undo(session, who, deed.verb, alarm.id, owner=owners[alarm.id], now=now)
    session.delete(deed)
    return _words(len(standing), len(owners) - len(standing))


def _changes(verb: str, alarm: AlarmView, owner: str) -> bool:
    """Tell whether a deed changes an alarm so that it can be undone."""
    if verb == "acknowledge":
        return not alarm.is_acknowledged
    if verb == "shelve":
        return not alarm.is_shelved
    return verb == "assign" and alarm.owner != owner


def _is_as_left(deed: AlarmDeed, alarm: AlarmView, name: str) -> bool:
    """Tell whether an alarm still is as the deed left it."""
    if deed.verb == "acknowledge":
        return alarm.is_acknowledged and alarm.acked_by == name
    if deed.verb == "shelve":
        return alarm.is_shelved and alarm.shelved_by == name
    return alarm.owner == deed.owner


def _undo(
    session: Session, who: Acting, verb: str, alarm_id: UUID, *, owner: str, now: datetime
) -> None:
    where = (session, who.tenant_id, alarm_id)
    if verb == "acknowledge":
        store.unacknowledge(*where, by=who.person_name, now=now)
    elif verb == "shelve":
        store.unshelve(*where, by=who.person_name, now=now)
    else:
        store.assign(*where, owner=owner, by=who.person_name, now=now)


def _words(undone: int, changed: int) -> str:
    """Say what was undone.

    >>> _words(2, 0), _words(0, 1)
    ('Undone for 2 alarms.', 'Undone for 0 alarms. 1 was changed since and stays as it is.')
    """
    text = f"Undone for {undone:,} {'alarm' if undone == 1 else 'alarms'}."
    if not changed:
        return text
    stays = "1 was changed since and stays as it is" if changed == 1 else ""
    return f"{text} {stays or f'{changed:,} were changed since and stay as they are'}."
