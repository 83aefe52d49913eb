"""One action on many alarms: each goes or says why not; the others are not held up by it.

On all that fit a filter it is done in bites, each in a transaction of its own: a bite starts where
the one before ended (`Progress`), so that what arrives meanwhile is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import GarlandError, InvalidError, NotFoundError, Problem
from runtime.alarms import store
from runtime.alarms.console.listing import alarms_of
from runtime.alarms.deeds import STATE, Deed, why_idle
from runtime.alarms.documents import AlarmView
from runtime.alarms.store import AlarmFilter

TICKED_MAX = 500
BITE = 250
ALL_MAX = 10_000
REASONS_MAX = 4
DONE: Mapping[str, str] = {
    "acknowledge": "acknowledged",
    "unacknowledge": "given back",
    "clear": "cleared",
    "comment": "commented on",
    "shelve": "shelved",
    "unshelve": "taken off the shelf",
    "assign": "assigned",
}
_KINDS: Mapping[str, str] = {  # of actions that may find nothing to change, as deeds
    "acknowledge": "acknowledged",
    "unacknowledge": "unacknowledged",
    "clear": "cleared",
    "unshelve": "unshelved",
    "assign": "assigned",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be done to each alarm; `text` is the comment, the reason or the owner."""

    verb: str
    text: str = ""
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an action that there is not."""
        if self.verb not in DONE:
            raise NotFoundError("there is no such action for many alarms")

    @property
    def done(self) -> str:
        """Say what is done to them.

        >>> Wish(verb="assign", text="Ada").done, Wish(verb="assign").done
        ('assigned to Ada', 'assigned to nobody')
        """
        return f"assigned to {self.text or 'nobody'}" if self.verb == "assign" else DONE[self.verb]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an action on all that fit has come.

    Attributes:
        went: How many alarms it was done to.
        reasons: Why it was not done to others, and to how many.
        after: Where the next bite starts (`store.place_of`); None at the start.
        is_over: Nothing is left, or `ALL_MAX` alarms were looked at.
        before: Those it was done to as they were before; of ticked ones alone.
    """

    went: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    after: Sequence[str] | None = None
    is_over: bool = False
    before: Sequence[AlarmView] = ()

    @property
    def seen(self) -> int:
        """Give how many alarms were looked at."""
        return self.went + sum(self.reasons.values())


def act_on(
    session: Session,
    tenant_id: UUID,
    wish: Wish,
    alarm_ids: Iterable[UUID],
    *,
    by: str,
    now: datetime,
) -> Progress:
    """Do it to each of the alarms; one that is gone is a reason like any other."""
    wanted = list(dict.fromkeys(alarm_ids))[:TICKED_MAX]
    alarms = alarms_of(session, tenant_id, wanted)
    done = _do_all(session, tenant_id, wish, alarms, by, now)
    gone = len(wanted) - len(alarms)
    reasons = {**done.reasons, **({"it is gone": gone} if gone else {})}
    return replace(done, reasons=reasons, is_over=True)


def bite(  # noqa: PLR0913  what, to which, by whom, how far it has come
    session: Session,
    tenant_id: UUID,
    wish: Wish,
    wanted: AlarmFilter,
    progress: Progress,
    *,
    by: str,
    now: datetime,
) -> Progress:
    """Do it to the next alarms that fit, newest first, and say how far it has come."""
    left = min(BITE, ALL_MAX - progress.seen)
    alarms = store.list_alarms(session, tenant_id, wanted, limit=left, after=progress.after)
    done = _do_all(session, tenant_id, wish, alarms, by, now)
    reasons = Counter(progress.reasons) + Counter(done.reasons)
    total = replace(progress, went=progress.went + done.went, reasons=dict(reasons))
    is_over = len(alarms) < left or total.seen >= ALL_MAX
    after = store.place_of(alarms[-1]) if alarms else progress.after
    return replace(total, after=after, is_over=is_over)


def summary(wish: Wish, progress: Progress) -> str:
    """Say how many went and why the others did not.

    >>> summary(Wish(verb="clear"), Progress(went=1, reasons={"it is cleared already": 1}))
    '1 of 2 alarms cleared. 1 was not: it is cleared already.'
    """
    stayed = sum(progress.reasons.values())
    of = f"{progress.went:,} of {progress.seen:,}" if stayed else f"{progress.went:,}"
    text = f"{of} {'alarm' if progress.seen == 1 else 'alarms'} {wish.done}."
    if not stayed:
        return text
    reasons = Counter(progress.reasons).most_common()
    told = [
        reason if len(reasons) == 1 else f"{count:,}: {reason}"
        for reason, count in reasons[:REASONS_MAX]
    ]
    rest = len(reasons) - len(told)
    more = f"; and {rest} other reasons" if rest else ""
    return f"{text} {stayed:,} {'was' if stayed == 1 else 'were'} not: {'; '.join(told)}{more}."


def _do_all(
    session: Session,
    tenant_id: UUID,
    wish: Wish,
    alarms: Iterable[AlarmView],
    by: str,
    now: datetime,
) -> Progress:
    went, reasons = list[AlarmView](), Counter[str]()
    for alarm in alarms:
        reason = _already(wish, alarm)
        if not reason:
            try:
                _do(session, tenant_id, wish, alarm.id, by=by, now=now)
            except GarlandError as error:  # each refuses before it writes
                reason = error.message
        went += [] if reason else [alarm]
        reasons.update([reason] if reason else [])
    return Progress(went=len(went), reasons=dict(reasons), before=went)


def _already(wish: Wish, alarm: AlarmView) -> str:
    kind = _KINDS.get(wish.verb)
    if kind is None:
        return ""
    deed = Deed(kind=kind, by="", at=alarm.changed_at, facts={"owner": wish.text})
    return why_idle({name: getattr(alarm, name) for name in STATE}, deed)


def _do(
    session: Session, tenant_id: UUID, wish: Wish, alarm_id: UUID, *, by: str, now: datetime
) -> None:
    where = (session, tenant_id, alarm_id)
    if wish.verb == "acknowledge":
        store.acknowledge(*where, by=by, now=now, comment=wish.text)
    elif wish.verb == "comment":
        store.comment(*where, text=wish.text, by=by, now=now)
    elif wish.verb == "assign":
        store.assign(*where, owner=wish.text, by=by, now=now)
    elif wish.verb != "shelve":
        _BARE[wish.verb](*where, by=by, now=now)
    elif wish.until is not None:
        store.shelve(*where, until=wish.until, reason=wish.text, by=by, now=now)
    else:
        message = "until: choose how long it is put aside"
        raise InvalidError(message, problems=[Problem("/until", message)])


_BARE: Mapping[str, Callable[..., AlarmView]] = {
    "unacknowledge": store.unacknowledge,
    "clear": store.clear_by_person,
    "unshelve": store.unshelve,
}
