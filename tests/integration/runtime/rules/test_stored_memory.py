"""What rules remember between batches: read once, written as it was left, and one tenant's."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from runtime.rules.judging.memory import Group, Timer
from runtime.rules.judging.state import GroupState, Pending
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from runtime.rules.stored import StoredMemory
from tenancy.scope import as_tenant, system
from tests.factories.rules import make_rule_document
from tests.factories.tenancy import NOON, make_customer

MANY = 1_000


@pytest.fixture
def tenant_id(session: Session) -> UUID:
    return make_customer(session).id


def make_rule(session: Session, tenant_id: UUID) -> UUID:
    with as_tenant(session, tenant_id):
        made = create_rule(session, tenant_id, document=make_rule_document(), by="anna", now=NOON)
        publish_rule(session, tenant_id, made.id, mode=Mode.LIVE, by="anna", now=NOON)
    return made.id


def remember(session: Session, tenant_id: UUID, group: Group, *fired: int) -> None:
    """Leave what a batch before this one left."""
    with as_tenant(session, tenant_id):
        memory = StoredMemory(session=session, tenant_id=tenant_id)
        memory.keep(group, GroupState(fired=list(fired)), limit=MANY, before=0)
        memory.write()


def remembered(session: Session, tenant_id: UUID, group: Group) -> list[int] | None:
    """Read what the next batch finds."""
    with as_tenant(session, tenant_id):
        state = StoredMemory(session=session, tenant_id=tenant_id).find(group)
    return None if state is None else state.fired


def test_what_changed_in_a_batch_is_not_read_over(session: Session, tenant_id: UUID) -> None:
    first, second = make_rule(session, tenant_id), make_rule(session, tenant_id)
    remember(session, tenant_id, (first, "b"), 1)
    with as_tenant(session, tenant_id):
        memory = StoredMemory(session=session, tenant_id=tenant_id)
        state = memory.find((first, "b"))
        assert state is not None
        state.fired.append(2)
        memory.keep((first, "b"), state, limit=MANY, before=0)

        memory.load({(first, "a"), (second, "b")}, ripe_before=0)  # the database gives all four

        found = memory.find((first, "b"))
        assert found is not None
        assert found.fired == [1, 2]


def test_a_group_that_made_room_and_came_back_is_written(session: Session, tenant_id: UUID) -> None:
    rule = make_rule(session, tenant_id)
    remember(session, tenant_id, (rule, "a"), 1)
    with as_tenant(session, tenant_id):
        memory = StoredMemory(session=session, tenant_id=tenant_id)
        memory.load({(rule, "a")}, ripe_before=0)
        memory.sweep(rule, before=5)

        memory.keep((rule, "a"), GroupState(fired=[9]), limit=MANY, before=0)
        memory.write()

    assert remembered(session, tenant_id, (rule, "a")) == [9]


def test_room_is_made_among_a_rules_own_groups_alone(session: Session, tenant_id: UUID) -> None:
    rule, other = make_rule(session, tenant_id), make_rule(session, tenant_id)
    remember(session, tenant_id, (rule, "old"), 5)
    remember(session, tenant_id, (rule, "new"), 6)
    remember(session, tenant_id, (other, "old"), 1)
    with as_tenant(session, tenant_id):
        memory = StoredMemory(session=session, tenant_id=tenant_id)
        memory.load({(other, "old")}, ripe_before=0)

        assert memory.sweep(rule, before=5) == 6
        assert memory.find((other, "old")) is not None

    assert remembered(session, tenant_id, (rule, "old")) is None
    assert remembered(session, tenant_id, (rule, "new")) == [6]
    assert remembered(session, tenant_id, (other, "old")) == [1]


def test_a_group_is_written_over_what_it_was(session: Session, tenant_id: UUID) -> None:
    group = (make_rule(session, tenant_id), "a")
    remember(session, tenant_id, group, 1)
    with as_tenant(session, tenant_id):
        memory = StoredMemory(session=session, tenant_id=tenant_id)
        for number in (2, 3):
            state = memory.find(group)
            assert state is not None
            state.fired.append(number)
            memory.keep(group, state, limit=MANY, before=0)
            memory.write()

    assert remembered(session, tenant_id, group) == [1, 2, 3]


def test_a_new_group_may_change_again_after_it_was_written(
    session: Session, tenant_id: UUID
) -> None:
    group, state = (make_rule(session, tenant_id), "a"), GroupState(fired=[1])
    with as_tenant(session, tenant_id):
        memory = StoredMemory(session=session, tenant_id=tenant_id)
        for number in (2, 3):
            state.fired.append(number)
            memory.keep(group, state, limit=MANY, before=0)
            memory.write()

    assert remembered(session, tenant_id, group) == [1, 2, 3]


def test_a_timer_that_is_set_and_taken_back_in_one_batch_never_rings(
    session: Session, tenant_id: UUID
) -> None:
    group = (make_rule(session, tenant_id), "a")
    pending = Pending(at=1, seq=1, alarm="x", due=1, ripe=1, group="a")
    with as_tenant(session, tenant_id):
        memory = StoredMemory(session=session, tenant_id=tenant_id)
        memory.wait(group, pending)
        memory.cancel(group, pending)
        memory.write()

        later = StoredMemory(session=session, tenant_id=tenant_id)
        later.load(set(), ripe_before=100)

        assert later.next_ripe(100) is None


def test_a_timer_that_rang_or_was_taken_back_is_gone(session: Session, tenant_id: UUID) -> None:
    rule = make_rule(session, tenant_id)
    group = (rule, "a")
    waiting = [Pending(at=at, seq=at, alarm="x", due=at, ripe=at, group="a") for at in (10, 20, 30)]
    with as_tenant(session, tenant_id):
        memory = StoredMemory(session=session, tenant_id=tenant_id)
        memory.keep(group, GroupState(pending=waiting), limit=MANY, before=0)
        for one in waiting:
            memory.wait(group, one)
        memory.write()

        later = StoredMemory(session=session, tenant_id=tenant_id)
        later.load(set(), ripe_before=15)
        rang = later.next_ripe(15)
        later.cancel(group, waiting[1])
        later.write()

        last = StoredMemory(session=session, tenant_id=tenant_id)
        last.load(set(), ripe_before=100)
        left = last.next_ripe(100)

    assert rang == Timer(10, 10, *group)
    assert left == Timer(30, 30, *group)


def test_another_tenant_neither_finds_nor_hears_of_it(session: Session, tenant_id: UUID) -> None:
    rule, stranger = make_rule(session, tenant_id), make_customer(session, "Stranger").id
    group = (rule, "a")
    pending = Pending(at=1, seq=1, alarm="x", due=1, ripe=1, group="a")
    remember(session, tenant_id, group, 1)
    with as_tenant(session, tenant_id):
        memory = StoredMemory(session=session, tenant_id=tenant_id)
        memory.wait(group, pending)
        memory.write()

    with system(session):  # past the guard, so that the questions themselves must name the tenant
        theirs = StoredMemory(session=session, tenant_id=stranger)
        theirs.load({group}, ripe_before=100)
        found = theirs.find(group), theirs.next_ripe(100), theirs.count(rule)

    assert found == (None, None, 0)
