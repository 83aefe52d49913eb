"""Words that are nearly what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.search.typos import Vocabulary, slips_between, tolerance
from tests.support.size import examples

WORDS = st.text("abcd", min_size=1, max_size=10)


@pytest.mark.parametrize(
    ("typed", "meant", "slips"),
    [
        pytest.param("servise", "service", 1, id="another letter"),  # codespell:ignore servise
        pytest.param("cico", "cisco", 1, id="one letter less"),
        pytest.param("ciscoo", "cisco", 1, id="one letter more"),
        pytest.param("cicso", "cisco", 1, id="two in each other's place"),
        pytest.param(
            "prometehus", "prometheus", 1, id="two in the middle of a long one"
        ),  # codespell:ignore promethues
        pytest.param("kubrnets", "kubernetes", 2, id="two letters less"),
    ],
)
def test_counts_slips(typed: str, meant: str, slips: int) -> None:
    assert slips_between(typed, meant, most=2) == slips


@settings(max_examples=examples(100))
@given(WORDS, WORDS)
def test_slips_are_as_many_from_either_side(one: str, other: str) -> None:
    assert slips_between(one, other, most=2) == slips_between(other, one, most=2)


@settings(max_examples=examples(100))
@given(st.lists(WORDS, max_size=40), WORDS)
def test_looking_in_a_vocabulary_misses_no_word_within_the_tolerance(
    words: list[str], typed: str
) -> None:
    vocabulary = Vocabulary()
    vocabulary.add(words)

    most = tolerance(typed)
    near = {(slips_between(typed, one, most=most), one) for one in words}
    assert vocabulary.nearly(typed) == sorted(pair for pair in near if 0 < pair[0] <= most)


@settings(max_examples=examples(50))
@given(st.lists(WORDS, max_size=40), WORDS)
def test_finds_every_longer_word_by_its_beginning(words: list[str], start: str) -> None:
    vocabulary = Vocabulary()
    vocabulary.add(words)

    longer = sorted({one for one in words if one.startswith(start) and one != start})
    assert vocabulary.beginning_with(start) == longer


def test_a_short_word_is_read_to_the_letter() -> None:
    vocabulary = Vocabulary()
    vocabulary.add(["sms"])

    assert vocabulary.nearly("smz") == []
