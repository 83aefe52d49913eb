"""An alarm over time, from its history: late and out-of-order lines, planned work."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from runtime.alarms.lives import Told, stages_of
from runtime.alarms.model import Severity
from tests.factories.tenancy import NOON


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def told(kind: str, second: int, severity: str = "", *, planned: bool = False) -> Told:
    return Told(kind, at(second), {"severity": severity or None, "planned": planned})


CREATED = told("created", 0, "critical")


@pytest.mark.parametrize(
    ("lines", "ended_s", "expected"),
    [
        pytest.param([CREATED], None, [(0, "critical")], id="stands"),
        pytest.param(
            [CREATED, told("cleared", 9, "cleared")],
            9,
            [(0, "critical"), (9, "cleared")],
            id="cleared",
        ),
        pytest.param(
            [CREATED, told("changed", 5, "minor"), told("cleared", 9, "cleared")],
            9,
            [(0, "critical"), (5, "minor"), (9, "cleared")],
            id="less severe first",
        ),
        pytest.param(
            [CREATED, told("cleared", 5, "cleared"), told("reopened", 8, "major")],
            None,
            [(0, "critical"), (5, "cleared"), (8, "major")],
            id="came again",
        ),
        pytest.param(
            [CREATED, told("cleared", 9, "cleared"), told("reopened", 7, "critical")],
            None,
            [(0, "critical")],
            id="raised again before the clear that came first",
        ),
        pytest.param([], 4, [(0, "critical"), (4, "cleared")], id="over before it was heard of"),
    ],
)
def test_severities_over_time(
    lines: list[Told], ended_s: int | None, expected: list[tuple[int, str]]
) -> None:
    ended_at = at(ended_s) if ended_s is not None else None

    found = stages_of(NOON, Severity.CRITICAL, lines, ended_at=ended_at)

    assert [((one.at - NOON).seconds, one.severity.value) for one in found] == expected


def test_planned_work_explains_an_alarm_from_its_raise_on() -> None:
    lines = [CREATED, told("suppressed", 3, planned=True), told("unsuppressed", 20)]

    found = stages_of(NOON, Severity.CRITICAL, lines, ended_at=None)

    assert [((one.at - NOON).seconds, one.is_planned) for one in found] == [(0, True), (20, False)]


def test_what_a_rule_or_a_storm_hides_is_no_planned_work() -> None:
    found = stages_of(NOON, Severity.CRITICAL, [CREATED, told("suppressed", 3)], ended_at=None)

    assert [one.is_planned for one in found] == [False]


def test_a_raise_that_comes_late_moves_the_beginning() -> None:
    found = stages_of(at(-60), Severity.MAJOR, [told("created", 0, "major")], ended_at=None)

    assert [one.at for one in found] == [at(-60)]


def test_a_severity_that_somebody_set_counts_from_then_on() -> None:
    line = Told("set", at(7), {"fields": {"perceived_severity": "minor"}})

    found = stages_of(NOON, Severity.CRITICAL, [CREATED, line], ended_at=None)

    assert [one.severity for one in found] == [Severity.CRITICAL, Severity.MINOR]
