"""An icon is an image that does nothing."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.images import ICON_MAX_BYTES, why_no_image

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{}</svg>'


def png(width: int, height: int) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0dIHDR"
    return head + struct.pack(">II", width, height) + b"\x08\x06\x00\x00\x00"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("icon.svg", SVG.format('<path d="M0 0"/>').encode(), id="plain"),
        pytest.param("icon.svg", SVG.format('<use href="#a"/>').encode(), id="refers inside"),
        pytest.param("icon.png", png(64, 64), id="png"),
    ],
)
def test_an_image_is_taken(name: str, content: bytes) -> None:
    assert why_no_image(name, content) == ""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(SVG.format("<script/>"), "<script>", id="script"),
        pytest.param(SVG.format("<ScRipt/>"), "<script>", id="script in other letters"),
        pytest.param(SVG.format('<path onload="x()"/>'), "onload", id="handler"),
        pytest.param(SVG.format('<a href="https://x.y"/>'), "leads out", id="link"),
        pytest.param(
            SVG.format('<image xmlns:x="http://www.w3.org/1999/xlink" x:href="data:,"/>'),
            "leads out",
            id="link by xlink",
        ),
        pytest.param(SVG.format('<path style="fill:url(//x)"/>'), "loads something", id="style"),
        pytest.param(SVG.format("<style>@import 'x'</style>"), "loads something", id="import"),
        pytest.param(SVG.format("<foreignObject/>"), "<foreignobject>", id="html inside"),
        pytest.param(SVG.format('<set attributeName="href"/>'), "<set>", id="changes itself"),
        pytest.param("<!DOCTYPE a [<!ENTITY b 'c'>]>" + SVG.format(""), "entities", id="entities"),
        pytest.param("<svg viewBox='0 0 1 1'/>", "no SVG", id="no namespace"),
        pytest.param("<svg", "no SVG", id="cut off"),
        pytest.param("GIF89a", "no SVG", id="something else"),
        pytest.param("", "no SVG", id="empty"),
        pytest.param(SVG.format("<g>" * 60 + "</g>" * 60), "nested", id="nested without end"),
        pytest.param("<?xml version='1.0' encoding='utf-7'?><a/>", "no SVG", id="odd encoding"),
        pytest.param('<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox", id="no size"),
        pytest.param(SVG.format(" " * ICON_MAX_BYTES), "at most", id="too large"),
    ],
)
def test_an_svg_that_would_act_or_is_none_is_refused(content: str, told: str) -> None:
    assert told in why_no_image("icon.svg", content.encode())


def test_an_svg_in_other_letters_cannot_hide_its_entities() -> None:
    hidden = "<!DOCTYPE a [<!ENTITY b 'c'>]>" + SVG.format("&b;")

    assert why_no_image("icon.svg", hidden.encode("utf-16")) != ""
    assert why_no_image("icon.svg", hidden.encode("utf-16-le")) != ""


@given(
    st.binary(max_size=200) | st.text(alphabet="<>/svg =\"'xmln:&;![]", max_size=80).map(str.encode)
)
def test_whatever_comes_is_judged(content: bytes) -> None:
    assert isinstance(why_no_image("icon.svg", content), str)
    assert isinstance(why_no_image("icon.png", b"\x89PNG\r\n\x1a\n" + content), str)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"<svg/>", "no PNG", id="an svg"),
        pytest.param(png(4096, 8), "4096 by 8", id="too large"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "no PNG", id="cut off"),
    ],
)
def test_a_png_that_is_none_is_refused(content: bytes, told: str) -> None:
    assert told in why_no_image("icon.png", content)
