"""A source that falls silent raises one alarm, which clears when it speaks, whatever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms._tables import JournalEntry
from runtime.alarms.model import parse_event
from runtime.alarms.sources import store
from runtime.alarms.sources.silence import raise_for_silent
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.sources.conftest import MakeSender, Sender

GOOD = {"managed_object": "a", "perceived_severity": "minor"}
LATER = timedelta(seconds=91)
Sessions = sessionmaker[Session]


def expect(sender: Sender, *, now: datetime) -> None:
    config = {"expect_every_s": 60, "tolerance_s": 30}
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        store.configure_source(session, sender.tenant_id, sender.source_id, config=config, now=now)


def act(sender: Sender, what: Any, **options: Any) -> None:
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        what(session, sender.tenant_id, sender.source_id, **options)


def look_for_silent(sessions: Sessions, *, now: datetime) -> int:
    with sessions.begin() as session:
        return raise_for_silent(session, now=now)


def told(sender: Sender) -> list[tuple[str, str]]:
    """Give severity and specific problem of what was said about the source itself."""
    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        rows = session.scalars(
            select(JournalEntry).where(JournalEntry.source_id.is_(None)).order_by(JournalEntry.seq)
        )
        return [(row.event["perceived_severity"], row.event["specific_problem"]) for row in rows]


@pytest.fixture
def sender(make_sender: MakeSender) -> Sender:
    made = make_sender()
    expect(made, now=utc_now())
    return made


RAISED, CLEARED = ("major", "Source silent"), ("cleared", "Source silent")


def test_is_told_after_its_time_and_tolerance_and_once(sender: Sender, sessions: Sessions) -> None:
    now = utc_now()

    early = look_for_silent(sessions, now=now + timedelta(seconds=85))
    first = look_for_silent(sessions, now=now + LATER)
    again = look_for_silent(sessions, now=now + LATER + LATER)

    assert (early, first, again) == (0, 1, 0)
    assert told(sender) == [RAISED]
    assert sender.look().state.value == "silent"


def test_schedulers_that_look_at_the_same_moment_tell_it_once(
    sender: Sender, sessions: Sessions
) -> None:
    later = utc_now() + LATER

    with ThreadPoolExecutor(4) as pool:
        raised = list(pool.map(lambda _: look_for_silent(sessions, now=later), range(8)))

    assert sum(raised) == 1
    assert told(sender) == [RAISED]


def test_the_alarm_is_of_the_source(sender: Sender, sessions: Sessions) -> None:
    look_for_silent(sessions, now=utc_now() + LATER)

    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        event = parse_event(session.scalars(select(JournalEntry)).one().event)
    assert (event.source, event.managed_object) == ("garland", "NMS")
    assert event.event_type == "communicationsAlarm"
    assert event.text == "NMS is expected every 1 minute, and never spoke"


def test_speaking_puts_it_off(sender: Sender, sessions: Sessions) -> None:
    now = utc_now()
    expect(sender, now=now - timedelta(seconds=60))
    sender.send(GOOD)

    assert look_for_silent(sessions, now=now + timedelta(seconds=60)) == 0
    assert look_for_silent(sessions, now=utc_now() + LATER) == 1


@pytest.mark.parametrize("body", [GOOD, {"what": "is this"}], ids=["good", "refused"])
def test_it_clears_when_the_source_speaks_whatever_it_says(
    sender: Sender, sessions: Sessions, body: Any
) -> None:
    look_for_silent(sessions, now=utc_now() + LATER)

    sender.send(body)
    sender.send(body)

    assert told(sender) == [RAISED, CLEARED]
    assert sender.look().silent_since is None


def test_the_end_finds_the_alarm_and_lies_not_before_it(sender: Sender, sessions: Sessions) -> None:
    look_for_silent(sessions, now=utc_now() + LATER)  # a clock that runs ahead
    act(sender, store.rename_source, name="Other", now=utc_now())
    sender.send(GOOD)

    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        rows = session.scalars(
            select(JournalEntry).where(JournalEntry.source_id.is_(None)).order_by(JournalEntry.seq)
        ).all()
    raised, cleared = (parse_event(row.event) for row in rows)
    assert raised.dedup_key == cleared.dedup_key
    assert raised.raised_at is not None
    assert cleared.cleared_at is not None
    assert cleared.cleared_at >= raised.raised_at


def test_a_scheduler_that_dies_before_its_commit_leaves_it_to_the_next(
    sender: Sender, sessions: Sessions
) -> None:
    with sessions() as session:
        raise_for_silent(session, now=utc_now() + LATER)
        session.rollback()

    assert look_for_silent(sessions, now=utc_now() + LATER) == 1
    assert told(sender) == [RAISED]


@pytest.mark.parametrize("verb", ["pause", "forget", "delete"])
def test_what_is_no_longer_expected_is_cleared(
    sender: Sender, sessions: Sessions, verb: str
) -> None:
    look_for_silent(sessions, now=utc_now() + LATER)

    acts: dict[str, Any] = {
        "pause": (store.pause_source, {}),
        "forget": (store.configure_source, {"config": {}}),
        "delete": (store.delete_source, {}),
    }
    what, options = acts[verb]
    act(sender, what, now=utc_now(), **options)

    assert told(sender) == [RAISED, CLEARED]


def test_nothing_is_expected_of_a_paused_source_until_it_is_resumed(
    sender: Sender, sessions: Sessions
) -> None:
    now = utc_now()
    act(sender, store.pause_source, now=now)
    paused = look_for_silent(sessions, now=now + LATER)
    act(sender, store.resume_source, now=now + LATER)

    assert paused == 0
    assert look_for_silent(sessions, now=now + LATER) == 0
    assert look_for_silent(sessions, now=now + LATER + LATER) == 1
