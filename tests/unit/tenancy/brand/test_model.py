"""What may be chosen for a brand, and how it is refused."""

from __future__ import annotations

import pytest

from kernel.errors import InvalidError
from tenancy.brand.model import Brand, lettered, read_brand, read_picture

SCRIPTED = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>x</script></svg>'


def refused(**form: str) -> dict[str, str]:
    with pytest.raises(InvalidError) as caught:
        read_brand({"product": "Aurora", **form})
    return {one.pointer: one.message for one in caught.value.problems}


def test_a_name_is_enough() -> None:
    assert read_brand({"product": " Aurora "}) == Brand(name="Aurora")


def test_an_accent_that_nobody_can_read_is_named_with_its_ratio_and_a_remedy() -> None:
    told = refused(accent_light="#ffcc00", accent_dark="#5fe0b5")

    assert told == {
        "/accent_light": "#ffcc00 has a contrast of 1.4 to 1 on the hovered row (#eff4fc) of light "
        "pages, and text needs 4.5 to 1: take a darker one, such as #856a00"
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("product", "", id="no name"),
        pytest.param("product", "x" * 61, id="a long name"),
        pytest.param("product", "Auro\u202era", id="a name that runs backwards"),
        pytest.param("sender", "a\nBcc: b@c.example", id="a header in a sender"),
        pytest.param("greeting", "a\nb", id="a greeting of two lines"),
        pytest.param("host_asked", "https://noc.example", id="an address as host"),
        pytest.param("host_asked", "192.0.2.1", id="a number as host"),
        pytest.param("host_asked", "localhost", id="a host of one word"),
        pytest.param("host_asked", "nöc.example", id="a host that is not ASCII"),
        pytest.param("terms", "javascript:alert(1)", id="a link that acts"),
        pytest.param("terms", "mailto:a@b.example", id="terms by mail"),
        pytest.param("support", "https://me@evil.example", id="a link with a user"),
        pytest.param("documentation", "http://x.example", id="a link without TLS"),
        pytest.param("accent_light", "#0b7a5c", id="one accent alone"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(field: str, value: str) -> None:
    told = refused(**{field: value})

    assert set(told) == ({"/accent_dark"} if field == "accent_light" else {f"/{field}"})


def test_help_may_be_an_address_to_write_to() -> None:
    found = read_brand({"product": "Aurora", "support": "mailto:help@aurora.example"})

    assert found.support == "mailto:help@aurora.example"


def test_a_signature_may_have_lines() -> None:
    assert read_brand({"product": "Aurora", "signature": "A\r\nB"}).signed == "A\nB"


def test_a_picture_that_acts_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        read_picture("logo.svg", SCRIPTED, "logo")

    assert caught.value.problems[0].pointer == "/logo"
    assert "<script>" in caught.value.problems[0].message


def test_the_drawn_letter_is_a_picture_that_may_be_shown() -> None:
    drawn = lettered(Brand(name="<Aurora>", accent_light="#0b7a5c"))

    assert read_picture("icon.svg", drawn.content, "icon") == drawn
    assert b">A</text>" in drawn.content
