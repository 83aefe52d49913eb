"""The session itself: the identity map, the unit of work, helpers past it, and the scopes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient, sessionmaker
from sqlalchemy.orm.exc import ObjectDeletedError

from kernel.ids import new_id
from tenancy.rows import insert_new
from tenancy.scope import ScopeError, as_tenant, bind, bound_tenant, guarded, system
from tests.support.guard_tables import Box, Item, Two, rows_of

Attempt = Callable[[Session, Two], None]


def foreign_box(session: Session, two: Two) -> Box:
    """Load the other tenant's box as work that switches tenants would, and keep it."""
    with as_tenant(session, two.b):
        return session.get_one(Box, two.box_b)


def add_foreign(session: Session, two: Two) -> None:
    session.add(Box(label="b", tenant_id=two.b))
    session.flush()


def add_nobodys(session: Session, _two: Two) -> None:
    session.add(Box(label="b"))
    session.flush()


def hand_over(session: Session, two: Two) -> None:
    session.get_one(Box, two.box_a).tenant_id = two.b
    session.flush()


def take_over(session: Session, two: Two) -> None:
    foreign_box(session, two).tenant_id = two.a
    session.flush()


def change_loaded(session: Session, two: Two) -> None:
    foreign_box(session, two).label = "taken"
    session.flush()


def delete_loaded(session: Session, two: Two) -> None:
    session.delete(foreign_box(session, two))
    session.flush()


def refresh_loaded(session: Session, two: Two) -> None:
    session.refresh(foreign_box(session, two))


def merge_foreign(session: Session, two: Two) -> None:
    session.merge(Box(id=two.box_b, tenant_id=two.b, label="x"))
    session.flush()


def merge_unseen(session: Session, two: Two) -> None:
    session.merge(Box(id=two.box_b, tenant_id=two.a), load=False)


def take_the_connection(session: Session, _two: Two) -> None:
    session.connection()


def save_in_bulk(session: Session, two: Two) -> None:
    session.bulk_save_objects([Box(label="b", tenant_id=two.b)])


def insert_in_bulk(session: Session, two: Two) -> None:
    session.bulk_insert_mappings(Box, [{"tenant_id": two.b}])


def update_in_bulk(session: Session, two: Two) -> None:
    session.bulk_update_mappings(Box, [{"id": two.box_b}])


def insert_new_foreign(session: Session, two: Two) -> None:
    insert_new(session, Box, {"id": new_id(), "tenant_id": two.b, "label": "x"}, keys=("id",))


def bind_again(session: Session, two: Two) -> None:
    bind(session, two.b)


@pytest.mark.parametrize(
    "attempt",
    [
        add_foreign,
        add_nobodys,
        hand_over,
        take_over,
        change_loaded,
        delete_loaded,
        refresh_loaded,
        merge_foreign,
        merge_unseen,
        take_the_connection,
        save_in_bulk,
        insert_in_bulk,
        update_in_bulk,
        insert_new_foreign,
        bind_again,
    ],
)
def test_refuses(
    bound: Session, sessions: sessionmaker[Session], two: Two, attempt: Attempt
) -> None:
    before = rows_of(sessions, two.b)

    with pytest.raises(ScopeError):
        attempt(bound, two)
    bound.rollback()

    assert rows_of(sessions, two.b) == before


def test_a_foreign_row_in_memory_is_not_found(bound: Session, two: Two) -> None:
    with system(bound):
        box = bound.get_one(Box, two.box_b)
        assert len(box.items) == 2
        bound.expire(box, ["items"])

    assert bound.get(Box, two.box_b) is None
    assert bound.query(Box).where(Box.id == two.box_b).all() == []
    assert [item.label for item in box.items] == ["a astray"]


def test_a_foreign_row_that_expired_cannot_be_read(
    sessions: sessionmaker[Session], two: Two
) -> None:
    with sessions() as session:
        box = foreign_box(session, two)
        bind(session, two.a)
        session.expire(box)

        with pytest.raises(ObjectDeletedError):
            _ = box.label


def test_a_key_of_another_tenant_cannot_be_reused(bound: Session, two: Two) -> None:
    bound.merge(Box(id=two.box_b, tenant_id=two.a, label="a box 2"))

    with pytest.raises(IntegrityError):
        bound.flush()


def test_a_detached_foreign_row_cannot_come_back(
    bound: Session, sessions: sessionmaker[Session], two: Two
) -> None:
    with sessions() as session:
        row = foreign_box(session, two)
        session.expunge(row)
    bound.add(row)
    row.label = "taken"

    with pytest.raises(ScopeError):
        bound.flush()
    make_transient(row)


def get_unbound(session: Session, two: Two) -> None:
    session.get(Box, two.box_a)


def insert_unbound(session: Session, two: Two) -> None:
    session.execute(insert(Box).values(label="x", tenant_id=two.a))


def update_unbound(session: Session, _two: Two) -> None:
    session.execute(update(Box).values(label="x"))


def delete_unbound(session: Session, _two: Two) -> None:
    session.execute(delete(Item))


@pytest.mark.parametrize(
    "attempt",
    [
        get_unbound,
        insert_unbound,
        insert_new_foreign,
        update_unbound,
        delete_unbound,
        add_foreign,
    ],
)
def test_an_unbound_session_is_told_what_to_call(
    sessions: sessionmaker[Session], two: Two, attempt: Attempt
) -> None:
    with sessions() as session, pytest.raises(ScopeError, match=r"bind, as_tenant or system"):
        attempt(session, two)


def test_a_new_row_is_written_once_for_its_keys(bound: Session, two: Two) -> None:
    row = {"id": new_id(), "tenant_id": two.a, "label": "new"}

    first, second = (insert_new(bound, Box, row, keys=("id",)) for _ in range(2))

    assert (first, second) == (True, False)
    assert bound.get_one(Box, row["id"]).label == "new"


def test_scopes_nest_and_end(sessions: sessionmaker[Session], two: Two) -> None:
    seen: list[object] = []
    with sessions() as session:
        bind(session, two.a)
        with system(session):
            seen.append(len(session.scalars(select(Box)).all()))
            with as_tenant(session, two.b):
                seen.append(bound_tenant(session))
                seen.append(session.scalar(select(Box.label)))
        with pytest.raises(RuntimeError), as_tenant(session, two.b):
            raise RuntimeError
        seen.append(session.scalar(select(Box.label)))

    assert seen == [2, two.b, "b box", "a box"]


def test_changes_are_judged_by_the_scope_they_were_made_in(
    sessions: sessionmaker[Session], two: Two
) -> None:
    with sessions() as session:
        with as_tenant(session, two.b):
            session.get_one(Box, two.box_b).label = "b 2"
        with as_tenant(session, two.a):
            session.get_one(Box, two.box_a).label = "a 2"
            with as_tenant(session, two.b):
                found = session.scalar(select(Box.label))
        session.commit()

    assert found == "b 2"


def test_a_session_without_guard_cannot_be_bound(engine: Engine, two: Two) -> None:
    with Session(engine) as session, pytest.raises(ScopeError, match="guarded"):
        bind(session, two.a)


def test_guarding_keeps_the_factorys_settings(engine: Engine) -> None:
    kept = guarded(sessionmaker(engine, expire_on_commit=False, autoflush=False))()

    assert (kept.bind, kept.expire_on_commit, kept.autoflush) == (engine, False, False)
