"""A picture is taken for what it is, drawn anew, and refused with a remedy where it cannot be."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from marketplace.pictures import _pillow
from marketplace.pictures._pillow import NoPictureError, draw_anew
from tests.factories.pictures import make_picture
from tests.support.size import examples

HIDDEN = b"<script>alert('taken over')</script>"


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=["WEBP"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_each_of_three_kinds_is_kept_as_one(kind: str) -> None:
    drawn = draw_anew(make_picture(kind))

    assert opened(drawn.content).size == (drawn.width, drawn.height) == (400, 300)


def test_nothing_of_the_file_stays_but_what_is_seen() -> None:
    place = Image.Exif()
    place[0x010E] = "Taken at home"
    found = make_picture("JPEG", exif=place) + HIDDEN

    drawn = draw_anew(found)

    assert HIDDEN not in drawn.content
    assert b"Taken at home" not in drawn.content
    assert not opened(drawn.content).getexif()


def test_it_stands_upright_as_the_camera_said() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6

    drawn = draw_anew(make_picture("JPEG", exif=turned))

    assert (drawn.width, drawn.height) == (300, 400)


def test_what_can_be_seen_through_stays_so() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(clear, "PNG")

    assert opened(draw_anew(clear.getvalue()).content).mode == "RGBA"


def test_a_large_one_is_made_smaller_in_its_proportions() -> None:
    drawn = draw_anew(make_picture("PNG", (3_200, 800)))

    assert (drawn.width, drawn.height) == (1_600, 400)


def film() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (300, 300), one) for one in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"<html>" + HIDDEN, "no PNG, JPEG or WebP", id="a page"),
        pytest.param(b"", "no PNG, JPEG or WebP", id="nothing"),
        pytest.param(make_picture("GIF"), "no PNG, JPEG or WebP", id="another kind"),
        pytest.param(make_picture("PNG")[:200], "damaged", id="cut off"),
        pytest.param(make_picture("PNG", (50, 500)), "at least 200", id="too small"),
        pytest.param(make_picture("PNG", (8_001, 200)), "make it smaller", id="too wide"),
        pytest.param(film(), "it moves", id="a film"),
    ],
)
def test_what_is_none_is_refused_with_a_remedy(content: bytes, told: str) -> None:
    with pytest.raises(NoPictureError, match=told):
        draw_anew(content)


def test_too_large_a_file_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pillow, "FILE_MAX_BYTES", 100)

    with pytest.raises(NoPictureError, match="bytes"):
        draw_anew(make_picture("PNG"))


@settings(max_examples=examples(40))
@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_whatever_is_in_a_file_it_is_drawn_or_refused(at: int, other: bytes) -> None:
    content = bytearray(make_picture("JPEG", (240, 240)))
    content[at : at + len(other)] = other

    try:
        drawn = draw_anew(bytes(content))
    except NoPictureError:
        return

    assert opened(drawn.content).format == "WEBP"
