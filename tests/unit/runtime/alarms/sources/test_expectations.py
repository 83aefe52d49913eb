"""What is expected of a source, as people type it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kernel.errors import InvalidError
from runtime.alarms.sources.expectations import (
    expectations_as_form,
    expectations_from_form,
    quiet_after,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("300", 300),
        ("300 s", 300),
        ("5m", 300),
        ("5 minutes", 300),
        ("2 hours", 7200),
        ("1d", 86_400),
    ],
)
def test_reads_durations_as_people_say_them(text: str, seconds: int) -> None:
    assert expectations_from_form({"expect_every_s": text}) == {"expect_every_s": seconds}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("expect_every_s", "often"),
        ("expect_every_s", "5 s"),
        ("expect_every_s", "8 days"),
        ("expect_every_s", "5 x"),
        ("ttl_s", "1 s"),
        ("tolerance_s", "-1"),
    ],
)
def test_refuses_what_is_no_duration_or_out_of_bounds(name: str, text: str) -> None:
    with pytest.raises(InvalidError, match="cannot be kept") as caught:
        expectations_from_form({name: text})

    assert [one.pointer for one in caught.value.problems] == [f"/{name}"]
    assert "such as 5 minutes" in caught.value.problems[0].message


def test_shows_them_as_they_can_be_typed_again() -> None:
    config = {"expect_every_s": 300, "tolerance_s": 30, "ttl_s": 7200}

    assert expectations_from_form(expectations_as_form(config)) == config


def test_a_source_is_silent_after_its_time_and_its_tolerance() -> None:
    config = {"expect_every_s": 60, "tolerance_s": 30}

    assert quiet_after(config, spoke_at=NOON) == NOON + timedelta(seconds=90)
    assert quiet_after({}, spoke_at=NOON) is None
