"""Ranges of versions: read, written the one way, and which versions lie in them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.versions import precedence
from kernel.errors import InvalidError
from marketplace.advisories.ranges import affects, read_ranges, write_ranges
from tests.support.size import examples

NUMBERS = st.integers(0, 3)
VERSIONS = st.builds(
    lambda parts, pre: ".".join(map(str, parts)) + pre,
    st.tuples(NUMBERS, NUMBERS, NUMBERS),
    st.sampled_from(["", "-rc.1", "-alpha"]),
)


@pytest.mark.parametrize(
    ("affected", "hit", "missed"),
    [
        pytest.param(">=1.0.0,<1.4.2", ["1.0.0", "1.4.2-rc.1"], ["0.9.9", "1.4.2"], id="span"),
        pytest.param("<=2.0.0", ["0.0.1", "2.0.0"], ["2.0.1"], id="up to one"),
        pytest.param(">=3.0.0", ["3.0.0", "9.0.0"], ["3.0.0-rc.1"], id="from one on"),
        pytest.param("1.3.0", ["1.3.0"], ["1.3.1", "1.3.0-rc.1"], id="one alone"),
        pytest.param("*", ["0.0.0", "9.9.9-rc.1"], [], id="all"),
        pytest.param("<1.0.0 || 2.0.0", ["0.9.0", "2.0.0"], ["1.0.0"], id="several"),
    ],
)  # fmt: skip
def test_it_holds_what_lies_in_it(affected: str, hit: list[str], missed: list[str]) -> None:
    assert [one for one in hit if not affects(affected, one)] == []
    assert [one for one in missed if affects(affected, one)] == []


@pytest.mark.parametrize(
    "text",
    ["", "||", "1.0", ">1.0.0", ">=2.0.0,<1.0.0", ">=1.0.0,<1.0.0", "latest", "1.0.0 1.1.0",
     "^1.0.0", "1.0.0+build", "*" * 400, " || ".join(["1.0.0"] * 21), "01.0.0"],
)  # fmt: skip
def test_what_is_none_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(InvalidError, match="affected:") as refused:
        read_ranges(text)
    assert refused.value.problems[0].pointer == "/affected"


@given(VERSIONS, VERSIONS, VERSIONS, st.booleans())
@settings(max_examples=examples(200))
def test_it_is_read_as_it_was_written(first: str, end: str, other: str, is_open: bool) -> None:
    low, high = sorted((first, end), key=precedence)
    text = f">={low},{'<' if is_open else '<='}{high} || {other}"
    if is_open and precedence(low) == precedence(high):
        return
    spans = read_ranges(text)

    assert read_ranges(write_ranges(spans)) == spans
    assert affects(text, low)
    assert affects(text, other)
    assert affects(text, high) is (not is_open or precedence(other) == precedence(high))


@given(st.text(max_size=60))
@settings(max_examples=examples(200))
def test_whatever_is_typed_is_read_or_refused_by_name(text: str) -> None:
    with suppress(InvalidError):
        spans = read_ranges(text)
        assert read_ranges(write_ranges(spans)) == spans
