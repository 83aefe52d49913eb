"""Letting go of cleared alarms: what goes, when, and what is freed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.alarms import store
from runtime.alarms._tables import AlarmHistory
from runtime.alarms.policy.model import LifecyclePolicy
from runtime.retention import alarms
from runtime.retention.alarms import remove_alarms
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm, say
from tests.factories.tenancy import NOON, make_customer

POLICY = LifecyclePolicy(acknowledged_kept_days=10, cleared_kept_days=20)


@pytest.fixture
def tenant_id(session: Session) -> Iterator[UUID]:
    """A customer the session is bound to."""
    customer = make_customer(session)
    with as_tenant(session, customer.id):
        yield customer.id


def remove(session: Session, tenant_id: UUID, *, days: float, most: int = 200) -> int:
    now = NOON + timedelta(days=days)
    return remove_alarms(session, tenant_id, POLICY, now=now, most=most)


def cleared(session: Session, tenant_id: UUID, name: str = "BER1", *, acked: bool = False) -> UUID:
    alarm = make_alarm(session, tenant_id, name)
    if acked:
        store.acknowledge(session, tenant_id, alarm, by="Anna", now=NOON)
    store.clear_by_person(session, tenant_id, alarm, by="Anna", now=NOON)
    return alarm


@pytest.mark.parametrize(
    ("acked", "days", "gone"),
    [
        pytest.param(True, 10, 0, id="acknowledged, still kept"),
        pytest.param(True, 10.1, 1, id="acknowledged"),
        pytest.param(False, 20, 0, id="not acknowledged, still kept"),
        pytest.param(False, 20.1, 1, id="old"),
    ],
)
def test_a_cleared_alarm_goes_when_it_is_acknowledged_or_old(
    session: Session, tenant_id: UUID, acked: bool, days: float, gone: int
) -> None:
    cleared(session, tenant_id, acked=acked)

    assert remove(session, tenant_id, days=days) == gone


def test_an_alarm_that_stands_never_goes(session: Session, tenant_id: UUID) -> None:
    make_alarm(session, tenant_id)

    assert remove(session, tenant_id, days=3_000) == 0


@pytest.mark.parametrize(
    ("attributes", "days", "gone"),
    [
        pytest.param({"ticket": "INC-7"}, 3_650, 0, id="open, and anything is kept so long"),
        pytest.param({"ticket": "INC-7"}, 3_651, 1, id="open for over ten years"),
        pytest.param({"ticket": "INC-7", "ticket_status": "closed"}, 21, 1, id="closed"),
    ],
)
def test_an_alarm_with_an_open_ticket_stays(
    session: Session, tenant_id: UUID, attributes: dict[str, str], days: float, gone: int
) -> None:
    alarm = cleared(session, tenant_id)
    store.set_fields(
        session, tenant_id, alarm, fields={"attributes": attributes}, by="Anna", now=NOON
    )

    assert remove(session, tenant_id, days=days) == gone


def test_its_history_goes_with_it(session: Session, tenant_id: UUID) -> None:
    cleared(session, tenant_id)

    remove(session, tenant_id, days=21)

    lines = (
        select(func.count()).select_from(AlarmHistory).where(AlarmHistory.tenant_id == tenant_id)
    )
    assert session.scalar(lines) == 0


def test_the_children_of_a_parent_that_goes_are_freed(session: Session, tenant_id: UUID) -> None:
    parent, child = cleared(session, tenant_id, "P"), make_alarm(session, tenant_id, "C")
    store.group_under(session, tenant_id, parent, [child], by="Anna", now=NOON)

    remove(session, tenant_id, days=21)
    session.expire_all()

    assert store.get_alarm(session, tenant_id, child).parent_id is None
    assert store.history_of(session, tenant_id, child)[0].kind == "ungrouped"


def test_a_parent_whose_last_child_goes_is_no_root_cause_any_more(
    session: Session, tenant_id: UUID
) -> None:
    parent, child = make_alarm(session, tenant_id, "P"), cleared(session, tenant_id, "C")
    store.group_under(session, tenant_id, parent, [child], by="Anna", now=NOON)

    remove(session, tenant_id, days=21)
    session.expire_all()

    assert not store.get_alarm(session, tenant_id, parent).is_root_cause
    assert store.history_of(session, tenant_id, parent)[0].kind == "group_left"


def test_a_whole_group_goes_at_once(session: Session, tenant_id: UUID) -> None:
    parent, child = cleared(session, tenant_id, "P"), cleared(session, tenant_id, "C")
    store.group_under(session, tenant_id, parent, [child], by="Anna", now=NOON)

    assert remove(session, tenant_id, days=21) == 2
    assert not store.has_alarms(session, tenant_id)


def test_an_alarm_that_comes_back_after_its_last_one_went_is_a_new_one(
    session: Session, tenant_id: UUID
) -> None:
    gone = cleared(session, tenant_id)
    remove(session, tenant_id, days=21)

    (again,) = say(session, tenant_id, ("BER1", "major", 22 * 86_400))

    assert again.alarm.id != gone
    assert again.alarm.previous_id is None


def test_alarms_go_a_bite_at_a_time(session: Session, tenant_id: UUID) -> None:
    for number in range(3):
        cleared(session, tenant_id, f"N{number}")

    assert [remove(session, tenant_id, days=21, most=2) for _ in range(3)] == [2, 1, 0]


def test_a_long_history_goes_in_parts(
    session: Session, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "LINES_A_BITE", 2)
    cleared(session, tenant_id, acked=True)

    bites = [remove(session, tenant_id, days=21) for _ in range(3)]

    assert bites == [2, 1, 0]


def test_a_large_group_is_parted_in_bites_before_its_parent_goes(
    session: Session, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "CHILDREN_MAX", 1)
    parent = cleared(session, tenant_id, "P")
    children = [make_alarm(session, tenant_id, name) for name in ("C1", "C2")]
    store.group_under(session, tenant_id, parent, children, by="Anna", now=NOON)

    bites = [remove(session, tenant_id, days=21) for _ in range(4)]
    session.expire_all()

    assert bites == [1, 1, 1, 0]
    assert all(store.get_alarm(session, tenant_id, one).parent_id is None for one in children)
