"""Filters of runs as they stand in an address."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.runs.filters import NAMES, read_filter
from runtime.runs.listing import STATES, RunFilter


def test_nothing_asked_is_no_filter() -> None:
    assert read_filter({}) == RunFilter()
    assert read_filter(dict.fromkeys(NAMES, "")) == RunFilter()


def test_everything_asked_is_read() -> None:
    flow = uuid4()
    asked = {
        "state": "held",
        "q": " zrh ",
        "flow": str(flow),
        "kind": "rule",
        "error": "any",
        "trials": "true",
    }

    assert read_filter(asked) == RunFilter(
        state="held", q="zrh", flow_id=flow, kind="rule", error="any", with_trials=True
    )


@pytest.mark.parametrize(
    ("since", "zone", "expected"),
    [
        pytest.param("2026-11-24T12:00:00Z", "", datetime(2026, 11, 24, 12, tzinfo=UTC), id="UTC"),
        pytest.param(
            "2026-11-24T12:00:00 01:00",
            "",
            datetime(2026, 11, 24, 11, tzinfo=UTC),
            id="a + as space",
        ),
        pytest.param(
            "2026-11-24T12:00", "Europe/Zurich", datetime(2026, 11, 24, 11, tzinfo=UTC), id="local"
        ),
        pytest.param(
            "2026-07-24T12:00", "Europe/Zurich", datetime(2026, 7, 24, 10, tzinfo=UTC), id="summer"
        ),
        pytest.param(
            "2026-11-24T12:00:00Z",
            "Asia/Tokyo",
            datetime(2026, 11, 24, 12, tzinfo=UTC),
            id="an instant needs no zone",
        ),
    ],
)
def test_times_are_instants_or_local_times_of_a_zone(
    since: str, zone: str, expected: datetime
) -> None:
    assert read_filter({"since": since, "zone": zone}).since == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "asleep"),
        ("kind", "magic"),
        ("flow", "mine"),
        ("trials", "yes"),
        ("since", "yesterday"),
        ("until", "0001-01-01T00:00:00+14:00"),
        ("zone", "Mars/Base"),
        ("zone", "../etc/passwd"),
    ],
)
def test_what_is_none_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(InvalidError) as caught:
        read_filter({name: value})

    assert [one.pointer for one in caught.value.problems] == [f"/{name}"]


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30)))
def test_whatever_is_asked_is_read_or_refused(asked: dict[str, str]) -> None:
    try:
        found = read_filter(asked)
    except InvalidError as error:
        assert error.problems  # noqa: PT017  either way is right
    else:
        assert found.state in ("", *STATES)
