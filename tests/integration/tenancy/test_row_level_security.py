"""The second wall alone: the guard is switched off, and the database still keeps to the tenant.

Only PostgreSQL has it. Connections are bare engines' here, told a scope as a guarded session
tells it; what they ask carries no criterion at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    Connection,
    Engine,
    String,
    Table,
    create_engine,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from kernel.db import Base, Key, TenantOwned, is_transient, make_engine, make_sessions
from kernel.walls import SCOPE, Everywhere, ask_scope_of
from tenancy._guard import GuardedSession
from tenancy.scope import as_tenant, bind, guarded, system
from tenancy.walls import bare_tables, owned_tables, raise_walls
from tests.factories.tenancy import make_customer
from tests.support.databases import Databases, as_owner
from tests.support.owned_rows import OWNED, Maker

TABLES = [pytest.param(one.local_table, id=one.class_.__name__) for one in OWNED]
REFUSED = "42501"
EVERYTHING = text("SELECT DISTINCT tenant_id FROM alarm")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A database in which two tenants have one row each in every table, at the least."""

    engine: Engine
    mine: UUID
    theirs: UUID

    @contextmanager
    def acting(self, scope: UUID | Everywhere | None) -> Iterator[Connection]:
        """Give a connection without the guard, in a scope; what it does is rolled back."""
        with self.engine.connect() as connection:
            ask_scope_of({SCOPE: scope}, connection)
            yield connection
            connection.rollback()


@pytest.fixture(scope="module")
def world(new_database: Databases) -> Iterator[World]:
    url = new_database()
    engine = make_engine(url)
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security")
    with guarded(make_sessions(engine)).begin() as session, system(session):
        makers = [Maker(session, make_customer(session).id) for _ in range(2)]
        for maker in makers:
            for mapper in OWNED:
                maker.make(mapper)
    yield World(engine=engine, mine=makers[0].tenant_id, theirs=makers[1].tenant_id)
    engine.dispose()
    new_database.drop(url)


def owners(connection: Connection, table: Table) -> set[UUID]:
    return set(connection.scalars(select(table.c.tenant_id)))


def bare(session: Session) -> Connection:
    assert isinstance(session, GuardedSession)
    return session.bare_connection()


def seen(session: Session) -> set[UUID]:
    """Whose alarms a session reaches by SQL that the guard never sees."""
    return set(bare(session).scalars(EVERYTHING))


@pytest.mark.parametrize("table", TABLES)
def test_a_tenant_sees_its_own_rows_alone(world: World, table: Table) -> None:
    with world.acting(world.mine) as connection:
        assert owners(connection, table) == {world.mine}


@pytest.mark.parametrize("table", TABLES)
def test_nobody_sees_anything(world: World, table: Table) -> None:
    with world.acting(None) as connection:
        assert owners(connection, table) == set()
    with world.engine.connect() as connection:
        assert owners(connection, table) == set()


@pytest.mark.parametrize("table", TABLES)
def test_a_tenant_changes_no_row_of_another(world: World, table: Table) -> None:
    foreign = table.c.tenant_id == world.theirs
    with world.acting(world.mine) as connection:
        for write in (update(table).values(tenant_id=world.mine), delete(table)):
            assert connection.execute(write.where(foreign)).rowcount == 0


@pytest.mark.parametrize("table", TABLES)
def test_a_tenant_hands_no_row_over_and_adds_none(world: World, table: Table) -> None:
    with world.acting(Everywhere.SYSTEM) as connection:
        theirs = table.c.tenant_id == world.theirs
        row = dict(connection.execute(select(table).where(theirs)).mappings().first() or {})
    given = {name: row[name] for name in row if table.c[name].computed is None}
    with world.acting(world.mine) as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(insert(table).values(given))
    assert getattr(caught.value.orig, "sqlstate", None) == REFUSED
    with world.acting(world.mine) as connection, pytest.raises(DBAPIError):
        connection.execute(update(table).values(tenant_id=world.theirs))


def test_work_across_tenants_reaches_everything(world: World) -> None:
    with world.acting(Everywhere.SYSTEM) as connection:
        for mapper in OWNED:
            table: Any = mapper.local_table
            assert owners(connection, table) == {world.mine, world.theirs}, table.name


def test_every_table_of_tenants_has_its_policies(world: World) -> None:
    with world.engine.connect() as connection:
        assert bare_tables(connection, Base.metadata) == []
    assert {one.local_table.name for one in OWNED} == set(owned_tables(Base.metadata))  # type: ignore[attr-defined]


def test_a_tenant_is_no_superuser_and_owns_nothing(world: World) -> None:
    with world.acting(world.mine) as connection:
        found = connection.execute(
            text(
                "SELECT rolname, rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole,"
                " (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid)"
                " FROM pg_roles WHERE rolname = current_user"
            )
        ).one()
        with pytest.raises(ProgrammingError):
            connection.execute(text("CREATE TABLE of_mine (id int)"))

    assert tuple(found) == ("garland_tenant", False, 0)


def test_one_statement_cannot_take_on_another_role_and_read(world: World) -> None:
    sneaked = text(
        "WITH s AS MATERIALIZED (SELECT set_config('role', 'garland_system', true) AS role)"
        " SELECT DISTINCT tenant_id FROM s, alarm WHERE s.role <> ''"
    )
    with world.acting(world.mine) as connection:
        assert set(connection.scalars(sneaked)) <= {world.mine}


def test_sql_written_by_hand_in_a_bound_session_keeps_to_the_tenant(world: World) -> None:
    sessions = guarded(make_sessions(world.engine))
    with sessions() as session:
        bind(session, world.mine)
        assert seen(session) == {world.mine}


def test_the_scope_follows_the_session(world: World) -> None:
    sessions = guarded(make_sessions(world.engine))
    with sessions() as session:
        assert seen(session) == set()
        with as_tenant(session, world.mine):
            assert seen(session) == {world.mine}
            with system(session):
                assert seen(session) == {world.mine, world.theirs}
            assert seen(session) == {world.mine}
        with as_tenant(session, world.theirs):
            assert seen(session) == {world.theirs}
        assert seen(session) == set()


def test_the_scope_holds_where_a_savepoint_was_rolled_back(world: World) -> None:
    sessions = guarded(make_sessions(world.engine))
    with sessions() as session, as_tenant(session, world.mine):
        seen(session)
        with as_tenant(session, world.theirs), session.begin_nested() as attempt:
            seen(session)
            attempt.rollback()
        assert seen(session) == {world.mine}
        with pytest.raises(DBAPIError), session.begin_nested(), as_tenant(session, world.theirs):
            bare(session).execute(text("SELECT 1 / 0"))
        assert seen(session) == {world.mine}


def test_nothing_of_a_scope_is_left_for_who_has_the_connection_next(world: World) -> None:
    sessions: sessionmaker[Session] = guarded(make_sessions(world.engine))
    for scope in (world.mine, Everywhere.SYSTEM):
        for end in ("commit", "rollback", "close"):
            with sessions() as session:
                session.info[SCOPE] = scope
                seen(session)
                getattr(session, end)()
            with world.engine.connect() as connection:
                assert set(connection.scalars(EVERYTHING)) == set(), (scope, end)


def test_a_connection_that_is_lost_is_told_as_that_and_another_is_taken(world: World) -> None:
    sessions: sessionmaker[Session] = guarded(make_sessions(world.engine))

    def cut_in_the_middle() -> None:
        with sessions() as session, session.begin(), as_tenant(session, world.mine):
            backend = bare(session).scalar(text("SELECT pg_backend_pid()"))
            with as_owner(world.engine) as owner:
                assert owner.scalar(text(f"SELECT pg_terminate_backend({backend}, 5000)"))
            seen(session)

    with pytest.raises(DBAPIError) as caught:
        cut_in_the_middle()
    assert is_transient(caught.value)
    with sessions() as session, as_tenant(session, world.mine):
        assert seen(session) == {world.mine}


class LaterBase(DeclarativeBase):
    """A table that a later release brings."""


class Later(TenantOwned, LaterBase):
    """As any table of tenants."""

    __tablename__ = "later"

    id: Mapped[Key]
    tenant_id: Mapped[UUID] = mapped_column()
    label: Mapped[str] = mapped_column(String(40))


def test_a_new_table_gets_its_policies_at_the_next_upgrade(world: World) -> None:
    owner = create_engine(world.engine.url)
    with owner.begin() as connection:
        LaterBase.metadata.create_all(connection)
        assert bare_tables(connection, LaterBase.metadata) == ["later"]
        raise_walls(connection, LaterBase.metadata)
        for tenant_id in (world.mine, world.theirs):
            row = {"id": tenant_id, "tenant_id": tenant_id, "label": "x"}
            connection.execute(insert(Later).values(row))
    owner.dispose()

    table: Any = Later.__table__
    with world.acting(world.mine) as connection:
        assert owners(connection, table) == {world.mine}
