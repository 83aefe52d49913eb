"""A cron line that passes is one the scheduler can read, and means what a person thinks."""

from __future__ import annotations

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.flows.cron import check_cron
from tests.support.size import examples

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


@st.composite
def lines(draw: st.DrawFn) -> str:
    texts = []
    for least, most in FIELDS:
        words = ["mon", "sun", "fri"] if most == 6 else ["jan", "dec"] if most == 12 else []
        value = st.integers(least - 1, most + 1).map(str) | st.sampled_from([*words, "*", "x"])
        a, b, n = draw(value), draw(value), draw(st.integers(0, most + 2))
        texts.append(draw(st.sampled_from(["*", a, f"{a}-{b}", f"*/{n}", f"{a}/{n}", f"{a},{b}"])))
    return " ".join(texts)


@settings(max_examples=examples(150))
@given(line=lines())
def test_the_scheduler_reads_every_line_that_passes(line: str) -> None:
    if check_cron(line) is None:
        assert CronTrigger.from_crontab(line) is not None


@pytest.mark.parametrize(
    "line", ["* * * 1-jan *", "* * * jan-5 *", "* * * jan/2 *", "0 6 * * mon-fri/2"]
)
def test_refuses_a_name_mixed_with_a_number(line: str) -> None:
    """The library refuses the first at three in the morning, and reads the others in part."""
    assert "mixes a name with a number" in (check_cron(line) or "")


@given(line=st.text(max_size=20) | st.text("0123456789*/-,²٣ ", max_size=20))
def test_no_text_breaks_the_check(line: str) -> None:
    assert check_cron(line) != ""


@pytest.mark.parametrize(
    "line",
    ["*/5 * * * *", "0 6 * * mon-fri", "0,30 8-18/2 1 jan,jul *", "0 0 29 2 *", "5/10 * * * *"],
)
def test_takes_what_people_write(line: str) -> None:
    assert check_cron(line) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("* * * *", "five fields", id="a field too few"),
        pytest.param("60 * * * *", "minute 60 lies outside 0-59", id="outside"),
        pytest.param("0 18-8 * * *", "runs backwards", id="backwards"),
        pytest.param("*/0 * * * *", "steps by 0", id="no step"),
        pytest.param("*/99 * * * *", "steps by 99", id="step too large"),
        pytest.param("0 0 * * 0", "by name, such as mon", id="weekday as a number"),
        pytest.param("0 0 31 feb *", "day 31 never comes", id="a date that never comes"),
        pytest.param("0 0 L * *", "day of the month l", id="other dialects"),
    ],
)
def test_says_what_is_wrong(line: str, words: str) -> None:
    assert words in str(check_cron(line))
