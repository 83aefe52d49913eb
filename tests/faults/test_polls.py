"""A poller that is killed between asking and writing loses no event and starts no run twice.

Its block calls with a connection and keeps what it saw: that too is written once, or not at all.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant
from kernel.secrets import Vault, new_key
from runtime.runs._tables import Run
from tests.factories.tenancy import NOON
from tests.factories.triggers import among_standard, count_tickets, make_trigger
from tests.integration.runtime.polls.test_keeping import Keeping
from tests.support.polling import ticket_server
from tests.support.shelves import put_on_shelf

pytestmark = pytest.mark.fault

ROOT = Path(__file__).parents[2]
STATEMENTS_MAX = 60


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
            command = [sys.executable, "-m", "tests.support.killed_poller", database_url]
            done = subprocess.run(
                [*command, format_instant(world.now), str(statement), key], cwd=ROOT, check=False
            )
            if done.returncode == 0:
                break
            assert done.returncode == -signal.SIGKILL
            deaths += 1

        assert deaths >= 5
        world.now = world.poll().due_at
        world.ask()

        keys = world.within(lambda one: one.scalars(select(Run.subject)).all())
        kept = world.kept()
    assert kept["looks"] == world.poll().cursor
    assert kept["seen"] == sorted(str(one["id"]) for one in tickets.items)
    assert sorted(keys, key=int) == [str(one["id"]) for one in tickets.items]
