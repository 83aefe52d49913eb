"""Writes in one tenant's scope: whatever is tried, the other tenant's rows stay as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    bindparam,
    delete,
    exists,
    func,
    insert,
    lambda_stmt,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased, sessionmaker
from sqlalchemy.schema import DropTable

from kernel.ids import new_id
from tenancy._tables import Organisation
from tenancy.rows import insert_many, update_many
from tenancy.scope import ScopeError
from tests.support.guard_tables import Box, Item, Two, rows_of

Attempt = Callable[[Session, Two], Any]
OTHER = aliased(Box)
BARE_BOX: Any = Box.__table__
BARE_ITEM: Any = Item.__table__


def upsert(session: Session, two: Two, keys: list[str], *, tenant_id: UUID) -> Any:
    dialect = session.get_bind().dialect.name
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = {"id": two.box_b, "label": "a box", "tenant_id": tenant_id}
    taken = build(Box).values(**row)
    return session.execute(
        taken.on_conflict_do_update(index_elements=keys, set_={"label": "taken"})
    )


REFUSED: dict[str, Attempt] = {
    "insert of a foreign row": lambda s, t: s.execute(
        insert(Box), [{"label": "a", "tenant_id": t.a}, {"label": "b", "tenant_id": t.b}]
    ),
    "insert of foreign values": lambda s, t: s.execute(
        insert(Box).values(label="b", tenant_id=t.b)
    ),
    "insert of several foreign values": lambda s, t: s.execute(
        insert(Box).values([{"label": "b", "tenant_id": t.b}])
    ),
    "insert for nobody": lambda s, _: s.execute(insert(Box).values(label="b")),
    "insert of an expression": lambda s, t: s.execute(
        insert(Box).values(label="b", tenant_id=select(literal(t.b)).scalar_subquery())
    ),
    "insert of a parameter": lambda s, t: s.execute(
        insert(Box).values(label="b", tenant_id=bindparam("owner")), {"owner": t.b}
    ),
    "insert from a select": lambda s, t: s.execute(
        insert(Box).from_select(["label", "tenant_id"], select(Box.label, literal(t.b)))
    ),
    "insert into a table": lambda s, t: s.execute(
        insert(BARE_BOX).values(id=new_id(), label="b", tenant_id=t.b)
    ),
    "raw insert": lambda s, t: s.execute(
        insert(Box).values(label="b", tenant_id=t.a), execution_options={"dml_strategy": "raw"}
    ),
    "insert over a foreign row": lambda s, t: upsert(s, t, ["id"], tenant_id=t.a),
    "update that hands rows over": lambda s, t: s.execute(update(Box).values(tenant_id=t.b)),
    "update that hands rows over in order": lambda s, t: s.execute(
        update(Box).ordered_values((Box.tenant_id, t.b))
    ),
    "update by keys": lambda s, t: s.execute(update(Box), [{"id": t.box_b, "label": "x"}]),
    "update of a table": lambda s, _: s.execute(update(BARE_BOX).values(label="x")),
    "update of a table by a class": lambda s, _: s.execute(
        update(BARE_BOX).values(label="x").where(Box.label == "b box")
    ),
    "update of an alias": lambda s, _: s.execute(update(OTHER).values(label="x")),
    "update from a second class": lambda s, _: s.execute(
        update(Box).values(label=Item.label).where(Item.label == "b item")
    ),
    "update of all by a second class": lambda s, _: s.execute(
        update(Organisation).values(name="x").where(Item.label == "b item")
    ),
    "core update": lambda s, _: s.execute(
        update(Box).values(label="x"), execution_options={"dml_strategy": "core_only"}
    ),
    "delete from a table": lambda s, _: s.execute(delete(BARE_ITEM)),
    "delete using a second class": lambda s, _: s.execute(
        delete(Item).where(Item.box_id == Box.id, Box.label == "b box")
    ),
    "write in a cte": lambda s, _: s.execute(
        select(update(Item).values(label="x").returning(Item.label).cte().c.label)
    ),
    "write beside a select": lambda s, _: s.execute(
        select(Box.label).add_cte(delete(Item).returning(Item.id).cte())
    ),
    "statement in a lambda": lambda s, _: s.execute(lambda_stmt(lambda: delete(BARE_ITEM))),
    "schema": lambda s, _: s.execute(DropTable(BARE_ITEM)),
    "many rows, one of them foreign": lambda s, t: insert_many(
        s, Box, [{"id": new_id(), "label": "b", "tenant_id": owner} for owner in (t.a, t.b)]
    ),
    "many changes of foreign rows": lambda s, t: update_many(
        s, Box, t.b, [{"id": t.box_b, "label": "x"}]
    ),
}

HARMLESS: dict[str, Attempt] = {
    "update of all": lambda s, _: s.execute(update(Item).values(label="a new")),
    "update by key": lambda s, t: s.execute(
        update(Item).values(label="a new").where(Item.id == t.item_b)
    ),
    "update where a foreign row is": lambda s, _: s.execute(
        update(Box).values(label="a new").where(exists(select(Item).where(Item.label == "b item")))
    ),
    "update by any": lambda s, _: s.execute(
        update(Box).values(label="a new").where(Box.items.any(Item.label == "b astray"))
    ),
    "update from a subquery": lambda s, _: s.execute(
        update(Box).values(
            label=select(func.max(Item.label)).where(Item.box_id == Box.id).scalar_subquery()
        )
    ),
    "delete of all": lambda s, _: s.execute(delete(Item)),
    "many changes by foreign keys": lambda s, t: update_many(
        s, Box, t.a, [{"id": t.box_b, "label": "a new"}]
    ),
    "legacy update": lambda s, _: s.query(Item).update({"label": "a new"}),
    "legacy delete": lambda s, _: s.query(Item).delete(),
}


@pytest.mark.parametrize("attempt", REFUSED.values(), ids=REFUSED)
def test_refuses(
    bound: Session, sessions: sessionmaker[Session], two: Two, attempt: Attempt
) -> None:
    before = rows_of(sessions, two.b)

    with pytest.raises(ScopeError):
        attempt(bound, two)
    bound.rollback()

    assert rows_of(sessions, two.b) == before


@pytest.mark.parametrize("attempt", HARMLESS.values(), ids=HARMLESS)
def test_leaves_the_others_rows_alone(
    bound: Session, sessions: sessionmaker[Session], two: Two, attempt: Attempt
) -> None:
    before = rows_of(sessions, two.b)

    attempt(bound, two)
    bound.commit()

    assert rows_of(sessions, two.b) == before


def test_writes_own_rows(bound: Session, two: Two) -> None:
    bound.execute(insert(Box), [{"label": "a 1", "tenant_id": two.a}])
    bound.execute(insert(Box).values(tenant_id=two.a), [{"label": "a 2"}])
    made = bound.scalars(insert(Box).returning(Box), [{"label": "a 3", "tenant_id": two.a}]).one()
    bound.add(Box(label="a 4", tenant_id=two.a))
    changed = bound.execute(update(Box).values(label=Box.label + "!").returning(Box.label)).all()
    bound.delete(made)
    bound.flush()

    left = bound.scalars(select(Box.label).order_by(Box.label)).all()
    assert len(changed) == 5
    assert left == ["a 1!", "a 2!", "a 4!", "a box!"]


def test_an_upsert_keyed_by_the_tenant_is_allowed(
    bound: Session, sessions: sessionmaker[Session], two: Two
) -> None:
    before = rows_of(sessions, two.b)
    row = {"id": new_id(), "label": "a box", "tenant_id": two.a}
    dialect = bound.get_bind().dialect.name
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert

    bound.execute(
        build(Box)
        .values(**row)
        .on_conflict_do_update(index_elements=["tenant_id", "label"], set_={"label": "a again"})
    )
    bound.execute(build(Box).values(**{**row, "id": two.box_b}).on_conflict_do_nothing())
    bound.commit()

    assert rows_of(sessions, two.b) == before
