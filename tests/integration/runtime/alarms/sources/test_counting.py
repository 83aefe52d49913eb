"""How much a source sends is counted by its state, its rate and its day."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from sqlalchemy import func, select

from kernel.clock import utc_now
from runtime.alarms.sources._tables import SourceCount
from runtime.alarms.sources.counting import Counts, day_of, note_intake, rate_of, span_of
from tenancy.scope import as_tenant
from tests.integration.runtime.alarms.sources.conftest import MakeSender, Sender

BAD = {"managed_object": "a"}
GOOD = {**BAD, "perceived_severity": "minor"}


def note(sender: Sender, number: int, *, ago: timedelta) -> None:
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        note_intake(session, sender.source_id, Counts(accepted=number), now=utc_now() - ago)


def test_counts_the_good_and_the_bad_of_one_body(make_sender: MakeSender) -> None:
    sender = make_sender()

    sender.send({"events": [GOOD, BAD, GOOD]})

    source = sender.look()
    assert (source.accepted, source.rejected, source.duplicates) == (2, 1, 0)
    assert source.state.value == "failing"


def test_is_unheard_then_failing_or_fresh_by_what_came_last(make_sender: MakeSender) -> None:
    sender = make_sender()
    states = [sender.look().state.value]
    for body in (BAD, GOOD):
        sender.send(body)
        states.append(sender.look().state.value)

    assert states == ["unheard", "failing", "fresh"]


def test_shows_the_day_by_half_hours_and_forgets_what_is_older(make_sender: MakeSender) -> None:
    sender, now = make_sender(), utc_now()
    for number, hours in ((1, 30), (2, 23), (3, 1), (4, 0)):
        note(sender, number, ago=timedelta(hours=hours))

    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        day = day_of(session, sender.tenant_id, sender.source_id, now=now)
        kept = session.scalar(select(func.count()).select_from(SourceCount))

    assert len(day) == 48
    assert [number for _, number in day if number] == [2, 3, 4]
    assert {later[0] - earlier[0] for earlier, later in pairwise(day)} == {timedelta(minutes=30)}
    assert kept == 3


def test_the_rate_is_of_this_span_and_the_one_before(make_sender: MakeSender) -> None:
    sender = make_sender()
    start = span_of(utc_now())
    with sender.sessions.begin() as session, as_tenant(session, sender.tenant_id):
        for at, number in ((start - timedelta(seconds=1), 50), (start, 10)):
            note_intake(session, sender.source_id, Counts(accepted=number), now=at)

    with sender.sessions() as session, as_tenant(session, sender.tenant_id):
        rate = rate_of(
            session, sender.tenant_id, sender.source_id, now=start + timedelta(minutes=1)
        )

    assert rate == 10.0
