"""Made-up alarms are like real ones."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import pytest

from designer.workflows.samples import SAMPLE_ALARM, SAMPLE_ALARMS
from kernel.schema import Schema
from runtime.flows.alarm_fields import ALARM_SCHEMA

NAMES = itemgetter("managed_object")


@pytest.mark.parametrize("alarm", [SAMPLE_ALARM, *SAMPLE_ALARMS], ids=NAMES)
def test_one_has_every_field_that_a_step_can_read_of_an_alarm(alarm: dict[str, Any]) -> None:
    assert Schema(ALARM_SCHEMA).problems(alarm) == []


def test_one_was_raised_with_the_severity_that_it_has() -> None:
    flaps = next(one for one in SAMPLE_ALARMS if one["sample"] == "link-flap")

    assert (flaps["perceived_severity"], flaps["original_severity"]) == ("major", "major")
