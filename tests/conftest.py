"""Fixtures that all tests share: real databases, one migrated copy for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from garland.database import upgrade
from kernel.db import make_engine, make_sessions
from tenancy.scope import guarded
from tests.support.postgresql import running_server
from tests.support.size import NIGHTLY

DATA = Path(__file__).parent.parent.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the run choose the database of integration tests, and how much is tried at random."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--nightly", action="store_true", help="Try many more random examples.")


def pytest_configure(config: pytest.Config) -> None:
    """Tell tests of random examples how many to try, before they are imported."""
    if config.getoption("--nightly"):
        os.environ[NIGHTLY] = "1"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real inputs that lie beside the project; skips where they are absent."""
    if not DATA.is_dir():
        pytest.skip("the folder of real inputs is not here")
    return DATA


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """Give a function that makes a fresh, migrated database and gives its URL."""
    if request.config.getoption("--database") == "sqlite":
        template = tmp_path_factory.mktemp("template") / "template.db"
        upgrade(f"sqlite:///{template}")

        def copy() -> str:
            target = tmp_path_factory.mktemp("db") / "garland.db"
            shutil.copy(template, target)
            return f"sqlite:///{target}"

        yield copy
        return
    with running_server() as server:
        _execute(server, "CREATE DATABASE template_garland")
        upgrade(_database(server, "template_garland"))

        def create() -> str:
            name = f"t_{uuid4().hex}"
            _execute(server, f"CREATE DATABASE {name} TEMPLATE template_garland")
            return _database(server, name)

        yield create


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> Iterator[str]:
    """A fresh, migrated database; on PostgreSQL it goes with its test, 8 MB each."""
    url = make_url(new_database())
    yield url.render_as_string(hide_password=False)
    if url.get_backend_name() == "postgresql":
        server = url.set(database="postgres").render_as_string(hide_password=False)
        _execute(server, f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The engine of a fresh database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Guarded sessions on a fresh database."""
    return guarded(make_sessions(engine))


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One guarded session, bound to nobody yet; what it did is rolled back."""
    with sessions() as session:
        yield session


def _execute(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)
