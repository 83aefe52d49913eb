"""An alarm taken back to how it was: by the lines of its history up to a point."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from runtime.alarms.earlier import as_it_was
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import Severity
from runtime.alarms.past_lines import Line
from runtime.alarms.policy.model import LifecyclePolicy
from tests.factories.tenancy import NOON

ID, OTHER = UUID(int=1), UUID(int=2)
NOW: dict[str, Any] = {
    "id": ID,
    "text": "Loss of signal",
    "attributes": {"site": "bern"},
    "overrides": {"text": "later"},
    "perceived_severity": Severity.CLEARED,
    "is_active": False,
    "ack_state": AckState.ACKNOWLEDGED,
    "acked_by": "Ann",
    "owner": "Ann",
    "parent_id": OTHER,
    "is_root_cause": True,
    "flap_count": 7,
    "shelved_until": None,
    "shelved_by": "",
    "shelved_reason": "",
}


def line(place: int, kind: str, /, **facts: Any) -> Line:
    at = NOON + timedelta(seconds=place)
    where: dict[str, Any] = {"seq": place, "alarm_id": ID, "condition_id": ID}
    return Line(**where, at=at, kind=kind, by="Bo", facts=facts)


BEGAN = line(1, "created", severity="major", previous=None, seq=1)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            [BEGAN],
            {"is_active": True, "ack_state": AckState.UNACKNOWLEDGED, "owner": "", "overrides": {}},
            id="just begun: nothing done yet",
        ),
        pytest.param(
            [BEGAN, line(2, "changed", severity="critical", previous="major", seq=2)],
            {"perceived_severity": Severity.CRITICAL, "previous_severity": Severity.MAJOR},
            id="changed by its source",
        ),
        pytest.param(
            [
                BEGAN,
                line(2, "acknowledged", comment=""),
                line(3, "cleared", severity="cleared", previous="major", seq=3),
                line(4, "reopened", severity="minor", previous="cleared", seq=4),
            ],
            {"is_active": True, "flap_count": 1, "ack_state": AckState.UNACKNOWLEDGED},
            id="raised again, and with that not acknowledged",
        ),
        pytest.param(
            [BEGAN, line(2, "set", fields={"attributes": {"team": "core"}})],
            {"attributes": {"site": "bern", "team": "core"}},
            id="set",
        ),
        pytest.param(
            [BEGAN, line(2, "grouped", parent=str(OTHER)), line(3, "ungrouped", parent=str(OTHER))],
            {"parent_id": None},
            id="under another, and out again",
        ),
        pytest.param(
            [BEGAN, line(2, "group_joined", number=2), line(3, "group_left", number=2)],
            {"is_root_cause": False},
            id="above others, until all left",
        ),
        pytest.param([], NOW, id="without history: as it is known now"),
    ],
)
def test_an_alarm_is_what_its_history_says_it_was(
    lines: list[Line], expected: dict[str, Any]
) -> None:
    then = as_it_was(NOW, lines)

    assert {name: then[name] for name in expected} == expected
    assert then["text"] == NOW["text"]


@pytest.mark.parametrize(
    ("severity", "is_lost", "expected"),
    [
        pytest.param("critical", True, AckState.UNACKNOWLEDGED, id="worse"),
        pytest.param("critical", False, AckState.ACKNOWLEDGED, id="worse, where the policy is so"),
        pytest.param("minor", True, AckState.ACKNOWLEDGED, id="better"),
    ],
)
def test_an_alarm_that_got_worse_was_not_acknowledged_any_more(
    severity: str, is_lost: bool, expected: AckState
) -> None:
    changed = line(3, "changed", severity=severity, previous="major", seq=3)
    policy = LifecyclePolicy(worse_unacknowledges=is_lost)

    then = as_it_was(NOW, [BEGAN, line(2, "acknowledged", comment=""), changed], policy=policy)

    is_kept = expected is AckState.ACKNOWLEDGED
    assert (then["ack_state"], then["acked_by"]) == (expected, "Bo" if is_kept else "")
