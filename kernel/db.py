"""The database: one declarative base, the column kinds, engines for SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    MetaData,
    create_engine,
    event,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from kernel._turns import others_wait, take_turns
from kernel.ids import new_id
from kernel.walls import stand_behind_walls

__all__ = [
    "AnyDocument",
    "Base",
    "Document",
    "Instant",
    "Key",
    "OptionalDocument",
    "OptionalInstant",
    "TenantOwned",
    "UtcDateTime",
    "after_commit",
    "is_taken",
    "make_engine",
    "make_sessions",
    "named",
    "or_taken",
    "others_wait",
    "type_document",
]

SQLITE_BUSY_TIMEOUT_S = 30
# Pages, 4 KB each, that the write-ahead log takes before they go into the database file. Indexes
# are written all over: with SQLite's own 1,000 every batch of alarms would end in that work.
CHECKPOINT_PAGES = 16_000


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone; see kernel.clock")
    return value.astimezone(UTC)


def _sqlite_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    instant = value if value.tzinfo is UTC else _in_utc(value)
    return instant.isoformat(" ", "microseconds")[: -len("+00:00")]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant that refuses to be naive, on databases that keep zones and those that don't."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _in_utc(value)

    @override
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """On SQLite write the text by ourselves: the same one, in a third of the time."""
        return _sqlite_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


Key = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
Instant = Annotated[datetime, mapped_column(UtcDateTime())]
OptionalInstant = Annotated[datetime | None, mapped_column(UtcDateTime())]
type_document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Document = Annotated[dict[str, Any], mapped_column(type_document)]
OptionalDocument = Annotated[dict[str, Any] | None, mapped_column(type_document)]
AnyDocument = Annotated[Any, mapped_column(type_document)]


class Base(DeclarativeBase):
    """Every table of Garland; constraints are named so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class TenantOwned:
    """Rows that belong to one organisation; `tenancy.scope` binds every query on them."""

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )


def named(kind: type[Enum]) -> EnumType:
    """Store an enum by its value, as text the database can check and a person can read."""
    return EnumType(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def make_engine(url: str, *, echo: bool = False, as_owner: bool = False) -> Engine:
    """Open a database by its SQLAlchemy URL, with the settings Garland relies on.

    On PostgreSQL its connections are held by row-level security (`kernel.walls`), but for those
    that act as the tables' owner: for migrations alone.

    What a statement carried is in no error and no log: it may be a secret or a customer's data.
    SQLite runs in WAL with `synchronous=NORMAL`, enforces foreign keys, and takes its write lock
    at the start of a transaction: a reader that turns writer half way would meet "database is
    locked" with no wait.
    """
    common = {"echo": echo, "hide_parameters": True, "json_serializer": _json_text}
    if url.startswith("sqlite"):
        connect_args = {"timeout": SQLITE_BUSY_TIMEOUT_S}
        engine = create_engine(url, **common, connect_args=connect_args)
        event.listen(engine, "connect", _prepare_sqlite)
        take_turns(engine, timeout_s=SQLITE_BUSY_TIMEOUT_S)
        return engine
    engine = create_engine(url, **common, pool_size=10, max_overflow=30, pool_pre_ping=True)
    if not as_owner:
        stand_behind_walls(engine)
    return engine


def _json_text(value: Any) -> str:
    """Write JSON; nothing at all, which most lists of an alarm hold, costs nothing."""
    nothing = None if value else _NOTHING.get(type(value))
    return nothing or json.dumps(value)


_NOTHING: dict[type, str] = {dict: "{}", list: "[]"}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin behind our back
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Make the factory of sessions; objects stay readable after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


_TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL's serialization failure, deadlock and lock not available; its manual, appendix A."""


def is_transient(error: BaseException) -> bool:
    """Tell whether a statement failed for the moment only: a deadlock, a lock, a lost connection.

    The same statement may succeed when its transaction is tried anew.
    """
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorname", "").partition("_")[2]
    is_busy = code.startswith(("BUSY", "LOCKED"))
    return error.connection_invalidated or state in _TRANSIENT_STATES or is_busy


def is_taken(error: BaseException) -> bool:
    """Tell whether a statement failed since another row has a value that only one may have."""
    if not isinstance(error, IntegrityError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state == "23505" or "UNIQUE constraint" in str(error.orig)


def insert_into(session: Session, model: type[Base]) -> Any:
    """Begin an INSERT that may say what to do with a row that is there (`on_conflict_do_nothing`).

    SQLite and PostgreSQL both can, each by a statement of its own.
    """
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return insert_postgresql(model) if is_postgresql else insert_sqlite(model)


@contextmanager
def or_taken(session: Session, refusal: Exception) -> Iterator[None]:
    """Write what is added or changed within; raise the refusal where somebody was quicker.

    Who asks whether a name is free does not see the row that another transaction is about to
    commit. The database does: it waits for that one, and refuses the second.
    """
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if not is_taken(error):
            raise
        raise refusal from None


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Run `action` once, right after this session's transaction commits; never on a rollback.

    The end of a savepoint is neither: what was asked for within one that was rolled back is done
    if the transaction around it commits.
    """
    waiting: list[Callable[[], None]] = session.info.setdefault("after_commit", [])
    waiting.append(action)
    if not session.info.get("after_commit_listening"):
        session.info["after_commit_listening"] = True
        event.listen(session, "after_commit", _run_waiting)
        event.listen(session, "after_rollback", _drop_waiting)


def _run_waiting(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint was released: nothing is durable yet
        return
    waiting = session.info.pop("after_commit", [])
    for action in waiting:
        action()


def _drop_waiting(session: Session) -> None:
    if session.in_nested_transaction():  # what the rest of the transaction asked for still holds
        return
    session.info.pop("after_commit", None)
