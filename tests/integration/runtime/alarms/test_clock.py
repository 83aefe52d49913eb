"""What the clock does to alarms: shelves end, alarms expire, alarms nobody took on escalate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from kernel.secrets import Vault, new_key
from runtime.alarms import store
from runtime.alarms._tables import Source
from runtime.alarms.clock import do_due, has_due
from runtime.alarms.journal import Origin, append
from runtime.alarms.lifecycle import Transition
from runtime.alarms.model import parse_event
from runtime.alarms.policy.store import change_policy, policy_of
from runtime.alarms.sources.store import create_source
from runtime.alarms.store import Change
from tenancy.scope import as_tenant, system
from tests.factories.alarms import make_alarm, work_off
from tests.factories.tenancy import NOON


def after(session: Session, tenant_id: UUID, *, seconds: float) -> list[Change]:
    """Let the clock do what is due so long after noon, and the correlator what that led to."""
    now = NOON + timedelta(seconds=seconds)
    with system(session):
        do_due(session, now=now)
    with as_tenant(session, tenant_id):
        return work_off(session, tenant_id, now=now)


def decide(session: Session, tenant_id: UUID, **changes: Any) -> None:
    change_policy(session, tenant_id, changes, by="Anna", now=NOON)


def kinds_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> list[str]:
    return [entry.kind for entry in store.history_of(session, tenant_id, alarm_id)]


def test_a_shelf_ends_at_its_instant_and_not_before(session: Session, tenant_id: UUID) -> None:
    alarm = make_alarm(session, tenant_id)
    until = NOON + timedelta(seconds=60)
    store.shelve(session, tenant_id, alarm, until=until, reason="r", by="Anna", now=NOON)

    after(session, tenant_id, seconds=59)
    was_shelved = store.get_alarm(session, tenant_id, alarm).is_shelved
    after(session, tenant_id, seconds=60)

    assert was_shelved
    assert not store.get_alarm(session, tenant_id, alarm).is_shelved
    back = store.history_of(session, tenant_id, alarm)[0]
    assert (back.kind, back.by) == ("unshelved", "the clock")


def test_an_alarm_that_its_source_forgets_expires(session: Session, tenant_id: UUID) -> None:
    decide(session, tenant_id, ttl_s=60)
    alarm = make_alarm(session, tenant_id)

    too_soon = after(session, tenant_id, seconds=59)
    (expired,) = after(session, tenant_id, seconds=60)

    assert too_soon == []
    assert expired.transition is Transition.CLEARED
    assert (expired.alarm.id, expired.alarm.cleared_by) == (alarm, "ttl")
    assert kinds_of(session, tenant_id, alarm) == ["cleared", "created"]


def test_an_alarm_raised_again_before_its_expiry_is_dealt_with_stays(
    session: Session, tenant_id: UUID
) -> None:
    decide(session, tenant_id, ttl_s=60)
    alarm = make_alarm(session, tenant_id)
    again = parse_event({"managed_object": "BER1", "perceived_severity": "major", "source": "t"})
    append(session, tenant_id, [again], now=NOON + timedelta(seconds=60))

    after(session, tenant_id, seconds=60)

    kept = store.get_alarm(session, tenant_id, alarm)
    assert kept.is_active
    assert kept.expires_at == NOON + timedelta(seconds=120)


def test_a_source_has_a_ttl_of_its_own(session: Session, tenant_id: UUID) -> None:
    source, _ = create_source(
        session, tenant_id, kind="json", name="probe", vault=Vault([new_key()]), now=NOON
    )
    session.execute(
        update(Source).where(Source.tenant_id == tenant_id).values(config={"ttl_s": 90})
    )
    event = parse_event({"managed_object": "X", "perceived_severity": "minor", "source": "probe"})
    append(session, tenant_id, [event], now=NOON, origin=Origin(source_id=source.id))

    (made,) = work_off(session, tenant_id, now=NOON)

    assert made.alarm.expires_at == NOON + timedelta(seconds=90)


def test_an_alarm_nobody_takes_on_escalates_level_by_level(
    session: Session, tenant_id: UUID
) -> None:
    decide(session, tenant_id, escalate_after_min=[1, 3])
    alarm = make_alarm(session, tenant_id)

    seen = [after(session, tenant_id, seconds=seconds) for seconds in (59, 60, 120, 180, 999)]

    assert [[one.transition for one in changes] for changes in seen] == [
        [],
        [Transition.ESCALATED],
        [],
        [Transition.ESCALATED],
        [],
    ]
    assert store.get_alarm(session, tenant_id, alarm).escalation_level == 2
    levels = [
        entry.facts["level"]
        for entry in store.history_of(session, tenant_id, alarm)
        if entry.kind == "escalated"
    ]
    assert levels == [2, 1]


@pytest.mark.parametrize("deed", [store.acknowledge, store.clear_by_person])
def test_taking_an_alarm_on_or_clearing_it_ends_its_escalation(
    session: Session, tenant_id: UUID, deed: Any
) -> None:
    decide(session, tenant_id, escalate_after_min=[1, 3])
    alarm = make_alarm(session, tenant_id)
    after(session, tenant_id, seconds=60)

    done = deed(session, tenant_id, alarm, by="Anna", now=NOON)

    assert (done.escalation_level, done.escalate_at) == (0, None)
    after(session, tenant_id, seconds=999)
    assert kinds_of(session, tenant_id, alarm).count("escalated") == 1


def test_a_rule_that_takes_an_alarm_on_ends_its_escalation(
    session: Session, tenant_id: UUID
) -> None:
    decide(session, tenant_id, escalate_after_min=[1, 3])
    alarm = make_alarm(session, tenant_id)
    after(session, tenant_id, seconds=60)

    store.acknowledge_many(session, tenant_id, {alarm: "rule Night shift"}, now=NOON)

    done = store.get_alarm(session, tenant_id, alarm)
    assert (done.escalation_level, done.escalate_at) == (0, None)


def test_an_alarm_given_back_begins_to_escalate_anew(session: Session, tenant_id: UUID) -> None:
    decide(session, tenant_id, escalate_after_min=[1])
    alarm = make_alarm(session, tenant_id)
    store.acknowledge(session, tenant_id, alarm, by="Anna", now=NOON)

    later = NOON + timedelta(hours=1)
    back = store.unacknowledge(session, tenant_id, alarm, by="Anna", now=later)

    assert back.escalate_at == later + timedelta(minutes=1)


def test_what_is_put_aside_escalates_only_when_it_is_back(
    session: Session, tenant_id: UUID
) -> None:
    decide(session, tenant_id, escalate_after_min=[1])
    alarm = make_alarm(session, tenant_id)
    until = NOON + timedelta(seconds=300)
    store.shelve(session, tenant_id, alarm, until=until, reason="r", by="Anna", now=NOON)

    quiet = after(session, tenant_id, seconds=120)
    (loud,) = after(session, tenant_id, seconds=300)

    assert quiet == []
    assert loud.transition is Transition.ESCALATED


def test_nothing_is_due_where_the_tenant_decided_nothing(session: Session, tenant_id: UUID) -> None:
    make_alarm(session, tenant_id)

    with system(session):
        assert not has_due(session, now=NOON + timedelta(days=300))


def test_the_clock_does_no_more_than_a_bite_at_once(session: Session, tenant_id: UUID) -> None:
    decide(session, tenant_id, ttl_s=60)
    for number in range(3):
        make_alarm(session, tenant_id, f"N{number}")
    now = NOON + timedelta(seconds=60)

    with system(session):
        bites = [do_due(session, now=now, most=2) for _ in range(3)]

    assert bites == [2, 1, 0]


def test_a_part_of_the_policy_goes_back_to_its_default(session: Session, tenant_id: UUID) -> None:
    decide(session, tenant_id, ttl_s=60, hold_clears_s=30)

    decide(session, tenant_id, ttl_s=None)

    policy = policy_of(session, tenant_id)
    assert (policy.ttl_s, policy.hold_clears_s) == (0, 30)
