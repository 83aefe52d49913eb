"""A real network beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.network import NETWORK, Network


@pytest.fixture(scope="session")
def network(shared_data: Path) -> Network:
    return Network(shared_data / NETWORK)
