"""A poller that is killed between asking and writing loses no event and starts no run twice.

Its block calls with a connection and keeps what it saw: that too is written once, or not at all.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.secrets import Vault, new_key
from runtime.runs._tables import Run
from tests.factories.tenancy import NOON
from tests.factories.triggers import among_standard, count_tickets, make_trigger
from tests.integration.runtime.polls.test_keeping import Keeping
from tests.support import killed_poller
from tests.support.apart import survives
from tests.support.polling import ticket_server
from tests.support.shelves import put_on_shelf

pytestmark = pytest.mark.fault

STATEMENTS_MAX = 300


def test_a_poller_killed_at_any_statement_loses_no_event_and_doubles_none(
    sessions: sessionmaker[Session], database_url: str
) -> None:
    with ticket_server() as tickets:
        key = new_key()
        put_on_shelf(sessions, among_standard(make_trigger(count_tickets)))
        world = Keeping(sessions, tickets, Vault([key]))
        deaths = 0
        for statement in range(1, STATEMENTS_MAX):
            if world.poll().turn >= len(tickets.items):  # the last one was written
                tickets.items.append({"id": statement})
            world.now = max(world.poll().due_at, NOON)
            if survives(killed_poller.main, database_url, world.now, statement, key):
                break
            deaths += 1

        assert 5 <= deaths < STATEMENTS_MAX - 1  # the last one came to its end
        world.now = world.poll().due_at
        world.ask()

        keys = world.within(lambda one: one.scalars(select(Run.subject)).all())
        kept = world.kept()
    assert kept["looks"] == world.poll().cursor
    assert kept["seen"] == sorted(str(one["id"]) for one in tickets.items)
    assert sorted(keys, key=int) == [str(one["id"]) for one in tickets.items]
