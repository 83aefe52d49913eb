"""The form of a plan reads back as it was filled in, and the page says what happens next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import InvalidError
from marketplace.rollouts.forms import filled, read_form
from marketplace.rollouts.model import (
    WISHES,
    Measured,
    MemberState,
    Plan,
    Progress,
    RolloutState,
    judged,
    past_empty,
    peopled,
    plan_document,
    went_on,
)
from marketplace.rollouts.showing import DEEDS, deeds_of, next_of, rings_of
from tests.factories.tenancy import NOON
from tests.support.size import examples

PLANS = st.builds(
    Plan,
    rings=st.sets(st.integers(1, 99), max_size=9).map(lambda found: (*sorted(found), 100)),
    wait_s=st.integers(0, 43_200).map(lambda minutes: minutes * 60),
    samples_min=st.integers(1, 100_000),
    failures_max=st.integers(0, 99),
    goes_back=st.booleans(),
    goes_on_unproven=st.booleans(),
)
NOTHING, ENOUGH = Measured(samples=0, failures=0), Measured(samples=50, failures=0)


def form_of(plan: Plan) -> dict[str, str]:
    """Give what a browser sends of a filled form: boxes that are not ticked are not there."""
    values = filled(plan).items()
    return {name: "true" if one is True else one for name, one in values if one is not False}


@settings(max_examples=examples(100))
@given(PLANS)
def test_a_form_that_is_sent_as_it_was_filled_is_the_same_plan(plan: Plan) -> None:
    assert read_form(form_of(plan)) == plan_document(plan)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("rings", "", id="no ring"),
        pytest.param("rings", "5, 50", id="does not end with all"),
        pytest.param("rings", "50, 5, 100", id="does not grow"),
        pytest.param("rings", "5; 100", id="not separated as it should be"),
        pytest.param("rings", "0, 100", id="a ring of nobody"),
        pytest.param("wait_min", "-1", id="a negative wait"),
        pytest.param("wait_min", "1e3", id="no whole number"),
        pytest.param("samples_min", "0", id="no sample"),
        pytest.param("failures_max", "100", id="all may fail"),
        pytest.param("failures_max", "٣", id="digits of another script"),
    ],
)
def test_what_cannot_be_taken_is_named_by_its_field(field: str, value: str) -> None:
    with pytest.raises(InvalidError) as caught:
        read_form({**form_of(Plan()), field: value})

    assert [one.pointer for one in caught.value.problems] == [field]


@pytest.mark.parametrize(
    ("state", "ring", "waiting", "measured", "minutes", "said"),
    [
        pytest.param(
            "running", 1, 3, NOTHING, 0, "3 organisations of this ring", id="some are moved now"
        ),
        pytest.param("running", 1, 0, ENOUGH, 1, "ring 2 begins", id="the ring is watched"),
        pytest.param("running", 1, 0, NOTHING, 61, "20 more steps", id="too few to judge"),
        pytest.param("running", 1, 0, ENOUGH, 61, "Ring 2 begins", id="the next ring"),
        pytest.param("running", 4, 0, ENOUGH, 61, "finished once", id="somebody is kept back"),
        pytest.param("running", 1, 0, Measured(samples=50, failures=9), 1, "halts", id="fails"),
        pytest.param("paused", 1, 3, NOTHING, 0, "resumes", id="paused"),
        pytest.param("halted", 1, 3, NOTHING, 0, "taken back", id="halted"),
    ],
)
def test_the_page_says_what_happens_next(
    state: str, ring: int, waiting: int, measured: Measured, minutes: int, said: str
) -> None:
    plan, progress = Plan(), Progress(state=RolloutState(state), ring=ring, since=NOON)
    counts = {(1, MemberState.WAITING): waiting, **{(one, MemberState.MOVED): 1 for one in (1, 2)}}
    rings = rings_of(plan, ring, counts)

    found = next_of(plan, progress, measured, rings, now=NOON + timedelta(minutes=minutes))

    assert said in found.words


def test_every_wish_has_a_button_exactly_where_it_is_possible() -> None:
    assert {one.verb for one in DEEDS} == set(WISHES)
    for state in RolloutState:
        shown = {one.verb for one in deeds_of(state, is_last=False)}
        assert shown == {verb for verb, (possible, _) in WISHES.items() if state in possible}


def test_a_ring_in_which_nobody_is_is_passed_over() -> None:
    plan, since = Plan(goes_on_unproven=True, wait_s=0), NOON
    first = Progress(state=RolloutState.RUNNING, ring=1, since=since)

    filled = {1, 4}
    cut = peopled(plan, {1, 2})

    after = past_empty(judged(plan, first, NOTHING, waiting=0, now=NOON), filled)
    over = judged(cut, replace(after, ring=2), NOTHING, waiting=0, now=NOON)

    assert (after.ring, over.state) == (4, RolloutState.FINISHED)
    assert past_empty(went_on(plan, first, now=NOON), {1, 3}).ring == 3
