"""A world in which alarms are held back."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from runtime.rules.matcher import Matcher
from tests.factories.maintenance import QuietBench


@pytest.fixture
def bench(session: Session, matcher: Matcher) -> QuietBench:
    return QuietBench(session, matcher)
