"""The icons of blocks in one file: which are in it, and what stays out."""

from __future__ import annotations

import pytest

from blocks.drawings.sprite import sprite_of, symbol_of
from blocks.registry import standard_registry

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" {said}>{inner}</svg>'
PLAIN = 'fill="none" stroke="currentColor"'


def symbol(inner: str, said: str = PLAIN) -> str:
    return symbol_of(HEAD.format(said=said, inner=inner).encode(), "acme.ping@1.0.0")


def test_an_icon_in_the_texts_colour_is_a_symbol_that_keeps_how_it_is_drawn() -> None:
    found = symbol('<path d="M0 0h4"/>')

    assert found.startswith(f'<symbol id="acme.ping@1.0.0" viewBox="0 0 24 24" {PLAIN}>')
    assert "M0 0h4" in found
    assert "width" not in found


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        pytest.param("<path/>", "", id="black, for it says nothing else"),
        pytest.param('<path fill="#f00"/>', PLAIN, id="of a colour"),
        pytest.param('<path style="fill:red"/>', PLAIN, id="styled"),
        pytest.param("<style>path{fill:red}</style>", PLAIN, id="a style sheet"),
        pytest.param('<g id="a"/><use href="#a"/>', PLAIN, id="names what is inside"),
        pytest.param(
            '<g color="red"><path stroke="currentColor"/></g>', PLAIN, id="its own colour"
        ),
        pytest.param("<script/>", PLAIN, id="acts"),
    ],
)
def test_an_icon_that_would_look_different_or_act_stays_out(inner: str, said: str) -> None:
    assert symbol(inner, said) == ""


def test_a_png_stays_out() -> None:
    assert symbol_of(b"\x89PNG\r\n\x1a\n", "acme.ping@1.0.0") == ""


def test_all_blocks_that_come_with_garland_are_in_one_file() -> None:
    blocks = standard_registry().each()

    sprite = sprite_of(standard_registry())

    assert sprite.names == {(one.manifest.id, one.manifest.version) for one in blocks}
    assert sprite.text.count("<symbol ") == len(blocks)
