"""Grouping: alarms under the one that causes them."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, NotFoundError
from runtime.alarms import store
from runtime.alarms.documents import AlarmView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.tenancy import NOON, make_customer


def group(session: Session, tenant_id: UUID, parent: UUID, *children: UUID) -> AlarmView:
    return store.group_under(session, tenant_id, parent, children, by="Anna", now=NOON)


def parent_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> UUID | None:
    return store.get_alarm(session, tenant_id, alarm_id).parent_id


def kinds_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> list[str]:
    return [entry.kind for entry in store.history_of(session, tenant_id, alarm_id)]


def test_puts_alarms_under_a_parent_and_notes_it_on_both(session: Session, tenant_id: UUID) -> None:
    parent, first, second = (make_alarm(session, tenant_id, name) for name in "PAB")

    grouped = group(session, tenant_id, parent, first, second)

    assert grouped.is_root_cause
    assert parent_of(session, tenant_id, first) == parent_of(session, tenant_id, second) == parent
    assert kinds_of(session, tenant_id, first) == ["grouped", "created"]
    noted = store.history_of(session, tenant_id, parent)[0]
    assert (noted.kind, noted.facts["number"]) == ("group_joined", 2)
    assert set(noted.facts["children"]) == {str(first), str(second)}


def test_grouping_twice_is_noted_once(session: Session, tenant_id: UUID) -> None:
    parent, child = (make_alarm(session, tenant_id, name) for name in "PA")

    for _ in range(2):
        group(session, tenant_id, parent, child)

    assert kinds_of(session, tenant_id, child) == ["grouped", "created"]
    assert kinds_of(session, tenant_id, parent) == ["group_joined", "created"]


@pytest.mark.parametrize("depth", [0, 1, 2, 5])
def test_refuses_a_ring_at_any_depth(session: Session, tenant_id: UUID, depth: int) -> None:
    chain = [make_alarm(session, tenant_id, f"N{number}") for number in range(depth + 1)]
    for above, below in pairwise(chain):
        group(session, tenant_id, above, below)

    with pytest.raises(InvalidError, match="under itself"):
        group(session, tenant_id, chain[-1], chain[0])


def test_moves_a_child_from_one_parent_to_another(session: Session, tenant_id: UUID) -> None:
    old, new, child = (make_alarm(session, tenant_id, name) for name in "ONC")
    group(session, tenant_id, old, child)

    group(session, tenant_id, new, child)

    assert parent_of(session, tenant_id, child) == new
    assert not store.get_alarm(session, tenant_id, old).is_root_cause
    assert kinds_of(session, tenant_id, child) == ["grouped", "ungrouped", "grouped", "created"]


def test_takes_a_child_out_and_leaves_its_sisters(session: Session, tenant_id: UUID) -> None:
    parent, out, stays = (make_alarm(session, tenant_id, name) for name in "POS")
    group(session, tenant_id, parent, out, stays)

    for _ in range(2):
        store.ungroup(session, tenant_id, [out], by="Anna", now=NOON)

    assert parent_of(session, tenant_id, out) is None
    assert parent_of(session, tenant_id, stays) == parent
    assert store.get_alarm(session, tenant_id, parent).is_root_cause
    assert kinds_of(session, tenant_id, parent) == ["group_left", "group_joined", "created"]


def test_a_parents_clear_leaves_its_children(session: Session, tenant_id: UUID) -> None:
    parent, child = (make_alarm(session, tenant_id, name) for name in "PC")
    group(session, tenant_id, parent, child)

    store.clear_by_person(session, tenant_id, parent, by="Anna", now=NOON)

    left = store.get_alarm(session, tenant_id, child)
    assert (left.is_active, left.parent_id) == (True, parent)


def test_lists_the_children_of_a_parent(session: Session, tenant_id: UUID) -> None:
    parent, child = (make_alarm(session, tenant_id, name) for name in "PC")
    group(session, tenant_id, parent, child)

    found = store.list_alarms(session, tenant_id, store.AlarmFilter(parent_id=parent))

    assert [one.id for one in found] == [child]


def test_does_not_group_another_tenants_alarm(session: Session, tenant_id: UUID) -> None:
    mine, stranger = make_alarm(session, tenant_id), make_customer(session)
    with as_tenant(session, stranger.id):
        theirs = make_alarm(session, stranger.id)

    with as_tenant(session, tenant_id), pytest.raises(NotFoundError):
        group(session, tenant_id, mine, theirs)


@pytest.mark.parametrize("number", [0, 1_001])
def test_refuses_no_child_and_too_many(session: Session, tenant_id: UUID, number: int) -> None:
    parent = make_alarm(session, tenant_id)

    with pytest.raises(InvalidError, match="name 1 to 1,000 alarms"):
        group(session, tenant_id, parent, *(uuid4() for _ in range(number)))
