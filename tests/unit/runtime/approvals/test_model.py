"""Who may decide an approval, and when enough have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.outcomes import Ask
from kernel.errors import InvalidError
from runtime.approvals.model import (
    ApprovalState,
    Choice,
    Vote,
    Voter,
    bars_of,
    check_ask,
    rights_of,
    verdict,
    why_not,
)

ANNA_ID, BEN_ID = UUID(int=1), UUID(int=2)
ANNA = Voter(name="Anna", role="admin", operates=True, email="Anna@example.com", person_id=ANNA_ID)
BEN = Voter(name="Ben", role="viewer", operates=False, email="ben@example.com", person_id=BEN_ID)
ANNAS_TOKEN = Voter(name="token ci", role="operator", operates=True, person_id=ANNA_ID)
UNKNOWN_TOKEN = Voter(name="token cli", role="operator", operates=True)


def said(voter: Voter, choice: str = "approve") -> Vote:
    return Vote(voter.key, Choice(choice))


@pytest.mark.parametrize(
    ("ask", "voter", "expected"),
    [
        pytest.param({}, ANNA, True, id="nobody named: who may operate runs"),
        pytest.param({}, BEN, False, id="nobody named: not who only looks"),
        pytest.param({"roles": ("admin",)}, ANNA, True, id="by role"),
        pytest.param({"roles": ("viewer",)}, ANNA, False, id="another role, though a lesser one"),
        pytest.param({"roles": ("viewer",)}, BEN, True, id="a viewer where viewers are asked"),
        pytest.param({"people": ("anna@EXAMPLE.com ",)}, ANNA, True, id="by address, any case"),
        pytest.param({"people": ("ben@example.com",)}, ANNA, False, id="somebody else is named"),
        pytest.param(
            {"roles": ("admin",), "people": ("ben@example.com",)}, BEN, True, id="role or person"
        ),
        pytest.param({"roles": ("operator",)}, ANNAS_TOKEN, True, id="a token by its role"),
        pytest.param(
            {"people": ("anna@example.com",)}, ANNAS_TOKEN, False, id="no token for a named person"
        ),
    ],
)
def test_decides_who_is_asked(ask: dict[str, Any], voter: Voter, expected: bool) -> None:
    marks = rights_of(Ask(title="Go?", **ask))

    assert (why_not(marks, voter, []) is None) is expected


@pytest.mark.parametrize(
    ("started_by", "behind", "voter", "expected"),
    [
        pytest.param("Anna", [ANNA_ID], ANNA, False, id="who started it"),
        pytest.param("Cleo", [BEN_ID], ANNA, True, id="somebody else started it"),
        pytest.param("token ci", [ANNA_ID], ANNA, False, id="her token started it"),
        pytest.param("Anna", [ANNA_ID], ANNAS_TOKEN, False, id="she started it, her token decides"),
        pytest.param("Anna", [], ANNA, False, id="the name is hers, though the person is gone"),
        pytest.param("token x", [None], UNKNOWN_TOKEN, False, id="nobody knows whose tokens"),
        pytest.param("", [], ANNA, True, id="nobody started it"),
    ],
)
def test_four_eyes_keep_out_who_started_the_run(
    started_by: str, behind: list[UUID | None], voter: Voter, expected: bool
) -> None:
    marks = rights_of(Ask(title="Go?")) | bars_of(started_by, behind)

    assert (why_not(marks, voter, []) is None) is expected


@pytest.mark.parametrize("again", [ANNA, ANNAS_TOKEN], ids=["herself", "by her token"])
def test_nobody_decides_twice(again: Voter) -> None:
    refusal = why_not(rights_of(Ask(title="Go?")), again, [said(ANNA)])

    assert refusal is not None
    assert refusal.is_final


@pytest.mark.parametrize(
    ("needed", "votes", "expected"),
    [
        pytest.param(1, [], "open", id="nobody yet"),
        pytest.param(1, [said(ANNA)], "approved", id="one of one"),
        pytest.param(2, [said(ANNA)], "open", id="one of two"),
        pytest.param(2, [said(ANNA), said(ANNA)], "open", id="the same person twice"),
        pytest.param(2, [said(ANNA), said(BEN)], "approved", id="two of two"),
        pytest.param(3, [said(ANNA), said(BEN, "reject")], "rejected", id="one rejection rejects"),
    ],
)
def test_counts_votes(needed: int, votes: list[Vote], expected: str) -> None:
    assert verdict(needed, votes).value == expected


VOTES = st.lists(st.builds(Vote, st.sampled_from("abcde"), st.sampled_from(Choice)), max_size=8)


@given(needed=st.integers(1, 5), votes=VOTES, seed=st.randoms())
def test_the_order_of_votes_and_repeats_change_nothing(
    needed: int, votes: list[Vote], seed: Any
) -> None:
    shuffled = [*votes, *votes]
    seed.shuffle(shuffled)

    assert verdict(needed, shuffled) is verdict(needed, votes)


@given(needed=st.integers(1, 5), votes=VOTES)
def test_approved_means_as_many_people_and_no_rejection(needed: int, votes: list[Vote]) -> None:
    is_approved = verdict(needed, votes) is ApprovalState.APPROVED

    people = {one.voter for one in votes}
    assert is_approved == (
        len(people) >= needed and all(one.choice is Choice.APPROVE for one in votes)
    )


ROLES = st.sampled_from(["viewer", "operator", "admin"])
VOTERS = st.builds(
    Voter,
    name=st.sampled_from(["Anna", "Ben", "token ci"]),
    role=ROLES,
    operates=st.booleans(),
    email=st.sampled_from(["", "anna@example.com", "ben@example.com"]),
    person_id=st.sampled_from([None, ANNA_ID, BEN_ID]),
)
ASKS = st.builds(
    Ask,
    title=st.just("Go?"),
    roles=st.lists(ROLES, max_size=2).map(tuple),
    people=st.lists(st.sampled_from(["anna@example.com", "ben@example.com"])).map(tuple),
)


@given(ask=ASKS, voter=VOTERS, name=st.sampled_from(["Anna", "Ben", "Cleo", ""]))
def test_a_bar_only_ever_takes_away_and_always_from_the_starter(
    ask: Ask, voter: Voter, name: str
) -> None:
    rights = rights_of(ask)
    barred = rights | bars_of(name, [])

    with_bars, without = why_not(barred, voter, []), why_not(rights, voter, [])
    assert without is None or with_bars is not None
    if voter.name == name:
        assert with_bars is not None


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        pytest.param({"title": " "}, "/title", id="no question"),
        pytest.param({"roles": ("boss",)}, "/roles", id="no such role"),
        pytest.param({"people": ("",)}, "/people", id="no address"),
        pytest.param({"needed": 0}, "/needed", id="nobody needed"),
        pytest.param(
            {"needed": 2, "people": ("a@example.com", "A@example.com")}, "/needed", id="too few"
        ),
        pytest.param({"form": {"type": "string"}}, "/form", id="a form that is no object"),
        pytest.param(
            {"form": {"type": "object", "properties": 5}}, "/form/properties", id="no schema"
        ),
        pytest.param({"remind_every_s": 0}, "/remind_every_s", id="reminders without pause"),
        pytest.param({"timeout_port": "later"}, "/timeout_port", id="no such way out"),
    ],
)
def test_refuses_what_could_never_be_decided(ask: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        check_ask(Ask(**{"title": "Go?", **ask}))

    assert [one.pointer for one in caught.value.problems] == [field]
