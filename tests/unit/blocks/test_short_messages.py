"""How many messages a text is, for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.standard._short_messages import cut_to, length_of

GSM = st.text(st.sampled_from("aZ9 @£éÄ\n€[]{}^~|\\"), max_size=400)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=400) | GSM


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        pytest.param("", "GSM 03.38", 0, 1, id="nothing"),
        pytest.param("a" * 160, "GSM 03.38", 160, 1, id="as long as one may be"),
        pytest.param("a" * 161, "GSM 03.38", 161, 2, id="one more"),
        pytest.param("a" * 306, "GSM 03.38", 306, 2, id="two that are full"),
        pytest.param("a" * 307, "GSM 03.38", 307, 3, id="one more than two"),
        pytest.param("€" * 80, "GSM 03.38", 160, 1, id="two septets each"),
        pytest.param("a" * 152 + "€" * 77, "GSM 03.38", 306, 3, id="no escape is parted"),
        pytest.param("`", "UCS-2", 1, 1, id="a backtick is not of the alphabet"),
        pytest.param("ł" * 70, "UCS-2", 70, 1, id="as long as one in UCS-2"),
        pytest.param("ł" * 71, "UCS-2", 71, 2, id="one more in UCS-2"),
        pytest.param("😀" * 35, "UCS-2", 70, 1, id="two units each"),
        pytest.param("ł" * 66 + "😀" * 34, "UCS-2", 134, 3, id="no pair is parted"),
    ],
)
def test_counts_as_a_network_does(text: str, alphabet: str, units: int, parts: int) -> None:
    found = length_of(text)

    assert (found.alphabet, found.units, found.parts) == (alphabet, units, parts)


@given(ANY)
def test_the_parts_hold_the_text_and_no_fewer_would(text: str) -> None:
    found = length_of(text)
    alone, together = (160, 153) if found.alphabet == "GSM 03.38" else (70, 67)

    room = alone if found.parts == 1 else found.parts * together
    assert found.units <= room
    if found.parts > 1:
        assert found.units > max(alone, (found.parts - 1) * (together - 1))


@given(ANY, st.integers(1, 4))
def test_what_is_cut_fits_and_is_as_long_as_it_may_be(text: str, parts: int) -> None:
    cut = cut_to(text, parts)

    assert length_of(cut).parts <= parts
    if cut != text:
        kept = len(cut) - 3
        assert text.startswith(cut[:kept])
        assert length_of(text[: kept + 1] + "...").parts > parts
