"""A roll-out as its page draws it: who is where, what failed, and what happens next. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.rollouts.model import (
    WHOLE,
    WISHES,
    Measured,
    MemberState,
    Plan,
    Progress,
    RolloutState,
    is_failing,
)

STATE_LOOKS: Mapping[RolloutState, tuple[str, str, str]] = {
    RolloutState.RUNNING: ("Under way", "info", "loader-circle"),
    RolloutState.PAUSED: ("Paused", "notice", "circle-pause"),
    RolloutState.HALTED: ("Halted", "bad", "circle-alert"),
    RolloutState.GOING_BACK: ("Is taken back", "notice", "undo-2"),
    RolloutState.ROLLED_BACK: ("Taken back", "neutral", "undo-2"),
    RolloutState.FINISHED: ("Finished", "good", "circle-check"),
}
"""How each state is shown: word, tone and icon."""

MEMBER_LOOKS: Mapping[MemberState, tuple[str, str, str]] = {
    MemberState.MOVED: ("Moved", "good", "circle-check"),
    MemberState.WAITING: ("Waiting", "neutral", "clock"),
    MemberState.STOPPED: ("Stopped", "notice", "hand"),
    MemberState.KEPT_BACK: ("Kept back", "notice", "shield"),
    MemberState.BACK: ("Back", "neutral", "undo-2"),
    MemberState.GONE_ON: ("Back in part", "bad", "circle-alert"),
}
"""How it is shown what became of an organisation, in the order in which a page counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One ring: `share` is in percent of all, those of the rings before it included.

    Attributes:
        states: How many of its organisations are where; those of whom there is none are left out.
    """

    number: int
    share: int
    has_begun: bool
    states: Mapping[MemberState, int]

    @property
    def total(self) -> int:
        """How many organisations are in it."""
        return sum(self.states.values())

    @property
    def moved(self) -> int:
        """How many of them have the version."""
        return self.states.get(MemberState.MOVED, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What happens next by itself, as a sentence, and when; None where no clock decides it."""

    words: str
    at: datetime | None = None


def rings_of(plan: Plan, ring: int, counts: Mapping[tuple[int, MemberState], int]) -> list[Ring]:
    """Give the rings in their order; `counts` is by ring and state."""
    return [
        Ring(
            number=number,
            share=share,
            has_begun=number <= ring,
            states={one: counts[number, one] for one in MemberState if counts.get((number, one))},
        )
        for number, share in enumerate(plan.rings, 1)
    ]


def failed_percent(measured: Measured) -> float:
    """Give the share of steps that failed, in percent; 0 where none is over.

    >>> failed_percent(Measured(samples=40, failures=1))
    2.5
    """
    return measured.failures * WHOLE / measured.samples if measured.samples else 0.0


def next_of(
    plan: Plan, progress: Progress, measured: Measured, rings: Sequence[Ring], *, now: datetime
) -> Next:
    """Say what happens next by itself, and when."""
    if progress.state is not RolloutState.RUNNING:
        return Next(words=_AT_REST[progress.state])
    begun = [one for one in rings if one.has_begun]
    waiting = sum(one.states.get(MemberState.WAITING, 0) for one in begun)
    if is_failing(plan, measured):
        return Next(words="Too much fails: it halts with the next look, within ten seconds.")
    if waiting:
        noun, verb = ("organisation", "is") if waiting == 1 else ("organisations", "are")
        told = (
            f"{waiting:,} {noun} of this ring {verb} moved with the next looks, ten seconds apart"
        )
        return Next(words=f"{told}; twenty at once at most.")
    return _after_moving(plan, progress, measured, rings, now=now)


def is_last_ring(ring: int, rings: Sequence[Ring]) -> bool:
    """Tell whether nobody is in a ring after this one."""
    return not any(one.total for one in rings[ring:])


def _after_moving(
    plan: Plan, progress: Progress, measured: Measured, rings: Sequence[Ring], *, now: datetime
) -> Next:
    until = progress.since + timedelta(seconds=plan.wait_s)
    after = next((one.number for one in rings[progress.ring :] if one.total), None)
    is_last = after is None
    then = "it is finished" if is_last else f"ring {after} begins"
    missing = plan.samples_min - measured.samples
    if now < until:
        return Next(words=f"This ring is watched; then {then}, if not too much fails.", at=until)
    if is_last:
        return Next(words="It is finished once nobody is stopped or kept back, or you finish it.")
    if missing > 0 and not plan.goes_on_unproven:
        told = f"{missing:,} more steps have to be over before it is judged and {then}"
        return Next(words=f"{told}. You can send it on at once.")
    return Next(words=f"{then.capitalize()} with the next look, within ten seconds.")


_AT_REST: Mapping[RolloutState, str] = {
    RolloutState.PAUSED: "Nothing, until somebody resumes it.",
    RolloutState.HALTED: "Nobody is moved any more. It can only be taken back.",
    RolloutState.GOING_BACK: "All that were moved get back what they had, twenty at a time.",
    RolloutState.ROLLED_BACK: "Nothing: it is over.",
    RolloutState.FINISHED: "Nothing by itself. It can still be taken back.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that a person may ask for.

    Attributes:
        verb: As `marketplace.rollouts.model.WISHES` names it.
        text: On the button.
        asks: The title of the question, and `means` what is said beneath it.
    """

    verb: str
    text: str
    icon: str
    tone: str
    asks: str
    means: str


DEEDS = (
    Deed(
        verb="go-on",
        text="Begin the next ring",
        icon="chevron-right",
        tone="primary",
        asks="Begin the next ring now?",
        means="It begins at once, whatever was measured so far and however long was waited.",
    ),
    Deed(
        verb="pause",
        text="Pause",
        icon="pause",
        tone="",
        asks="Pause this roll-out?",
        means="Nobody more is moved until somebody resumes it. Who was moved stays moved.",
    ),
    Deed(
        verb="resume",
        text="Resume",
        icon="play",
        tone="primary",
        asks="Let this roll-out go on?",
        means="It goes on in the ring where it was paused.",
    ),
    Deed(
        verb="finish",
        text="Finish",
        icon="circle-check",
        tone="",
        asks="Finish it as it is?",
        means="Who was not moved yet stays with what they have. It can still be taken back later.",
    ),
    Deed(
        verb="halt",
        text="Halt",
        icon="circle-alert",
        tone="danger",
        asks="Halt this roll-out for good?",
        means="Nobody is moved any more, and it cannot be resumed: it can only be taken back. "
        "To stop for a while, pause it.",
    ),
    Deed(
        verb="roll-back",
        text="Take back",
        icon="undo-2",
        tone="danger",
        asks="Take this roll-out back?",
        means="Everybody that was moved gets exactly the versions that they had, and the new one "
        "is removed where this roll-out brought it. What somebody published since stays as it is. "
        "Runs under way go on as they began.",
    ),
)


def deeds_of(state: RolloutState, *, is_last: bool) -> list[Deed]:
    """List what may be asked for in a state; after the last ring there is none to begin.

    >>> [one.verb for one in deeds_of(RolloutState.HALTED, is_last=False)]
    ['roll-back']
    """
    return [
        one
        for one in DEEDS
        if state in WISHES[one.verb][0] and not (one.verb == "go-on" and is_last)
    ]
