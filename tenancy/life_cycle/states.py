"""The states of an organisation, what each allows, and which may follow which: one table.

Pure: no session, no clock. A state counts for the organisation itself; those below it keep their
own, so that the customers of a suspended CSP run on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from types import MappingProxyType

CLOSING_FOR = timedelta(days=30)
TRIAL_DAYS = 30
TRIAL_DAYS_MAX = 365


class State(Enum):
    """How far an organisation's life is."""

    TRIAL = "trial"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSING = "closing"
    CLOSED = "closed"

    @property
    def is_at_work(self) -> bool:
        """Tell whether everything is allowed."""
        return self in AT_WORK


class Ability(Enum):
    """Something that a state allows or does not."""

    READ = "sign in, read and export"
    CHANGE = "change and publish"
    TAKE_IN = "take alarm events in"
    RUN = "start runs and go on with them"


AT_WORK = (State.TRIAL, State.ACTIVE)
ALLOWS: Mapping[State, frozenset[Ability]] = MappingProxyType(
    {
        State.TRIAL: frozenset(Ability),
        State.ACTIVE: frozenset(Ability),
        State.SUSPENDED: frozenset({Ability.READ}),
        State.CLOSING: frozenset({Ability.READ}),
        State.CLOSED: frozenset(),
    }
)
FOLLOWS: Mapping[State, tuple[State, ...]] = MappingProxyType(
    {
        State.TRIAL: (State.ACTIVE, State.SUSPENDED, State.CLOSING),
        State.ACTIVE: (State.SUSPENDED, State.CLOSING),
        State.SUSPENDED: (State.ACTIVE, State.TRIAL, State.CLOSING),
        State.CLOSING: (State.ACTIVE, State.SUSPENDED, State.CLOSED),
        State.CLOSED: (),
    }
)
"""What may follow a state. Closing is taken back by going on; nothing follows closed."""
ENDS_AS: Mapping[State, State] = MappingProxyType(
    {State.TRIAL: State.SUSPENDED, State.CLOSING: State.CLOSED}
)
"""What a state turns into by itself when its time is over."""
MEANS: Mapping[State, str] = MappingProxyType(
    {
        State.TRIAL: "Everything works until the trial ends; then it is suspended.",
        State.ACTIVE: "Everything works.",
        State.SUSPENDED: "People sign in, read and export. Nothing is changed or started, alarm "
        "events are refused, and what ran is held and goes on afterwards.",
        State.CLOSING: "People read and export until the date; then it is closed. It can be "
        "taken back until then.",
        State.CLOSED: "Nobody gets in any more. This cannot be taken back.",
    }
)


def allows(state: State, ability: Ability) -> bool:
    """Tell whether a state allows something.

    >>> allows(State.SUSPENDED, Ability.READ), allows(State.SUSPENDED, Ability.RUN)
    (True, False)
    """
    return ability in ALLOWS[state]


def may_follow(before: State, after: State) -> bool:
    """Tell whether an organisation may go from one state to another.

    >>> may_follow(State.ACTIVE, State.SUSPENDED), may_follow(State.CLOSED, State.ACTIVE)
    (True, False)
    """
    return after in FOLLOWS[before]
