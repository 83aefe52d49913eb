"""What a child writes is read quickly, and as strictly as by the slow reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.sandbox import _wire
from blocks.sandbox._frames import FrameError, read
from kernel.errors import MalformedError
from kernel.json_text import read_json

BLANKS = st.text(" \t\n\r", max_size=2)
NAMES = st.sampled_from(['"x"', '"y"', '"a :"', '"\\":"', '""'])
NUMBERS = st.sampled_from(["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1.5", "7"])


def blanked(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put blanks round each part."""
    around = [one for part in parts for one in (BLANKS, part)]
    return st.tuples(*around, BLANKS).map("".join)


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = blanked(NAMES, st.just(":"), values)
    return st.lists(pairs, max_size=3).map(lambda some: "{" + ",".join(some) + "}")


FRAMES = objects(
    st.recursive(
        NUMBERS | NAMES | st.just("null"),
        lambda inner: (
            objects(inner)
            | st.lists(inner, max_size=2).map(lambda some: "[" + ",".join(some) + "]")
        ),
        max_leaves=4,
    )
)


def outcome(reader: Any, text: str) -> str:
    """Give what is read, or that nothing is."""
    try:
        return json.dumps(reader(text.encode()))
    except (FrameError, MalformedError):
        return "refused"


@given(FRAMES)
def test_what_the_slow_reader_refuses_the_quick_one_refuses(text: str) -> None:
    assert outcome(read, text) == outcome(read_json, text)


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r", " \n "])
@pytest.mark.parametrize("shape", ['{{"x":1,"x":2,"y"{}:3}}', '{{"a":[{{"x":1,"x":2,"y"{}:3}}]}}'])
def test_a_name_twice_is_refused_whatever_blanks_stand_around(shape: str, blank: str) -> None:
    with pytest.raises(FrameError, match="twice"):
        read(shape.format(blank).encode())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("shape", ['{{"v":{}}}', '{{"a":[{{"v":[1,{}]}}]}}'])
def test_what_is_no_number_is_refused_wherever_it_stands(shape: str, number: str) -> None:
    with pytest.raises(FrameError):
        read(shape.format(number).encode())


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b'{"a":"\\uD800"}', id="half a character in capitals"),
        pytest.param(b'{"a":"\xed\xa0\x80"}', id="half a character as bytes"),
        pytest.param('{"a":"\\u0000"}'.encode("utf-16"), id="a NUL in UTF-16"),
    ],
)
def test_what_no_database_keeps_is_refused_however_it_is_written(frame: bytes) -> None:
    with pytest.raises(FrameError, match="a text holds"):
        read(frame)


@pytest.mark.parametrize(
    ("said", "waited"),
    [
        pytest.param(float("nan"), 0.0, id="no number"),
        pytest.param(float("inf"), 86_400.0, id="without end"),
        pytest.param(10**400, 86_400.0, id="beyond every number"),
        pytest.param(-5, 0.0, id="less than none"),
        pytest.param(30, 30, id="half a minute"),
        pytest.param(None, None, id="none"),
    ],
)
def test_when_to_try_again_is_a_time_that_comes(said: float | None, waited: float | None) -> None:
    document = {"code": "a.b", "message": "m", "retry_after_s": said, "retryable": True}

    assert _wire.read_error(document).retry_after_s == waited
