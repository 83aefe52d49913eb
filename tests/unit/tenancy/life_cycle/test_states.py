"""The table of states is whole, and leads where it says."""

from __future__ import annotations

import pytest

from tenancy.life_cycle.states import (
    ALLOWS,
    AT_WORK,
    ENDS_AS,
    FOLLOWS,
    MEANS,
    Ability,
    State,
    allows,
    may_follow,
)


def test_every_state_says_what_it_allows_what_follows_and_what_it_means() -> None:
    assert set(ALLOWS) == set(FOLLOWS) == set(MEANS) == set(State)


@pytest.mark.parametrize("state", list(State))
def test_who_is_at_work_may_do_everything_and_others_read_at_most(state: State) -> None:
    may = {one for one in Ability if allows(state, one)}

    assert may == set(Ability) if state in AT_WORK else may <= {Ability.READ}


def test_nothing_follows_closed_and_everything_else_can_come_to_it() -> None:
    def reach(state: State) -> set[State]:
        found, waiting = set[State](), [state]
        while waiting:
            new = set(FOLLOWS[waiting.pop()]) - found
            found |= new
            waiting += new
        return found

    assert FOLLOWS[State.CLOSED] == ()
    assert all(State.CLOSED in reach(one) for one in State if one is not State.CLOSED)


def test_closing_can_be_taken_back_and_comes_before_closed() -> None:
    assert may_follow(State.CLOSING, State.ACTIVE)
    assert [one for one in State if may_follow(one, State.CLOSED)] == [State.CLOSING]


def test_what_a_state_ends_as_may_follow_it() -> None:
    assert all(may_follow(before, after) for before, after in ENDS_AS.items())
