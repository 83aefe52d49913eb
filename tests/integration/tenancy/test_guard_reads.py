"""Reads in one tenant's scope: whatever the shape of the statement, only own rows come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    Select,
    String,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.orm import (
    Bundle,
    Session,
    aliased,
    contains_eager,
    defer,
    immediateload,
    join,
    joinedload,
    lazyload,
    selectinload,
    sessionmaker,
    subqueryload,
)

from tenancy._tables import Organisation
from tenancy.scope import ScopeError, bind
from tests.support.guard_tables import Box, Item, Two

OTHER = aliased(Box)
OTHER_ITEM = aliased(Item)
BARE_BOX: Any = Box.__table__
BARE_ITEM: Any = Item.__table__
BOX_SUBQUERY = select(Box).subquery()
ITEMS_OF = select(Item.box_id, func.count().label("n")).group_by(Item.box_id).subquery()


OWN: dict[str, Select[Any]] = {
    "column": select(Box.label),
    "alias": select(OTHER.label),
    "alias of a subquery": select(aliased(Box, BOX_SUBQUERY).label),
    "bundle": select(Bundle("one", Box.label)),
    "expression": select(func.coalesce(Box.label, "x") + "!"),
    "cast": select(cast(Box.label, String)),
    "distinct": select(Box.label).distinct(),
    "subquery": select(BOX_SUBQUERY.c.label),
    "cte": select(select(Box).cte().c.label),
    "where with a bare column": select(Box.label).where(BARE_BOX.c.label != ""),
    "join": select(Item.label).join(Box, Box.id == Item.box_id),
    "join by relationship": select(Item.label).join(Item.box),
    "join by relationship from the other side": select(Item.label).select_from(Box).join(Box.items),
    "join an alias by relationship": select(OTHER_ITEM.label)
    .select_from(Box)
    .join(OTHER_ITEM, Box.items),
    "join by of_type": select(OTHER_ITEM.label)
    .select_from(Box)
    .join(Box.items.of_type(OTHER_ITEM)),
    "join by and_": select(Item.label).select_from(Box).join(Box.items.and_(Item.label != "")),
    "outer join": select(Item.label).select_from(Box).outerjoin(Item, Item.box_id == Box.id),
    "second entity in where": select(Item.label).where(Item.box_id == Box.id),
    "union": select(union_all(select(Box.label), select(Item.label)).subquery().c.label),
    "in a subquery": select(Box.label).where(Box.id.in_(select(Item.box_id))),
    "any": select(Box.label).where(Box.items.any()),
    "has": select(Item.label).where(Item.box.has()),
    "any of an alias": select(OTHER.label).where(OTHER.items.any()),
    "scalar subquery": select(
        select(Item.label).where(Item.box_id == Box.id).scalar_subquery()
    ).select_from(Box),
    "order by a subquery": select(Box.label).order_by(
        select(Item.label).where(Item.box_id == Box.id).limit(1).scalar_subquery()
    ),
    "join with a grouped subquery": select(Box.label).join(ITEMS_OF, ITEMS_OF.c.box_id == Box.id),
    "for update": select(Box.label).with_for_update(),
    "group and having": select(Box.label).group_by(Box.label).having(func.count() > 0),
}

FOREIGN: dict[str, Select[Any]] = {
    "exists": select(Organisation.slug).where(exists().where(Item.label == "b item")),
    "exists of a select": select(Organisation.slug).where(
        select(Item).where(Item.label == "b item").exists()
    ),
    "where alone": select(Organisation.name).where(
        Item.tenant_id == Organisation.id, Item.label == "b item"
    ),
    "any": select(Box.label).where(Box.items.any(Item.label == "b astray")),
    "has": select(Item.label).where(Item.box.has(Box.label == "b box")),
    "in": select(Box.label).where(Box.id.in_(select(Item.box_id).where(Item.label == "b astray"))),
    "self join": select(Box.label).where(OTHER.id != Box.id),
}

REFUSED: dict[str, Any] = {
    "text": text("SELECT label FROM guard_box"),
    "text in where": select(Box.label).where(text("1=1) OR (1=1")),
    "text in a join": select(Item.label).select_from(Box).join(Box.items.and_(text("1=1"))),
    "literal column": select(literal_column("(SELECT max(label) FROM guard_box)"), Box.label),
    "from text": select(Box).from_statement(text("SELECT * FROM guard_box")),
    "table": select(BARE_BOX),
    "column of a table": select(BARE_BOX.c.label),
    "alias of a table": select(BARE_BOX.alias().c.label),
    "lightweight table": select(column("label")).select_from(table("guard_box")),
    "join with a table": select(Box.label).join(BARE_ITEM, BARE_ITEM.c.box_id == Box.id),
    "table in exists": select(Organisation.name).where(exists(select(BARE_BOX.c.id))),
    "table in a list": select(Box.label).where(Box.id.in_(select(BARE_ITEM.c.box_id))),
    "table in a subquery": select(Box.label, select(BARE_ITEM).subquery().c.label),
    "table behind an alias": select(aliased(Box, select(BARE_BOX).subquery())),
    "table in where": select(Box.label).where(BARE_ITEM.c.label == "b item"),
    "second half of a union": select(Box.label).union(select(BARE_ITEM.c.label)),
    "uncorrelated count": select(Box.label, select(func.count(BARE_BOX.c.id)).scalar_subquery()),
    "join built by hand": select(Box.label).select_from(join(Box, Item, Box.id == Item.box_id)),
    "second entity of one expression": select(func.coalesce(Box.label, Item.label)),
    "entity only in a filter": select(func.count().filter(Box.label != "")),
    "entity only in a window": select(func.count().over(partition_by=Box.label)),
    "entity only left of a join": select(Organisation.name).join(Box.items),
}


@pytest.mark.parametrize("statement", OWN.values(), ids=OWN)
def test_shows_own_rows_alone(bound: Session, statement: Select[Any]) -> None:
    found = [str(getattr(row[0], "label", row[0])) for row in bound.execute(statement)]

    assert found
    assert all(label.removeprefix("('").startswith("a ") for label in found)


@pytest.mark.parametrize("statement", FOREIGN.values(), ids=FOREIGN)
def test_does_not_tell_whether_a_foreign_row_is_there(
    bound: Session, statement: Select[Any]
) -> None:
    assert bound.execute(statement).all() == []


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_refuses_what_the_criterion_would_miss(bound: Session, statement: Any) -> None:
    with pytest.raises(ScopeError, match="query mapped classes"):
        bound.execute(statement)


@pytest.mark.parametrize("statement", [*OWN.values(), *REFUSED.values()], ids=[*OWN, *REFUSED])
@pytest.mark.usefixtures("two")
def test_an_unbound_session_reaches_nothing(
    sessions: sessionmaker[Session], statement: Any
) -> None:
    with sessions() as session, pytest.raises(ScopeError):
        session.execute(statement)


COUNTS: dict[str, Select[Any]] = {
    "select_from": select(func.count()).select_from(Box),
    "column": select(func.count(Box.id)),
    "subquery": select(func.count()).select_from(select(Box).subquery()),
    "case": select(func.sum(case((Box.label == "b box", 100), else_=1))),
    "columns replaced": select(Box).with_only_columns(func.count(), maintain_column_froms=True),
    "filter": select(func.count().filter(Box.label != "")).select_from(Box),
    "beside a literal": select(literal(1)).where(Box.label != ""),
}


@pytest.mark.parametrize("statement", COUNTS.values(), ids=COUNTS)
def test_counts_own_rows_alone(bound: Session, statement: Select[Any]) -> None:
    assert bound.scalars(statement).all() == [1]


@pytest.mark.parametrize(
    "load",
    [lazyload, joinedload, selectinload, subqueryload, immediateload],
    ids=lambda load: load.__name__,
)
def test_a_relationship_loads_own_rows_alone(bound: Session, load: Callable[..., Any]) -> None:
    box = bound.scalars(select(Box).options(load(Box.items))).unique().one()
    inside = [item.label for item in box.items]
    bound.expunge_all()
    items = bound.scalars(select(Item).options(load(Item.box)).order_by(Item.label)).unique()
    around = [getattr(item.box, "label", None) for item in items]

    assert inside == ["a item"]
    assert around == [None, "a box"]


def test_an_eager_join_loads_own_rows_alone(bound: Session) -> None:
    wanted = select(Box).join(Box.items).options(contains_eager(Box.items))

    assert [item.label for item in bound.scalars(wanted).unique().one().items] == ["a item"]


def test_loads_what_was_put_off_or_expired(bound: Session) -> None:
    box = bound.scalars(select(Box).options(defer(Box.label))).one()
    put_off = box.label
    bound.expire(box)
    anew = box.label
    bound.refresh(box)

    assert (put_off, anew, box.label) == ("a box", "a box", "a box")


def test_streams_and_legacy_queries_are_bound_too(bound: Session, two: Two) -> None:
    streamed = bound.scalars(select(Box.label).execution_options(yield_per=1)).all()

    assert streamed == ["a box"]
    assert bound.query(Box).count() == 1
    assert [one.label for one in bound.query(Box)] == ["a box"]
    assert bound.query(Box).where(Box.id == two.box_b).first() is None


def test_a_cached_statement_takes_the_tenant_of_its_session(
    sessions: sessionmaker[Session], two: Two
) -> None:
    found = []
    for tenant_id in (two.a, two.b, two.a):
        with sessions() as session:
            bind(session, tenant_id)
            found.append(session.scalars(select(Box.label)).all())

    assert found == [["a box"], ["b box"], ["a box"]]
