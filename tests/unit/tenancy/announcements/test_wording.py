"""Text of announcements is shown as it was written, and only addresses become links."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.announcements.wording import parts_of, stretches_of
from tests.support.size import examples

PIECES = st.sampled_from(
    ["https://a.example/x", "http://", "javascript:alert(1)", " ", "<b>", '"', ".", "- ", "(", "é"]
)


@settings(max_examples=examples(120))
@given(st.lists(PIECES, max_size=12).map("".join))
def test_nothing_is_lost_and_every_link_is_one(line: str) -> None:
    found = stretches_of(line)

    assert "".join(one.text for one in found) == line
    assert all(re.fullmatch(r"https?://[^\s<>\"']+", one.text) for one in found if one.is_link)


@pytest.mark.parametrize(
    ("line", "link"),
    [
        ("see https://a.example/x).", "https://a.example/x"),
        ("HTTPS://A.example", "HTTPS://A.example"),
        ("javascript:alert(1)", None),
        ("ftp://a.example", None),
        ("https://", None),
    ],
)
def test_links(line: str, link: str | None) -> None:
    links = [one.text for one in stretches_of(line) if one.is_link]

    assert links == ([link] if link else [])


def test_paragraphs_and_lists() -> None:
    parts = parts_of("One\ntwo\n\nThree:\n- a\n- b\nfour")

    told = [
        (part.is_list, ["".join(s.text for s in line) for line in part.lines]) for part in parts
    ]
    assert told == [
        (False, ["One", "two"]),
        (False, ["Three:"]),
        (True, ["a", "b"]),
        (False, ["four"]),
    ]
