"""Every tenant-owned table that Garland has, walked: none shows or yields another tenant's row.

Rows are made from the columns' types, so a new table is covered by being there.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Mapper, Session, sessionmaker

from kernel.db import Base
from kernel.ids import new_id
from tenancy.audit._tables import AuditEntry
from tenancy.scope import ScopeError, as_tenant, system
from tests.factories.tenancy import make_customer
from tests.support.owned_rows import OWNED, Maker, key_of


@pytest.mark.parametrize("mapper", OWNED, ids=lambda one: one.class_.__name__)
def test_a_tenant_reaches_its_own_rows_alone(
    sessions: sessionmaker[Session], mapper: Mapper[Any]
) -> None:
    entity = mapper.class_
    with sessions() as session:
        with system(session):
            mine, theirs = (Maker(session, make_customer(session).id) for _ in range(2))
            own, foreign = key_of(mine.make(mapper)), key_of(theirs.make(mapper))
            session.expunge_all()
        with as_tenant(session, mine.tenant_id):
            assert [key_of(one) for one in session.scalars(select(entity))] == [own]
            assert session.scalar(select(func.count()).select_from(entity)) == 1
            assert session.get(entity, foreign) is None
            assert session.get(entity, own) is not None
            writes: list[Any] = [update(entity).values(tenant_id=mine.tenant_id)]
            # the database itself lets nobody delete an entry of the audit
            writes += [delete(entity)] if entity is not AuditEntry else []
            for write in writes:
                everything = write.execution_options(synchronize_session=False)
                with session.begin_nested() as attempt:
                    assert session.execute(everything).rowcount == 1  # type: ignore[attr-defined]
                    attempt.rollback()
            with pytest.raises(ScopeError):
                session.execute(insert(entity).values(tenant_id=theirs.tenant_id))
            with pytest.raises(ScopeError):
                session.execute(select(mapper.local_table))


@pytest.mark.parametrize("mapper", OWNED, ids=lambda one: one.class_.__name__)
def test_nobody_reaches_anything(sessions: sessionmaker[Session], mapper: Mapper[Any]) -> None:
    entity = mapper.class_
    statements: tuple[Any, ...] = (
        select(entity),
        select(func.count()).select_from(entity),
        update(entity).values(tenant_id=new_id()),
        delete(entity),
        insert(entity).values(tenant_id=new_id()),
        select(mapper.local_table),
    )
    with sessions() as session:
        for statement in statements:
            with pytest.raises(ScopeError):
                session.execute(statement)


READ_IN_SCOPE = ["market_rating.own_id", "membership.custom_role_id"]
"""A rating is there to be read by others, and whose it is by its giver alone (`ratings.giving`).
Memberships are no tenant's, for sign-in has to find them; who reads the role of one does so as the
membership's organisation (`tenancy.custom_roles.holding.held`)."""


def test_what_points_at_a_tenants_row_is_the_tenants_too() -> None:
    owned = {mapper.local_table.fullname for mapper in OWNED}  # type: ignore[attr-defined]
    stray = [
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.fullname in owned and table.fullname not in owned
    ]

    assert stray == READ_IN_SCOPE


def test_every_table_with_a_tenant_is_guarded() -> None:
    named = {one.name for one in Base.metadata.sorted_tables if "tenant_id" in one.columns}

    assert named == {mapper.local_table.name for mapper in OWNED}  # type: ignore[attr-defined]
