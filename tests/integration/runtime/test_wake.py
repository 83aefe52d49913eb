"""When sleepers are woken: once what they wake for is durable, and not before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from runtime.wake import WAKER, Sleeper, Waker, wake_after_commit


class Woken(Waker):
    """Notes who was woken."""

    def __init__(self) -> None:
        self.sleepers: list[str] = []

    @override
    def wake(self, sleeper: Sleeper, worker_group: str = "", /) -> None:
        self.sleepers.append(sleeper)

    @override
    def tell_pages(self, tenant_id: UUID, event: str, facts: dict[str, Any], /) -> None:
        raise NotImplementedError


def test_a_released_savepoint_wakes_nobody_before_the_commit(
    sessions: sessionmaker[Session],
) -> None:
    woken = Woken()
    with sessions(info={WAKER: woken}) as session, session.begin():
        with session.begin_nested():
            wake_after_commit(session, "runs")
        before = list(woken.sleepers)

    assert (before, woken.sleepers) == ([], ["runs"])


def test_a_savepoint_that_is_rolled_back_silences_nobody_else(
    sessions: sessionmaker[Session],
) -> None:
    woken = Woken()
    with sessions(info={WAKER: woken}) as session, session.begin():
        wake_after_commit(session, "runs")
        session.begin_nested().rollback()

    assert woken.sleepers == ["runs"]


def test_a_transaction_that_is_rolled_back_wakes_nobody(sessions: sessionmaker[Session]) -> None:
    woken = Woken()
    with sessions(info={WAKER: woken}) as session:
        session.begin()
        wake_after_commit(session, "runs")
        session.rollback()
        session.commit()

    assert woken.sleepers == []
