"""The writer: nothing is answered before it is committed, and one bad message holds up nobody."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from kernel.secrets import Vault, new_key
from runtime.alarms.journal import count_undone
from runtime.alarms.sources.listened import taking
from runtime.alarms.sources.listened.inbox import Waiting
from runtime.alarms.sources.listened.kinds import SNMP, SYSLOG
from runtime.alarms.sources.listened.reading import Arrived
from runtime.alarms.sources.listened.strays import list_strays
from runtime.alarms.sources.listened.taking import Outcome
from runtime.limits.book import BOOK, LimitsBook
from tenancy.scope import system
from tests.factories.listening import arrive, make_tenant_with, make_writer
from tests.integration.runtime.alarms.listened.test_taking import INFORM, LINE, line, trap

Sessions = sessionmaker[Session]
TAKE = "runtime.alarms.sources.listened.writing.take_arrived"


def journalled(sessions: Sessions) -> int:
    with sessions() as session, system(session):
        return count_undone(session)


def run_until_empty(sessions: Sessions, *items: Waiting[Arrived]) -> None:
    writer, inbox = make_writer(sessions)
    for one in items:
        assert inbox.offer(one)
    stopped = Event()
    stopped.set()  # what is in the inbox is written all the same
    writer.run(stopped)


def test_an_answer_is_given_only_once_its_event_can_be_read(sessions: Sessions) -> None:
    make_tenant_with(sessions, SNMP)
    seen: list[tuple[bool, int]] = []

    def done(answer: bytes | None) -> None:
        seen.append((answer is not None, journalled(sessions)))

    run_until_empty(sessions, Waiting(trap(INFORM), 1, done))

    assert seen == [(True, 1)]


def test_what_is_still_in_the_inbox_at_the_stop_is_written(sessions: Sessions) -> None:
    make_tenant_with(sessions, SYSLOG)

    run_until_empty(sessions, *(Waiting(line(), 1) for _ in range(700)))

    assert journalled(sessions) == 700


def test_a_message_that_breaks_its_batch_is_let_go_alone(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tenant_with(sessions, SYSLOG)
    whole = taking.take_arrived

    def breaking(session: Any, reads: Any, *args: Any, **more: Any) -> Any:
        if any("poison" in str(one.events) for one in reads):
            raise RuntimeError("a fault of ours")
        return whole(session, reads, *args, **more)

    monkeypatch.setattr(TAKE, breaking)

    poison = line(LINE + b" poison")
    let_go: list[bytes | None] = []
    run_until_empty(
        sessions, Waiting(line(), 1), Waiting(poison, 1, let_go.append), Waiting(line(), 1)
    )

    assert journalled(sessions) == 2
    assert let_go == [None]
    with sessions() as session:
        (stray,) = list_strays(session)
    assert stray.reason.startswith("a fault of ours")


def test_an_answer_that_cannot_be_given_takes_nothing_twice(sessions: Sessions) -> None:
    make_tenant_with(sessions, SNMP)

    def done(_answer: bytes | None) -> None:
        raise RuntimeError("the port is closed")

    run_until_empty(sessions, Waiting(trap(INFORM), 1, done), Waiting(trap(), 1))

    assert journalled(sessions) == 2


def test_a_source_whose_secret_does_not_open_stops_no_other(sessions: Sessions) -> None:
    make_tenant_with(sessions, SNMP, vault=Vault([new_key()]))
    make_tenant_with(sessions, SYSLOG)

    result = arrive(sessions, trap(), line())

    assert result.outcomes == [Outcome.STRAY, Outcome.TAKEN]


def test_a_database_that_is_away_is_waited_for(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tenant_with(sessions, SYSLOG)
    tries: list[int] = []
    whole = taking.take_arrived

    def away(*args: Any, **more: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("INSERT", {}, Exception("the server went away"))
        return whole(*args, **more)

    monkeypatch.setattr(TAKE, away)
    writer, inbox = make_writer(sessions)
    stopped = Event()
    thread = Thread(target=writer.run, args=(stopped,))
    thread.start()
    inbox.offer(Waiting(line(), 1))
    while len(tries) < 3:
        stopped.wait(0.05)
    stopped.set()
    thread.join()

    assert journalled(sessions) == 1


@pytest.mark.parametrize("may_wait", [True, False])
def test_what_is_over_the_limits_is_neither_taken_nor_answered(
    sessions: Sessions, may_wait: bool
) -> None:
    make_tenant_with(sessions, SNMP)
    sessions.configure(info={BOOK: LimitsBook(journal_max=1)})
    answered: list[bytes | None] = []

    def once() -> Outcome:
        result = arrive(sessions, trap(INFORM), done=answered.append, may_wait=may_wait)
        return result.outcomes[0]

    assert once() is Outcome.TAKEN
    assert once() is Outcome.LATER
    assert len(answered) == 1
    assert journalled(sessions) == 1
