"""What waits for a timer: a first without a second, and an alarm that still stands.

Pure functions over one group's memory. The judge speaks what is due before it takes in an event
that was received later: such an event, however early it happened, changes a verdict no more. So a
verdict is the same whenever somebody gets round to speaking it.
"""

from __future__ import annotations

from runtime.rules.judging.ruleset import B
from runtime.rules.judging.state import PENDING_MAX, SECOND, GroupState, Pending
from runtime.rules.judging.steps import Look, remember
from runtime.rules.model import Pattern, PatternKind


class NoRoomError(Exception):
    """A group waits for as many events as it may."""


def begin(
    pattern: Pattern, state: GroupState, look: Look, *, received: int, group: str
) -> Pending | None:
    """Wait from this event on, unless that is settled already.

    Raises:
        NoRoomError: the group waits for as many events as it may.
    """
    if _is_settled(pattern, state, look):
        return None
    if len(state.pending) >= PENDING_MAX:
        raise NoRoomError
    due = look.at + pattern.within_s * SECOND
    pending = Pending(look.at, look.seq, look.alarm, due, max(due, received), group)
    state.pending.append(pending)
    return pending


def take_second(pattern: Pattern, state: GroupState, look: Look) -> list[Pending]:
    """Take in a second: it ends the waiting of the firsts before it; give those it ended."""
    remember(pattern, state, look, B)
    here = (look.at, look.seq)
    return _end(state, [one for one in state.pending if one[:2] < here and look.at < one.due])


def lapse(state: GroupState, look: Look) -> list[Pending]:
    """End the waiting for an alarm that was cleared, or is not what the rule looks for any more."""
    mine = [one for one in state.pending if one.alarm == look.alarm]
    return _end(state, [one for one in mine if look.at < one.due])


def spoken(state: GroupState, *, seq: int) -> Pending | None:
    """Take out what a timer was set for; None where it was ended meanwhile."""
    found = next((one for one in state.pending if one.seq == seq), None)
    if found is not None:
        state.pending.remove(found)
    return found


def _is_settled(pattern: Pattern, state: GroupState, look: Look) -> bool:
    """Tell whether the alarm is waited for already, or the second came before a late first."""
    if pattern.kind is PatternKind.PERSISTS:
        return any(one.alarm == look.alarm for one in state.pending)
    window = pattern.within_s * SECOND
    here = (look.at, look.seq)
    return any(
        here < mark[:2] and mark.at < look.at + window for mark in state.marks if B in mark.role
    )


def _end(state: GroupState, ended: list[Pending]) -> list[Pending]:
    state.pending = [one for one in state.pending if one not in ended]
    return ended
