"""Accents: what can be read, and what the style sheet makes of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.resources import resource_folder
from tenancy.brand.colours import (
    AA,
    GROUNDS,
    contrast,
    ink_on,
    read_colour,
    style_of,
    why_unreadable,
    worst_ground,
)
from tests.support.size import examples

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
THEMES = st.sampled_from(["light", "dark"])


@settings(max_examples=examples(60))
@given(COLOURS, THEMES)
def test_what_is_proposed_instead_can_be_read(colour: str, theme: str) -> None:
    found = why_unreadable(colour, theme)

    if found is not None:
        assert found.ratio < AA
        assert worst_ground(found.instead, theme)[2] >= AA


@settings(max_examples=examples(60))
@given(COLOURS)
def test_a_filled_button_can_be_read_in_any_colour(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= AA


@settings(max_examples=examples(60))
@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways_and_at_most_21(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.0001


@pytest.mark.parametrize("text", ["", "blue", "#12345", "#12345g", "rgb(1,2,3)", "#1453c4;}"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="six hexadecimal digits"):
        read_colour(text)


def test_the_grounds_are_those_of_the_pages() -> None:
    tokens = (resource_folder("static") / "css/tokens.css").read_text()
    names = {"page": "ground", "surface": "surface", "hovered row": "surface-hover"}

    for ground, token in names.items():
        found = re.search(rf"--{token}: light-dark\((#\w+), (#\w+)\)", tokens)
        assert found is not None
        assert (GROUNDS["light"][ground], GROUNDS["dark"][ground]) == found.groups()


def test_without_accents_there_is_no_style_sheet() -> None:
    assert style_of("", "") == ""
