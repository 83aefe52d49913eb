"""A world in which alarms are held back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from runtime.rules.matcher import Matcher
from tests.factories.maintenance import QuietBench


@pytest.fixture(scope="module")
def matcher() -> Iterator[Matcher]:
    with Matcher() as made:
        yield made


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> QuietBench:
    return QuietBench(session, matcher)
