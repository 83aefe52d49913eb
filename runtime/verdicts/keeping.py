"""What keeps rules from judging an alarm at all: the shelf, planned work, a storm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.documents import AlarmView
from runtime.alarms.holding.holds import MAINTENANCE, STORM
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.alarms.storms import SUMMARY_SOURCE
from runtime.verdicts.case import Case
from runtime.verdicts.patterns import instant_words


@dataclass(frozen=True, slots=True)
class Kept:
    """One sentence, and the alarm that tells of the storm where it is one."""

    words: str
    summary_id: UUID | None = None


def kept_from_rules(session: Session, tenant_id: UUID, case: Case) -> list[Kept]:
    """Say what keeps rules from judging an alarm now, and what kept them before."""
    alarm, found = case.alarm, list[Kept]()
    if alarm.shelved_until is not None:
        until, by = instant_words(alarm.shelved_until), alarm.shelved_by
        found.append(Kept(f"It is on the shelf until {until}, put there by {by}: rules wait."))
    now = alarm.suppressed_by if is_holder(alarm.suppressed_by) else ""
    if now:
        words = (
            f"{holder_words(now)} holds it back: rules judge it when that is over, if it stands."
        )
        found.append(Kept(_capital(words), _summary(session, tenant_id, now)))
    found += [
        Kept(_capital(words), _summary(session, tenant_id, name))
        for name, words in _earlier(case, now=now)
    ]
    return found


def is_holder(name: str) -> bool:
    """Tell whether a name is that of planned work or a storm."""
    return name.partition(" ")[0] in (MAINTENANCE, STORM)


def holder_words(name: str) -> str:
    """Say who holds an alarm back, of the name that its history has.

    >>> holder_words("maintenance Core upgrade"), holder_words("storm Source nagios")
    ('planned work “Core upgrade”', 'the storm of “Source nagios”')
    """
    kind, _, rest = name.partition(" ")
    if not is_holder(name):
        return name
    return f"planned work “{rest}”" if kind == MAINTENANCE else f"the storm of “{rest}”"


def _earlier(case: Case, *, now: str) -> Iterator[tuple[str, str]]:
    told = {now}
    for point in case.points:
        name = point.moment.held_by
        if name and name not in told:
            told.add(name)
            at = instant_words(point.event.at)
            yield name, f"{holder_words(name)} held back what happened at {at}."


def _summary(session: Session, tenant_id: UUID, name: str) -> UUID | None:
    """Find the alarm that tells of a storm."""
    kind, _, title = name.partition(" ")
    if kind != STORM:
        return None
    wanted = AlarmFilter(state="", source=SUMMARY_SOURCE, managed_object=title)
    found: list[AlarmView] = list_alarms(session, tenant_id, wanted, limit=1)
    return found[0].id if found else None


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
