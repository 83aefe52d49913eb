"""One world for all tests of isolation: two customers with one of each thing, and who may ask."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import QUICK_HASHER
from tests.isolation.world import World, open_world
from tests.support.databases import Databases


@pytest.fixture(scope="session")
def world(new_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Asked by all tests; what a test changes is its asker's own."""
    url = new_database()
    folder = Path(tmp_path_factory.mktemp("isolation"))
    with contextlib.ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tenancy.passwords._hasher", QUICK_HASHER)
            made = stack.enter_context(open_world(url, folder))
        yield made
    new_database.drop(url)
