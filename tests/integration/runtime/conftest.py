"""What tests of the runtime share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runtime.rules.matcher import Matcher


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    """durable_rules in a process of its own, one for the tests of a file."""
    with Matcher() as made:
        yield made
