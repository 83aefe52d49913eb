"""The shelf: what is put aside is quiet, is followed, and comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from kernel.errors import InvalidError
from runtime.alarms import store
from runtime.alarms.documents import AlarmView
from runtime.alarms.model import Severity
from runtime.alarms.store import AlarmFilter, count_active, list_alarms
from tests.factories.alarms import make_alarm, say
from tests.factories.tenancy import NOON

HOUR = timedelta(hours=1)


def shelve(session: Session, tenant_id: UUID, alarm_id: UUID, **changed: Any) -> AlarmView:
    said = {"until": NOON + HOUR, "reason": "spare on its way", "by": "Anna", "now": NOON}
    return store.shelve(session, tenant_id, alarm_id, **{**said, **changed})


def names_of(session: Session, tenant_id: UUID, state: str) -> list[str]:
    return [one.managed_object for one in list_alarms(session, tenant_id, AlarmFilter(state=state))]


def test_a_shelved_alarm_leaves_the_active_list_and_its_counts(
    session: Session, tenant_id: UUID
) -> None:
    alarm = make_alarm(session, tenant_id)

    shelved = shelve(session, tenant_id, alarm)

    assert (shelved.shelved_until, shelved.shelved_by) == (NOON + HOUR, "Anna")
    assert names_of(session, tenant_id, "active") == []
    assert names_of(session, tenant_id, "shelved") == ["BER1"]
    assert count_active(session, tenant_id)[Severity.MAJOR] == 0


def test_a_shelved_alarm_is_followed_and_comes_back_as_bad_as_it_is(
    session: Session, tenant_id: UUID
) -> None:
    alarm = make_alarm(session, tenant_id)
    shelve(session, tenant_id, alarm)

    say(session, tenant_id, ("BER1", "critical", 60))
    back = store.unshelve(session, tenant_id, alarm, by="Anna", now=NOON)

    assert (back.perceived_severity, back.is_shelved) == (Severity.CRITICAL, False)
    assert names_of(session, tenant_id, "active") == ["BER1"]


def test_shelving_and_coming_back_are_noted_once_each(session: Session, tenant_id: UUID) -> None:
    alarm = make_alarm(session, tenant_id)

    for _ in range(2):
        shelve(session, tenant_id, alarm)
    for _ in range(2):
        store.unshelve(session, tenant_id, alarm, by="Ben", now=NOON)

    back, put, _ = store.history_of(session, tenant_id, alarm)
    assert (back.kind, back.by) == ("unshelved", "Ben")
    assert (put.kind, put.by, put.facts["reason"]) == ("shelved", "Anna", "spare on its way")


def test_shelving_again_takes_over_the_new_end_and_reason(
    session: Session, tenant_id: UUID
) -> None:
    alarm = make_alarm(session, tenant_id)
    shelve(session, tenant_id, alarm)

    later = shelve(session, tenant_id, alarm, until=NOON + 2 * HOUR, reason="spare is late")

    assert (later.shelved_until, later.shelved_reason) == (NOON + 2 * HOUR, "spare is late")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        pytest.param({"until": NOON}, "/until", id="now"),
        pytest.param({"until": NOON + timedelta(days=367)}, "/until", id="over a year"),
        pytest.param({"until": (NOON + HOUR).replace(tzinfo=None)}, "/until", id="no zone"),
        pytest.param({"reason": "  "}, "/reason", id="no reason"),
        pytest.param({"reason": "x" * 501}, "/reason", id="long reason"),
    ],
)
def test_refuses_a_shelf_without_end_or_reason(
    session: Session, tenant_id: UUID, changed: dict[str, Any], pointer: str
) -> None:
    alarm = make_alarm(session, tenant_id)

    with pytest.raises(InvalidError) as refused:
        shelve(session, tenant_id, alarm, **changed)

    assert [one.pointer for one in refused.value.problems] == [pointer]


def test_a_new_occurrence_stays_on_the_shelf_of_the_one_before(
    session: Session, tenant_id: UUID
) -> None:
    shelve(session, tenant_id, make_alarm(session, tenant_id))

    _, again = say(session, tenant_id, ("BER1", "cleared", 1), ("BER1", "major", 400))

    assert again.transition.value == "created"
    assert (again.alarm.shelved_until, again.alarm.shelved_by) == (NOON + HOUR, "Anna")


def test_a_new_occurrence_after_the_shelfs_end_is_active(session: Session, tenant_id: UUID) -> None:
    shelve(session, tenant_id, make_alarm(session, tenant_id))

    _, again = say(session, tenant_id, ("BER1", "cleared", 1), ("BER1", "major", 3_600))

    assert not again.alarm.is_shelved
