"""What devices write is made readable: whatever comes, nothing that steers a screen is left."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.brokers._ssh_texts import KEPT_MAX, Tail, is_pager, last_line, readable

STEERING = st.text(alphabet="ab-More \x1b[]0;?mKH\x07\x08\r\n\x00\x7f", max_size=40)


@given(text=STEERING | st.text(max_size=40))
def test_nothing_that_steers_a_screen_is_left(text: str) -> None:
    shown = readable(text)

    assert not [sign for sign in shown if ord(sign) < 32 and sign not in "\n\t"]
    assert "\x7f" not in shown
    assert readable(shown) == shown or "more" in shown.lower()


@given(lines=st.lists(st.text(alphabet="abc 123./:-", max_size=20).map(str.rstrip), max_size=6))
def test_plain_lines_stay_as_they_are(lines: list[str]) -> None:
    assert readable("\r\n".join(lines)) == "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\r\n --More-- \r          \r b", "a\n b", id="written over"),
        pytest.param("a\n--More--b", "a\nb", id="left standing"),
        pytest.param("---- More ----\x1b[42D" + " " * 14 + "\x1b[42D mtu", " mtu", id="moved over"),
        pytest.param("\x1b[1;31mdown\x1b[0m", "down", id="colour"),
        pytest.param("\x1b]0;router\x07up", "up", id="title"),
        pytest.param("abc\x08\x08XY", "aXY", id="typed again"),
        pytest.param("  --more-specific", "  --more-specific", id="no pager"),
    ],
)
def test_what_stands_on_the_screen_in_the_end_is_shown(text: str, shown: str) -> None:
    assert readable(text) == shown


@pytest.mark.parametrize(
    "line",
    [
        " --More-- ",
        "---(more)---",
        "---(more 42%)---",
        "  ---- More ----",
        "<--- More --->",
        "Press any key to continue (Q to quit)",
        "lines 1-23",
        "-- MORE --, next page: Space, next line: Enter, quit: Control-C",
        "(END)",
    ],
)
def test_pagers_of_many_makers_are_known(line: str) -> None:
    assert is_pager(line)


@pytest.mark.parametrize("line", ["router#", "more of it", "aggregate --more-specific yes", ""])
def test_what_is_no_pager_is_not_taken_for_one(line: str) -> None:
    assert not is_pager(line)


@given(parts=st.lists(st.binary(max_size=30), max_size=6))
def test_the_last_line_is_what_follows_the_last_line_feed(parts: list[bytes]) -> None:
    tail = Tail()
    for part in parts:
        tail.add(part)

    assert tail.text() == b"".join(parts).decode("utf-8", errors="replace")
    assert "\n" not in last_line(tail.text())


def test_of_much_the_end_is_kept() -> None:
    tail = Tail()
    for number in range(3 * KEPT_MAX // 8):
        tail.add(b"%07d\n" % number)

    assert tail.is_cut
    assert len(tail.text()) == KEPT_MAX
    assert tail.text().endswith(f"{3 * KEPT_MAX // 8 - 1:07}\n")


@pytest.mark.parametrize(
    "bad", ["\x1b]" * 50_000, "\x1b[" * 50_000, "-" * 100_000, "\x08a" * 50_000]
)
def test_whatever_comes_is_read_in_linear_time(bad: str) -> None:
    began = time.monotonic()
    readable(bad)
    is_pager(bad)

    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        pytest.param("\r" * KEPT_MAX, "", id="carriage returns"),
        pytest.param("\r" * KEPT_MAX + "\n" + "\r" * KEPT_MAX + "a", "\na", id="lines of them"),
        pytest.param("\x1b[" + "0" * KEPT_MAX, "0" * KEPT_MAX, id="a colour without end"),
        pytest.param("\x1b[1D" * (KEPT_MAX // 4), "", id="steps back"),
        pytest.param("-" * KEPT_MAX, "-" * KEPT_MAX, id="dashes"),
    ],
)
def test_a_megabyte_that_was_made_to_be_slow_is_read(hostile: str, shown: str) -> None:
    assert readable(hostile) == shown


@given(text=st.text(alphabet="a\r\n", max_size=30))
def test_however_many_carriage_returns_end_a_line_it_ends_once(text: str) -> None:
    plain = text
    while "\r\n" in plain:
        plain = plain.replace("\r\n", "\n")

    assert readable(text).count("\n") == text.count("\n")
    assert readable(text) == readable(plain)
