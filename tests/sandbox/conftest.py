"""One pool for the zoo: what one animal does to it, the next would feel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blocks.sandbox.pool import Pool
from blocks.sandbox.runs import open_pool
from tests.support.zoo import Zoo


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """The pool as a process of an installation has it, at the default level."""
    pool = open_pool()
    if pool.level.number == 0:
        pytest.skip(f"no sandbox on this machine: {' '.join(pool.level.missing)}")
    yield pool
    pool.close()


@pytest.fixture
def zoo(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Zoo:
    return Zoo(folder=tmp_path_factory.mktemp("zoo"), pool=pool)
