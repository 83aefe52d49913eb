"""The lifecycle of an alarm: what one event does to what is known, as one pure function.

Two records, so that TMF642 ("a cleared alarm cannot be raised again"), 3GPP TS 28.532 and RFC 8632
hold at once: a *condition* lives as long as its identity is known; an *occurrence* is one cycle
from raise to clear, which people see as the alarm. Identity is settled before: both belong to the
event's dedup key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from runtime.alarms.model import AlarmEvent, Severity
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy


class Transition(StrEnum):
    """What an event did, or the clock: an alarm escalates while nobody acknowledges it."""

    CREATED = "created"
    REPEATED = "repeated"
    CHANGED = "changed"
    CLEARED = "cleared"
    REOPENED = "reopened"
    IGNORED = "ignored"
    LATE = "late"
    ESCALATED = "escalated"


class AckState(StrEnum):
    """Whether somebody took the alarm on, in TMF642's words."""

    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is remembered of one identity over all its occurrences.

    `last_clear_at` is the instant of the latest clear that its source said, and `clear_held_until`
    how long that clear waits for a raise that comes late.
    """

    raise_count: int = 0
    flap_count: int = 0
    ignored_clear_count: int = 0
    first_seen_at: datetime
    last_seen_at: datetime
    last_clear_at: datetime | None = None
    clear_held_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One cycle from raise to clear.

    `reported_severity` is what the source said last; `perceived_severity` may differ where a rule
    or a person set it, until the source says something new. `cleared_at` is set exactly while both
    are cleared.
    """

    reported_severity: Severity
    perceived_severity: Severity
    previous_severity: Severity | None = None
    first_raised_at: datetime
    last_raised_at: datetime
    changed_at: datetime
    cleared_at: datetime | None = None
    count: int = 1
    flap_count: int = 0
    ack_state: AckState = AckState.UNACKNOWLEDGED

    @property
    def is_active(self) -> bool:
        """Tell whether the problem still stands."""
        return self.cleared_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an event led to.

    `occurrence` is None only where a clear met an unknown condition. `reason` says why an event
    was ignored.
    """

    transition: Transition
    condition: Condition
    occurrence: Occurrence | None
    previous_severity: Severity | None = None
    reason: str = ""


def apply(
    condition: Condition | None,
    occurrence: Occurrence | None,
    event: AlarmEvent,
    *,
    now: datetime,
    policy: LifecyclePolicy = DEFAULT,
) -> Outcome:
    """Apply one event to the condition and the latest occurrence of its identity.

    Args:
        condition: What is known of the identity; None for a new one.
        occurrence: Its latest occurrence, active or cleared; None where there was none.
        event: What the source said.
        now: When it was received; also its instant where the source gave none.
        policy: What the tenant decided.

    Source: transitions as in RFC 8632 (section 3.5) and OpenNMS's reduction; the reopen window of
    300 s and "a more severe alarm loses its acknowledgement" are our own choice.
    """
    at = event.happened_at(now)
    known = condition or Condition(first_seen_at=at, last_seen_at=at)
    seen = replace(
        known,
        raise_count=known.raise_count + (0 if event.is_clear else 1),
        first_seen_at=min(known.first_seen_at, at),
        last_seen_at=max(known.last_seen_at, at),
    )
    if event.is_clear:
        return _clear(_held(seen, at, now=now, policy=policy), occurrence, at)
    if _comes_late(seen, occurrence, at, now=now):
        return _late(seen, occurrence, event.perceived_severity, at)
    return _raise(seen, occurrence, event.perceived_severity, at, policy=policy)


def clear(occurrence: Occurrence, *, at: datetime) -> Occurrence:
    """End a cycle, whoever says that it is over."""
    return replace(
        occurrence,
        reported_severity=Severity.CLEARED,
        perceived_severity=Severity.CLEARED,
        previous_severity=occurrence.perceived_severity,
        changed_at=at,
        cleared_at=at,
    )


def _held(
    condition: Condition, at: datetime, *, now: datetime, policy: LifecyclePolicy
) -> Condition:
    """Remember a clear for raises that come late, where the policy asks for it."""
    if not policy.hold_clears_s or (condition.last_clear_at or at) > at:
        return condition
    until = now + timedelta(seconds=policy.hold_clears_s)
    return replace(condition, last_clear_at=at, clear_held_until=until)


def _comes_late(
    condition: Condition, occurrence: Occurrence | None, at: datetime, *, now: datetime
) -> bool:
    """Tell whether a raise was overtaken by its own clear."""
    cleared_at, until = condition.last_clear_at, condition.clear_held_until
    if cleared_at is None or until is None or now > until or at >= cleared_at:
        return False
    return occurrence is None or not occurrence.is_active


def _late(
    condition: Condition, occurrence: Occurrence | None, severity: Severity, at: datetime
) -> Outcome:
    """Record a raise that is over already: it is counted, and stays or is at once cleared."""
    over_at = condition.last_clear_at or at
    known = _counted(occurrence, at) if occurrence else clear(_begin(severity, at), at=over_at)
    return Outcome(
        transition=Transition.LATE,
        condition=condition,
        occurrence=known,
        previous_severity=Severity.CLEARED if occurrence else severity,
        reason="older than the clear that came before it",
    )


def _raise(
    condition: Condition,
    occurrence: Occurrence | None,
    severity: Severity,
    at: datetime,
    *,
    policy: LifecyclePolicy,
) -> Outcome:
    if occurrence is None:
        return Outcome(
            transition=Transition.CREATED, condition=condition, occurrence=_begin(severity, at)
        )
    if occurrence.cleared_at is not None:
        return _raise_again(condition, occurrence, severity, at, within=policy.reopen_within)
    if severity is not occurrence.reported_severity and at >= occurrence.last_raised_at:
        return _change(condition, occurrence, severity, at, policy=policy)
    return Outcome(
        transition=Transition.REPEATED,
        condition=condition,
        occurrence=_counted(occurrence, at),
        previous_severity=occurrence.perceived_severity,
    )


def _begin(severity: Severity, at: datetime) -> Occurrence:
    return Occurrence(
        reported_severity=severity,
        perceived_severity=severity,
        first_raised_at=at,
        last_raised_at=at,
        changed_at=at,
    )


def _counted(occurrence: Occurrence, at: datetime) -> Occurrence:
    """Count a raise; one that comes late moves the first instant, never the last back."""
    return replace(
        occurrence,
        count=occurrence.count + 1,
        first_raised_at=min(occurrence.first_raised_at, at),
        last_raised_at=max(occurrence.last_raised_at, at),
    )


def _change(
    condition: Condition,
    occurrence: Occurrence,
    severity: Severity,
    at: datetime,
    *,
    policy: LifecyclePolicy,
) -> Outcome:
    before = occurrence.perceived_severity
    is_lost = policy.worse_unacknowledges and severity.rank > before.rank
    return Outcome(
        transition=Transition.CHANGED,
        condition=condition,
        occurrence=replace(
            _counted(occurrence, at),
            reported_severity=severity,
            perceived_severity=severity,
            previous_severity=before,
            changed_at=at,
            ack_state=AckState.UNACKNOWLEDGED if is_lost else occurrence.ack_state,
        ),
        previous_severity=before,
    )


def _raise_again(
    condition: Condition,
    occurrence: Occurrence,
    severity: Severity,
    at: datetime,
    *,
    within: timedelta,
) -> Outcome:
    """Reopen within the window; a raise older than the clear reopens too.

    It may be a repeat of what still stands (a person cleared it too early), and an alarm shown
    once too long does less harm than one that is missing.
    """
    flapped = replace(condition, flap_count=condition.flap_count + 1)
    if occurrence.cleared_at is not None and at - occurrence.cleared_at > within:
        return Outcome(
            transition=Transition.CREATED, condition=condition, occurrence=_begin(severity, at)
        )
    return Outcome(
        transition=Transition.REOPENED,
        condition=flapped,
        occurrence=replace(
            _counted(occurrence, at),
            reported_severity=severity,
            perceived_severity=severity,
            previous_severity=Severity.CLEARED,
            changed_at=max(at, occurrence.changed_at),
            cleared_at=None,
            flap_count=occurrence.flap_count + 1,
            ack_state=AckState.UNACKNOWLEDGED,
        ),
        previous_severity=Severity.CLEARED,
    )


def _clear(condition: Condition, occurrence: Occurrence | None, at: datetime) -> Outcome:
    ignored = replace(condition, ignored_clear_count=condition.ignored_clear_count + 1)
    if occurrence is None or not occurrence.is_active:
        reason = "nothing active to clear"
        return Outcome(
            transition=Transition.IGNORED, condition=ignored, occurrence=occurrence, reason=reason
        )
    before = occurrence.perceived_severity
    if at < occurrence.last_raised_at:
        return Outcome(
            transition=Transition.IGNORED,
            condition=ignored,
            occurrence=occurrence,
            previous_severity=before,
            reason="older than the last raise",
        )
    return Outcome(
        transition=Transition.CLEARED,
        condition=condition,
        occurrence=clear(occurrence, at=at),
        previous_severity=before,
    )
