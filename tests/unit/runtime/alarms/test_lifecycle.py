"""The lifecycle of an alarm, transition by transition, and what holds in any order of events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.alarms.lifecycle import AckState, Condition, Occurrence, Outcome, Transition, apply
from runtime.alarms.model import AlarmEvent, Severity

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Said = tuple[str, int]


def make_event(severity: str, after_s: int) -> AlarmEvent:
    at = NOON + timedelta(seconds=after_s)
    return AlarmEvent(
        managed_object="BER1", perceived_severity=Severity(severity), raised_at=at, cleared_at=at
    )


def play(*said: Said) -> Outcome:
    """Apply events in their order, all received much later than they happened."""
    condition: Condition | None = None
    occurrence: Occurrence | None = None
    outcome: Outcome | None = None
    for severity, after_s in said:
        event = make_event(severity, after_s)
        outcome = apply(condition, occurrence, event, now=NOON + timedelta(days=1))
        condition, occurrence = outcome.condition, outcome.occurrence
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(
    ("said", "transition", "count"),
    [
        pytest.param([("major", 0)], "created", 1, id="first raise"),
        pytest.param([("major", 0), ("major", 9)], "repeated", 2, id="same again"),
        pytest.param([("major", 0), ("minor", 9)], "changed", 2, id="other severity"),
        pytest.param([("major", 9), ("minor", 0)], "repeated", 2, id="late other severity"),
        pytest.param([("major", 0), ("cleared", 9)], "cleared", 1, id="clear"),
        pytest.param([("major", 9), ("cleared", 9)], "cleared", 1, id="clear at the raise"),
        pytest.param([("major", 9), ("cleared", 8)], "ignored", 1, id="clear out of order"),
        pytest.param(
            [("major", 0), ("cleared", 9), ("cleared", 10)], "ignored", 1, id="clear twice"
        ),
        pytest.param(
            [("major", 0), ("cleared", 9), ("major", 309)], "reopened", 2, id="300 s after"
        ),
        pytest.param([("major", 0), ("cleared", 9), ("major", 310)], "created", 1, id="301 s"),
    ],
)
def test_leads_from_events_to_a_transition(said: list[Said], transition: str, count: int) -> None:
    outcome = play(*said)

    assert outcome.transition is Transition(transition)
    assert outcome.occurrence is not None
    assert outcome.occurrence.count == count


UNKNOWN: list[Said] = []
STANDS: list[Said] = [("major", 0), ("major", 10)]
CLEARED: list[Said] = [*STANDS, ("cleared", 20)]
# For each state: what a raise alike, a worse one, a lesser one, an older one and two clears do.
GRID: list[tuple[str, list[Said], Said, str, str]] = [
    ("unknown", UNKNOWN, ("major", 30), "created", "major"),
    ("unknown", UNKNOWN, ("cleared", 30), "ignored", ""),
    ("stands", STANDS, ("major", 30), "repeated", "major"),
    ("stands", STANDS, ("critical", 30), "changed", "critical"),
    ("stands", STANDS, ("minor", 30), "changed", "minor"),
    ("stands", STANDS, ("critical", 5), "repeated", "major"),
    ("stands", STANDS, ("cleared", 10), "cleared", "cleared"),
    ("stands", STANDS, ("cleared", 5), "ignored", "major"),
    ("cleared lately", CLEARED, ("major", 320), "reopened", "major"),
    ("cleared lately", CLEARED, ("critical", 30), "reopened", "critical"),
    ("cleared lately", CLEARED, ("minor", 30), "reopened", "minor"),
    ("cleared lately", CLEARED, ("major", 15), "reopened", "major"),
    ("cleared lately", CLEARED, ("cleared", 30), "ignored", "cleared"),
    ("cleared lately", CLEARED, ("cleared", 5), "ignored", "cleared"),
    ("cleared long ago", CLEARED, ("major", 321), "created", "major"),
    ("cleared long ago", CLEARED, ("critical", 321), "created", "critical"),
    ("cleared long ago", CLEARED, ("cleared", 321), "ignored", "cleared"),
]


@pytest.mark.parametrize(
    ("before", "said", "transition", "severity"),
    [
        pytest.param(before, said, transition, severity, id=f"{state}: {said[0]} at {said[1]}")
        for state, before, said, transition, severity in GRID
    ],
)
def test_every_state_meets_every_kind_of_event(
    before: list[Said], said: Said, transition: str, severity: str
) -> None:
    outcome = play(*before, said)

    now = outcome.occurrence
    assert outcome.transition is Transition(transition)
    assert (now.perceived_severity.value if now else "") == severity
    assert outcome.condition.flap_count == (transition == "reopened")
    assert outcome.condition.ignored_clear_count == (transition == "ignored")
    assert bool(outcome.reason) is (transition == "ignored")


def test_ignores_and_counts_the_clear_of_an_unknown_alarm() -> None:
    outcome = play(("cleared", 0))

    assert (outcome.transition, outcome.occurrence) == (Transition.IGNORED, None)
    assert outcome.condition.ignored_clear_count == 1


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        pytest.param("critical", AckState.UNACKNOWLEDGED, id="more severe"),
        pytest.param("major", AckState.ACKNOWLEDGED, id="same"),
        pytest.param("minor", AckState.ACKNOWLEDGED, id="less severe"),
    ],
)
def test_loses_its_acknowledgement_when_it_gets_worse(severity: str, expected: AckState) -> None:
    begun = play(("major", 0))
    assert begun.occurrence is not None
    acked = replace(begun.occurrence, ack_state=AckState.ACKNOWLEDGED)

    outcome = apply(
        begun.condition, acked, make_event(severity, 9), now=NOON + timedelta(seconds=9)
    )

    assert outcome.occurrence is not None
    assert outcome.occurrence.ack_state is expected


@given(st.lists(st.tuples(st.sampled_from([*Severity]), st.integers(0, 1000)), min_size=1))
def test_holds_together_in_any_order_of_events(said: list[tuple[Severity, int]]) -> None:
    outcome = play(*((severity.value, after_s) for severity, after_s in said))

    raises = sum(severity is not Severity.CLEARED for severity, _ in said)
    known, now = outcome.condition, outcome.occurrence
    assert known.raise_count == raises
    assert known.first_seen_at <= known.last_seen_at
    if now is None:
        assert raises == 0
        return
    assert 1 <= now.count <= raises
    assert now.first_raised_at <= now.last_raised_at
    assert (now.cleared_at is not None) == (now.perceived_severity is Severity.CLEARED)
    assert (now.cleared_at is not None) == (now.reported_severity is Severity.CLEARED)
