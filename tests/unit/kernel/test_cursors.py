"""A cursor is read back as it was made; one that somebody made up is refused, whatever it holds."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import parse_instant
from kernel.cursors import decode_cursor, encode_cursor, read_number, read_place
from kernel.errors import InvalidError


def cursor_of(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_place_comes_back_as_what_it_was_made_of() -> None:
    at, id_ = datetime(2026, 11, 24, 12, 0, 0, 7, tzinfo=UTC), uuid4()
    cursor = encode_cursor(at.isoformat(), str(id_), "12")

    found = read_place(decode_cursor(cursor, parts=3) or [], parse_instant, UUID, read_number)

    assert found == [at, id_, 12]


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("%%%", id="no base64"),
        pytest.param("é", id="no ASCII"),
        pytest.param(base64.urlsafe_b64encode(b"[" * 20_000).decode(), id="nested without end"),
        pytest.param(base64.urlsafe_b64encode(b"9" * 6_000).decode(), id="digits without end"),
        pytest.param(cursor_of({"a": 1}), id="an object"),
        pytest.param(cursor_of(["a"]), id="too few parts"),
        pytest.param(cursor_of(["a", 7]), id="a number"),
        pytest.param(cursor_of(["a", "b\0"]), id="NUL"),
        pytest.param(cursor_of(["a", "\ud800"]), id="half a character"),
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidError) as refused:
        decode_cursor(cursor, parts=2)

    assert [one.pointer for one in refused.value.problems] == ["/cursor"]


@given(st.lists(st.text(), min_size=3, max_size=3))
@pytest.mark.parametrize("number", ["9" * 30, "-1", "²", "9" * 5_000, ""])
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "x"])
def test_parts_that_are_none_of_such_a_place_are_refused(
    number: str, at: str, parts: list[str]
) -> None:
    for place in ([number, at, str(uuid4())], ["1", at, str(uuid4())], parts):
        with pytest.raises(InvalidError):
            read_place(place, read_number, parse_instant, UUID)


def test_a_place_of_another_order_is_refused() -> None:
    with pytest.raises(InvalidError):
        read_place(["1", "2"], read_number)
