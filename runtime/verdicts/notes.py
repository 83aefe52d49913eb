"""Why a rule whose conditions hold for an alarm did not fire for it: the one thing that decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.alarms.lifecycle import Transition as Happened
from runtime.rules._tables import RuleVersionRow
from runtime.rules.fields import value_at
from runtime.rules.judging.judge import group_of, pause_group
from runtime.rules.judging.ruleset import JudgedRule
from runtime.rules.judging.state import GroupState, to_us
from runtime.rules.model import Mode, Transition
from runtime.rules.words import field_words
from runtime.verdicts.case import Case, Point, kinds_of
from runtime.verdicts.keeping import holder_words
from runtime.verdicts.patterns import Seen, instant_words, told

UNKNOWN = "nothing that is kept says what kept it from firing"
_SAID = {
    Transition.RAISED: "raised",
    Transition.CHANGED: "changed",
    Transition.CLEARED: "cleared",
    Transition.ESCALATED: "escalated",
}


@dataclass(frozen=True, slots=True)
class Fired:
    """A firing of a rule that is judged now; `object` is its alarm's, `alarms` all it counted."""

    judged: JudgedRule
    name: str
    mode: Mode
    seq: int
    alarm_id: UUID
    object: str
    at: datetime
    alarms: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A rule whose conditions hold for an alarm, and what there is to say why it did not fire.

    Attributes:
        looked: Whether it looked at the point at all, or only its conditions hold.
        state: What it remembers of the group.
        fired: Firings of rules for this alarm, and of this rule near the point in its group.
    """

    case: Case
    point: Point
    judged: JudgedRule
    version: RuleVersionRow
    looked: bool
    state: GroupState | None
    fired: Sequence[Fired]


def notes_on(held: Held) -> list[str]:
    """Give what decided, as sentences; of several things the first that did."""
    for ask in _ASKED:
        said = list(ask(held))
        if said:
            return said
    return [UNKNOWN]


def _later(held: Held) -> Iterator[str]:
    if held.version.made_at > held.point.moment.received_at:
        yield "it was published after that"


def _not_asked_for(held: Held) -> Iterator[str]:
    kinds = kinds_of(held.judged)
    if not held.looked and held.point.event.happened not in kinds:
        named = " or ".join(said for one, said in _SAID.items() if one in kinds)
        yield f"it looks at alarms when they are {named}, and this one was not"


def _held_back(held: Held) -> Iterator[str]:
    if held.point.moment.held_by:
        yield f"{holder_words(held.point.moment.held_by)} held it back: rules did not judge it"


def _quiet(held: Held) -> Iterator[str]:
    moment = held.point.moment
    if moment.is_by_hand:
        yield f"{moment.alarm.cleared_by} cleared it by hand, which rules do not judge"
    elif moment.alarm.shelved_until is not None:
        until, by = instant_words(moment.alarm.shelved_until), moment.alarm.shelved_by
        yield f"it was on the shelf until {until}, put there by {by}: rules did not judge it"


def _stopped(held: Held) -> Iterator[str]:
    """Name the rule before it that fired and stops those after it."""
    for one in held.fired:
        is_same = one.seq == held.point.moment.seq and one.alarm_id == held.case.alarm.id
        stops = one.mode is Mode.LIVE and one.judged.rule.stop and not one.judged.is_timed
        if is_same and stops and one.judged.place < held.judged.place:
            yield f"“{one.name}” fired before it and stops the rules after it"
            return


def _no_group(held: Held) -> Iterator[str]:
    pattern, asked = held.judged.rule.pattern, (held.judged, held.point.event)
    if group_of(*asked) is None or (pattern.group_by and pause_group(*asked) is None):
        named = [*pattern.group_by, *filter(None, [pattern.distinct])]
        facts = held.point.event.facts
        lacking = [field_words(one) for one in named if value_at(facts, one) is None]
        yield f"it has no {' and no '.join(lacking)}, which the rule tells alarms apart by"


def _counted(held: Held) -> Iterator[str]:
    """Name a firing for another alarm that this one was counted for."""
    mine = str(held.case.alarm.id)
    for one in held.fired:
        if one.judged.id == held.judged.id and mine in one.alarms:
            at = instant_words(one.at)
            yield f"it was counted: the rule fired at {at} for {one.object}, with this alarm"
            return


def _pattern(held: Held) -> Iterator[str]:
    event, moment = held.point.event, held.point.moment
    looking = held.point.looking.get(held.judged.id)
    ended_at = held.case.alarm.cleared_at
    seen = Seen(
        judged=held.judged,
        state=held.state,
        at=to_us(event.at),
        seq=moment.seq if moment.happened is not Happened.ESCALATED else None,
        alarm=event.alarm,
        roles=looking.roles if looking is not None else "",
        ended_at=to_us(ended_at) if ended_at is not None else None,
    )
    yield from told(seen)


def _left_out(held: Held) -> Iterator[str]:
    """Say that a rule without room leaves events out; it is not known which."""
    if held.state is None and held.judged.needs_memory:
        yield "what it had seen by then is not kept, or it had no room for the event"


_ASKED: Sequence[Callable[[Held], Iterator[str]]] = (
    _later,
    _not_asked_for,
    _held_back,
    _quiet,
    _stopped,
    _no_group,
    _counted,
    _pattern,
    _left_out,
)


def alarms_in(why: Mapping[str, Any]) -> Sequence[str]:
    """List the alarms that a firing counted, as it keeps them."""
    found = why.get("count") or why.get("pattern") or {}
    return list(found.get("alarms", ()))
