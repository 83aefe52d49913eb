"""One world for all tests of isolation: two customers with one of each thing, and who may ask."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import QUICK_HASHER
from tests.isolation.world import World, open_world
from tests.support.databases import Databases


@contextlib.contextmanager
def new_world(new_database: Databases, folder: Path) -> Iterator[World]:
    """Make a world in a database of its own."""
    url = new_database()
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tenancy.passwords._hasher", QUICK_HASHER)
            made = stack.enter_context(open_world(url, folder))
        yield made
    new_database.drop(url)


@pytest.fixture(scope="session")
def world(new_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Asked by all tests; what a test changes is its asker's own."""
    with new_world(new_database, Path(tmp_path_factory.mktemp("isolation"))) as made:
        yield made
