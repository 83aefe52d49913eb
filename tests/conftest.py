"""Fixtures that all tests share: real databases, one migrated copy for each test."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from kernel.db import make_engine, make_sessions
from tenancy.scope import guarded
from tests.support.databases import Databases, postgresql_databases, sqlite_databases
from tests.support.size import NIGHTLY
from tests.support.statements import share_compiled_statements

DATA = Path(__file__).parent.parent.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the run choose the database of integration tests, and how much is tried at random."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--nightly", action="store_true", help="Try many more random examples.")


def pytest_configure(config: pytest.Config) -> None:
    """Tell tests of random examples how many to try, before they are imported.

    A crash that a test provokes is logged as an installation logs it: coloured and with the code
    around each line, it took half a second.
    """
    if config.getoption("--nightly"):
        os.environ[NIGHTLY] = "1"
    settings.register_profile("garland", deadline=None)  # a busy machine is no defect
    settings.load_profile("garland")
    structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback
    _keep_no_logger()
    # On its own way: a thread that an earlier test left behind may speak while a doctest is read.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def _keep_no_logger() -> None:
    """Let no logger stay as one test set it up: a later one may capture what it says."""
    configure = structlog.configure

    def configure_anew(**asked: Any) -> None:
        configure(**{**asked, "cache_logger_on_first_use": False})

    pytest.MonkeyPatch().setattr(structlog, "configure", configure_anew)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what opens no database: it says the same on SQLite."""
    if config.getoption("--database") == "sqlite":
        return
    with_database = [item for item in items if "new_database" in _fixtures_of(item)]
    left_out = set(items) - set(with_database)
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = with_database


def pytest_collection_finish() -> None:
    """Spare the garbage collector the rounds over what was loaded: it stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real inputs that lie beside the project; skips where they are absent."""
    if not DATA.is_dir():
        pytest.skip("the folder of real inputs is not here")
    return DATA


@pytest.fixture(scope="session")
def new_database(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Makes a fresh, migrated database each time it is called, and gives its URL."""
    share_compiled_statements()
    is_sqlite = request.config.getoption("--database") == "sqlite"
    with sqlite_databases() if is_sqlite else postgresql_databases() as databases:
        yield databases


@pytest.fixture
def database_url(new_database: Databases) -> Iterator[str]:
    """A fresh, migrated database; it goes with its test."""
    url = new_database()
    yield url
    new_database.drop(url)


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


def _fixtures_of(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []
