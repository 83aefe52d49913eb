"""Fresh, migrated databases: copies of one template, each gone when its test is over."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from garland.database import upgrade
from kernel.db import make_engine
from tests.support.places import quickest_place
from tests.support.postgresql import running_server

TEMPLATE = "template_garland"
KNOWS_STRATEGIES = (15,)
"""The PostgreSQL that copies a template file by file when told to: half the time of its log."""


class Databases(Protocol):
    """Makes databases, and drops them: their number is the number of the tests."""

    def __call__(self) -> str:
        """Make a database and give its URL."""

    def drop(self, url: str) -> None:
        """Drop a database and whoever is connected to it."""


class SqliteDatabases:
    """Files, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        upgrade(f"sqlite:///{self._template}")

    def __call__(self) -> str:
        """Copy the template."""
        target = Path(tempfile.mkdtemp(dir=self._folder)) / "garland.db"
        shutil.copy(self._template, target)
        return f"sqlite:///{target}"

    def drop(self, url: str) -> None:
        """Remove the folder: the log and the lock beside the database go, too."""
        shutil.rmtree(Path(make_url(url).database or "").parent)


class PostgresqlDatabases:
    """Databases of one server."""

    def __init__(self, server: URL, connection: Connection) -> None:
        self._server = server
        self._connection = connection
        version = connection.dialect.server_version_info or ()
        self._strategy = "STRATEGY file_copy" if version >= KNOWS_STRATEGIES else ""
        self._execute(f"CREATE DATABASE {TEMPLATE}")
        upgrade(self._url(TEMPLATE))

    def __call__(self) -> str:
        """Copy the template."""
        name = f"t_{uuid4().hex}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} {self._strategy}")
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop the database, 10 MB each."""
        self._execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        self._connection.execute(text(statement))

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)


@contextmanager
def as_owner(engine: Engine) -> Iterator[Connection]:
    """Give a transaction of the tables' owner, which no row-level security holds."""
    owner = make_engine(engine.url.render_as_string(hide_password=False), as_owner=True)
    try:
        with owner.begin() as connection:
            yield connection
    finally:
        owner.dispose()


@contextmanager
def sqlite_databases() -> Iterator[Databases]:
    """Make databases in a temporary folder."""
    folder = tempfile.mkdtemp(prefix="garland-sqlite-", dir=quickest_place())
    try:
        yield SqliteDatabases(Path(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql_databases() -> Iterator[Databases]:
    """Make databases on a server of this run's own."""
    with running_server() as server:
        engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            yield PostgresqlDatabases(make_url(server), connection)
