"""An installation with somebody in it, and an empty one to restore into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Select, literal_column, select, table

from garland.settings import Settings
from kernel import passphrases
from kernel.db import Base, make_engine, make_sessions
from kernel.secrets import new_key
from tenancy.scope import guarded
from tests.factories.tenancy import make_customer
from tests.support.databases import Databases

Install = Callable[..., Settings]


@pytest.fixture(autouse=True)
def quick_sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrases, "_COST", 2)


@pytest.fixture
def install(tmp_path: Path, new_database: Databases) -> Iterator[Install]:
    """Make an installation: its name, who is in it, and its encryption key."""
    made: list[str] = []
    shared = new_key()

    def make(name: str, *organisations: str, key: str = shared) -> Settings:
        made.append(new_database())
        folder = tmp_path / name
        folder.mkdir()
        settings = Settings(
            data_dir=folder, database_url=made[-1], secret_key="a secret", encryption_keys=key
        )
        add(settings, *organisations)
        return settings

    yield make
    for url in made:
        new_database.drop(url)


def add(settings: Settings, *organisations: str) -> None:
    """Add organisations, and let go of the database."""
    with _engine(settings) as engine, guarded(make_sessions(engine)).begin() as session:
        for one in organisations:
            make_customer(session, one)


def contents(settings: Settings) -> dict[str, list[Any]]:
    """Give every row of every table that has any."""
    with _engine(settings, as_owner=True) as engine, engine.connect() as connection:
        everything: Select[Any] = select(literal_column("*"))
        found = {
            name: sorted(map(str, connection.execute(everything.select_from(table(name)))))
            for name in [*Base.metadata.tables, "alembic_version"]
        }
    return {name: rows for name, rows in found.items() if rows}


@contextmanager
def _engine(settings: Settings, *, as_owner: bool = False) -> Iterator[Engine]:
    """Give an engine that lets go of its connections at the end."""
    engine = make_engine(settings.database_url, as_owner=as_owner)
    try:
        yield engine
    finally:
        engine.dispose()
