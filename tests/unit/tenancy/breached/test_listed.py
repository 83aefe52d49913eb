"""The list of breached passwords: what is written is found, whatever its case."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.breached import listed
from tests.support.size import examples


@given(st.sets(st.text(min_size=12, max_size=40).map(str.casefold), max_size=20))
@settings(max_examples=examples(30))
def test_finds_all_that_was_written(passwords: set[str]) -> None:
    content = listed.write_list(passwords)
    begins = listed.begins_of(content)

    assert len(content) == begins[-1]
    assert all(listed.is_among(one, content, begins) for one in passwords)


def test_finds_nothing_in_an_empty_list() -> None:
    content = listed.write_list(())

    assert not listed.is_among("passwordpassword", content, listed.begins_of(content))


@pytest.mark.parametrize("password", ["passwordpassword", "PasswordPassword", "123456789012"])
def test_the_shipped_list_knows_what_everybody_tries(password: str) -> None:
    assert listed.is_breached(password)


def test_the_shipped_list_is_whole() -> None:
    content = listed.PLACE.read_bytes()

    assert listed.begins_of(content)[-1] == len(content)
    assert (Path(listed.__file__).parent / "README.md").is_file()
