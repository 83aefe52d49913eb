"""What waits for a commit: done once, after it, whatever becomes of savepoints on the way."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from kernel.db import after_commit
from runtime.wake import WAKER, wake_after_commit


class Waker:
    """Remembers whom it woke."""

    def __init__(self) -> None:
        self.woken: list[str] = []

    def wake(self, sleeper: str, _worker_group: str = "", /) -> None:
        """Note it."""
        self.woken.append(sleeper)


def test_nothing_is_done_at_the_end_of_a_savepoint(engine: Engine) -> None:
    done: list[str] = []
    with Session(engine) as session, session.begin():
        after_commit(session, lambda: done.append("it"))
        with session.begin_nested():
            session.connection()
        before = list(done)

    assert (before, done) == ([], ["it"])


def test_a_savepoint_that_is_rolled_back_takes_nothing_with_it(engine: Engine) -> None:
    done: list[str] = []
    with Session(engine) as session, session.begin():
        after_commit(session, lambda: done.append("it"))
        savepoint = session.begin_nested()
        session.connection()
        savepoint.rollback()

    assert done == ["it"]


def test_a_session_wakes_again_after_a_transaction_that_was_rolled_back(engine: Engine) -> None:
    waker = Waker()
    with Session(engine) as session:
        session.info[WAKER] = waker
        session.connection()
        wake_after_commit(session, "runs")
        session.rollback()
        wake_after_commit(session, "runs")
        session.connection()
        session.commit()

    assert waker.woken == ["runs"]
