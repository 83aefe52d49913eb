"""Two installations: one that lists a block, and one without a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.db import make_engine, make_sessions
from tenancy.scope import guarded
from tests.factories.mirror import export, make_listed
from tests.support.databases import Databases


@contextmanager
def opened(new_database: Databases) -> Iterator[sessionmaker[Session]]:
    url = new_database()
    engine = make_engine(url)
    yield guarded(make_sessions(engine))
    engine.dispose()
    new_database.drop(url)


@pytest.fixture
def there(new_database: Databases) -> Iterator[sessionmaker[Session]]:
    """Sessions of an installation that lists acme.say 1.0.0."""
    with opened(new_database) as sessions:
        with sessions.begin() as session:
            make_listed(session)
        yield sessions


@pytest.fixture
def here(new_database: Databases) -> Iterator[sessionmaker[Session]]:
    """Sessions of an installation without anything."""
    with opened(new_database) as sessions:
        yield sessions


@pytest.fixture
def folder(there: sessionmaker[Session], tmp_path: Path) -> Path:
    """What the first one exported."""
    export(there, tmp_path / "out")
    return tmp_path / "out"
