"""Of a tenant that is not at work nothing begins and no clock runs on; afterwards all goes on."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session, sessionmaker

from blocks.brokers.http import HttpBroker
from blocks.brokers.mail import MailBroker
from runtime.alarms._tables import AlarmRow, Source
from runtime.alarms.clock import do_due, has_due
from runtime.alarms.intake.limits import admit_events
from runtime.alarms.sources.silence import has_silent
from runtime.due import due_sleepers
from runtime.limits.book import BOOK, LimitsBook
from runtime.runs.drain import Drain
from runtime.runs.not_started import HeldError
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.query import RunFilter, list_runs
from runtime.runs.start import Start, start_run
from runtime.schedules.clock import ScheduleClock
from tenancy.life_cycle.standing import StoppedError
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.alarms import make_alarm
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.organisations import bring_to
from tests.factories.tenancy import NOON, make_customer

Sessions = sessionmaker[Session]
BY_HAND = Start(trigger={"kind": "manual"})
LATER = NOON + timedelta(days=2)


@pytest.fixture
def acme(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        return make_customer(session, "Acme")


def flow_of(sessions: Sessions, acme: OrganisationView) -> UUID:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, chain_document(2)).id


def bring(sessions: Sessions, acme: OrganisationView, *states: str) -> None:
    with sessions.begin() as session:
        bring_to(session, acme, *states)


def drain_of(sessions: Sessions) -> Drain:
    return Drain(
        sessions=sessions,
        reading=sessions,
        programs=Programs(),
        brokers=Brokers(http=HttpBroker(), mail=MailBroker()),
        wake_next=lambda: None,
        limits=LimitsBook(limits_kept_s=0.0),
    )


def test_no_run_begins(sessions: Sessions, acme: OrganisationView) -> None:
    flow_id = flow_of(sessions, acme)
    bring(sessions, acme, "suspended")

    with sessions() as session, as_tenant(session, acme.id), pytest.raises(HeldError) as caught:
        start_run(session, acme.id, flow_id, BY_HAND, now=NOON)

    assert caught.value.status == 403
    assert "no runs are started" in caught.value.message


def test_a_run_under_way_is_held_and_goes_on_afterwards(
    sessions: Sessions, acme: OrganisationView
) -> None:
    flow_id, drain = flow_of(sessions, acme), drain_of(sessions)
    with sessions.begin() as session, as_tenant(session, acme.id):
        start_run(session, acme.id, flow_id, BY_HAND, now=NOON)

    bring(sessions, acme, "suspended")
    held = drain.advance_batch(now=NOON)
    with sessions() as session, system(session):
        awake = due_sleepers(session, now=NOON)
    bring(sessions, acme, "active")
    went_on = drain.advance_batch(now=NOON)

    assert (held, awake, went_on) == (0, [], 1)
    with sessions() as session, as_tenant(session, acme.id):
        (run,) = list_runs(session, acme.id, RunFilter())
    assert run.state.value == "succeeded"


def test_a_schedule_is_held_and_fires_once_for_what_was_missed(
    sessions: Sessions, acme: OrganisationView
) -> None:
    triggers = {"daily": {"kind": "schedule", "cron": "0 14 * * *"}}
    note = {"note": step("write-log", config={"message": "now"})}
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_flow(session, acme.id, flow_document(note, ["daily > note"], triggers=triggers))
    clock = ScheduleClock(sessions=sessions, reading=sessions, hold=lambda _: True)

    bring(sessions, acme, "suspended")
    fired = [_fire(sessions, acme, clock)]
    bring(sessions, acme, "active")
    fired.append(_fire(sessions, acme, clock))

    assert fired == [0, 1]


def test_intake_is_refused(sessions: Sessions, acme: OrganisationView) -> None:
    bring(sessions, acme, "closing")

    with sessions() as session, as_tenant(session, acme.id), pytest.raises(StoppedError):
        admit_events(session, acme.id, 1)


def test_the_clock_leaves_alarms_and_sources_alone_until_afterwards(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        alarm_id = make_alarm(session, acme.id)
        row = update(AlarmRow).where(AlarmRow.id == alarm_id)
        session.execute(row.values(escalate_at=NOON))
        _expect_a_source(session, acme.id)

    seen, done = [], 0
    for state in ("suspended", "active"):
        bring(sessions, acme, state)
        with sessions.begin() as session, system(session):
            seen.append((has_due(session, now=LATER), has_silent(session, now=LATER)))
            done = do_due(session, now=LATER)
    assert seen == [(False, False), (True, True)]
    assert done == 1


def test_asking_costs_no_query_for_each_run(sessions: Sessions, acme: OrganisationView) -> None:
    flow_id = flow_of(sessions, acme)
    asked: list[str] = []
    with sessions() as session, as_tenant(session, acme.id):
        session.info[BOOK] = LimitsBook()
        start_run(session, acme.id, flow_id, BY_HAND, now=NOON)
        event.listen(
            session.get_bind(),
            "before_cursor_execute",
            lambda *parts: asked.append(parts[2]) if "organisation.state" in parts[2] else None,
        )

        start_run(session, acme.id, flow_id, BY_HAND, now=NOON)

    assert asked == []


def _fire(sessions: Sessions, acme: OrganisationView, clock: ScheduleClock) -> int:
    clock.refresh(now=LATER)
    clock.refresh(now=LATER)  # the first one may begin a mark
    clock.fire_due(now=LATER)
    with sessions() as session, as_tenant(session, acme.id):
        return len(list_runs(session, acme.id, RunFilter()))


def _expect_a_source(session: Session, tenant_id: UUID) -> None:
    session.add(
        Source(
            tenant_id=tenant_id,
            kind="json",
            name="Network",
            key_digest="d",
            key_sealed="s",
            config={"expect_every_s": 60},
            created_at=NOON,
            quiet_after=NOON,
        )
    )
