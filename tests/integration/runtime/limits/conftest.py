"""The workbench of a fresh tenant, whose limits the test sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.limits.book import LimitsBook
from runtime.limits.store import change_limits
from tests.factories.tenancy import make_customer
from tests.integration.runtime.engine.bench import Bench

Limit = Callable[..., None]


@pytest.fixture
def bench(sessions: sessionmaker[Session]) -> Bench:
    return make_bench(sessions)


@pytest.fixture
def limit(bench: Bench) -> Limit:
    """Give a function that sets limits of the bench's tenant."""

    def set_limits(**limits: Any) -> None:
        set_limits_of(bench, **limits)

    return set_limits


def make_bench(sessions: sessionmaker[Session]) -> Bench:
    """Make a tenant's workbench that reads limits anew each time and does nothing by itself."""
    with sessions.begin() as session:
        tenant_id = make_customer(session).id
    bench = Bench(sessions=sessions, tenant_id=tenant_id)
    book = LimitsBook(limits_kept_s=0.0, counts_kept_s=0.0)
    object.__setattr__(bench.drain, "limits", book)
    bench.pool.leased = replace(bench.pool.leased, limits=book)
    bench.pool.close(within_s=0.0)  # the test performs steps itself, nothing does so beside it
    return bench


def set_limits_of(bench: Bench, **limits: Any) -> None:
    """Set limits of a bench's tenant."""
    with bench.writing() as session:
        change_limits(session, bench.tenant_id, limits, by="test", now=bench.now)
