"""Statements put together at random: own rows, nothing, or a refusal, but never a foreign row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, exists, func, select, union_all
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased, sessionmaker

from tenancy.scope import ScopeError, bind
from tests.support.guard_tables import Box, Item, make_two

BARE_BOX: Any = Box.__table__
BARE_ITEM: Any = Item.__table__
SOURCES: tuple[Any, ...] = (Box, Item, aliased(Box), aliased(Item))
PLACES = st.sampled_from((*SOURCES, BARE_BOX.c, BARE_ITEM.c))


@pytest.fixture
def bound(engine: Engine, sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        bind(session, make_two(engine, sessions).a)
        yield session


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> Any:
    """Draw a condition that any row could meet, reaching into further statements."""
    place, other = draw(PLACES), draw(PLACES)
    kinds = ["true", "same"] + (["exists", "bare exists", "in", "not in"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "true":
        return place.label != ""
    if kind == "same":
        return place.label != other.label + "?"
    if kind == "exists":
        return exists(draw(selects(depth=depth - 1)))
    if kind == "bare exists":
        return exists().where(draw(conditions(depth=depth - 1)))
    inner = draw(selects(depth=depth - 1))
    return place.label.in_(inner) if kind == "in" else place.label.not_in(inner)


@st.composite
def selects(draw: st.DrawFn, depth: int = 2) -> Any:
    """Draw a SELECT of one column of labels."""
    source = draw(PLACES)
    wanted = draw(st.sampled_from((source.label, func.lower(source.label))))
    statement = select(wanted.label("label"))
    for condition in draw(st.lists(conditions(depth=depth), max_size=2)):
        statement = statement.where(condition)
    if draw(st.booleans()):
        target = draw(st.sampled_from(SOURCES))
        statement = statement.join(target, target.label != "", isouter=draw(st.booleans()))
    if depth and draw(st.booleans()):
        return select(draw(selects(depth=depth - 1)).subquery().c.label)
    if depth and draw(st.booleans()):
        both = union_all(statement, draw(selects(depth=depth - 1)))
        return select(both.subquery().c.label)
    return statement


@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product")
@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(statement=selects())
def test_never_shows_a_foreign_row(bound: Session, statement: Any) -> None:
    try:
        with bound.begin_nested():
            found = bound.scalars(statement.limit(200)).all()
    except (ScopeError, SQLAlchemyError):  # refused by the guard, or no statement at all
        return
    assert all(label is None or label.startswith("a ") for label in found)
