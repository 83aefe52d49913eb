"""Waits after wrong tries: they grow, they end, and losing Redis does not lift them."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from limits.storage import RedisStorage
from typing_extensions import override

from kernel.errors import TooManyError
from tenancy.sign_ins.waits import (
    ORIGIN,
    PERSON,
    Pace,
    Subject,
    Waits,
    origin_subject,
    person_subject,
)
from tests.support.size import examples

ANNA = person_subject("anna@example.com")
HERE = origin_subject("192.0.2.1")


@given(st.sampled_from([PERSON, ORIGIN]), st.integers(min_value=0, max_value=10**6))
@settings(max_examples=examples(50))
def test_a_wait_never_grows_beyond_its_longest(pace: Pace, tries: int) -> None:
    assert 0 <= pace.wait_s(tries) <= pace.longest_s


@pytest.mark.parametrize("pace", [PERSON, ORIGIN])
def test_more_tries_never_shorten_the_wait(pace: Pace) -> None:
    waits = [pace.wait_s(tries) for tries in range(100)]

    assert all(earlier <= later for earlier, later in pairwise(waits))
    assert waits[pace.free - 1] == 0
    assert waits[pace.free] > 0


def wrong(waits: Waits, subject: Subject, times: int) -> None:
    for _ in range(times):
        waits.take(subject)


def test_refuses_after_the_free_tries_and_says_when_to_come_back() -> None:
    waits = Waits()

    wrong(waits, ANNA, PERSON.free)

    with pytest.raises(TooManyError, match=r"Wait 30 seconds, then try again") as refused:
        waits.take(ANNA)
    assert refused.value.retry_after_s == PERSON.first_s


def test_others_are_not_kept_waiting() -> None:
    waits = Waits()

    wrong(waits, ANNA, PERSON.free)

    waits.take(person_subject("berta@example.com"), HERE)


def test_the_address_counts_whatever_its_case() -> None:
    waits = Waits()

    wrong(waits, ANNA, PERSON.free)

    with pytest.raises(TooManyError):
        waits.take(person_subject(" ANNA@example.com"))


def test_one_network_waits_whomever_it_tries() -> None:
    waits = Waits()

    for number in range(ORIGIN.free):
        waits.take(person_subject(f"p{number}@example.com"), HERE)

    with pytest.raises(TooManyError):
        waits.take(person_subject("another@example.com"), HERE)


def test_a_success_begins_anew() -> None:
    waits = Waits()
    wrong(waits, ANNA, PERSON.free - 1)

    waits.forget(ANNA)

    wrong(waits, ANNA, PERSON.free)


def test_who_was_right_costs_the_network_nothing() -> None:
    waits = Waits()

    for _ in range(3 * ORIGIN.free):
        waits.take(HERE)
        waits.give_back(HERE)

    wrong(waits, HERE, ORIGIN.free)


class Blind(Waits):
    """Sees no wait beforehand, as tries that come at the same moment see none."""

    @override
    def _left_s(self, subject: Subject) -> int:
        return 0


def test_of_many_tries_at_once_no_more_are_let_through() -> None:
    waits, let_through = Blind(), 0

    for _ in range(2 * PERSON.free):
        with suppress(TooManyError):
            waits.take(ANNA)
            let_through += 1

    assert let_through == PERSON.free


def test_counts_in_this_process_while_redis_is_away() -> None:
    waits = Waits(RedisStorage("redis://127.0.0.1:1/0"))

    wrong(waits, ANNA, PERSON.free)

    with pytest.raises(TooManyError):
        waits.take(ANNA)


def test_notes_a_refusal_once_in_a_while() -> None:
    waits = Waits()

    assert [waits.is_first(ANNA, in_s=60) for _ in range(3)] == [True, False, False]


def test_no_address_stands_in_the_keys() -> None:
    assert "anna" not in ANNA.key("tries")
    assert "192" not in HERE.key("tries")
