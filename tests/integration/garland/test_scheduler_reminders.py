"""The scheduler's part in approvals: those who may decide are mailed."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from garland.scheduler import Scheduler
from tenancy.organisations import OrganisationView
from tests.factories.approvals import World
from tests.factories.tenancy import NOON
from tests.integration.runtime.approvals.test_reminders import Postbox


def test_only_the_scheduler_that_leads_mails_those_who_may_decide(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    world = World(sessions, acme)
    anna = world.voter("operator", name="Anna")
    world.ask()
    first, second = Postbox(), Postbox()
    services = app.extensions["garland.services"]
    leader, other = (
        Scheduler(services, clock=lambda: NOON + timedelta(seconds=1), mail=box)
        for box in (first, second)
    )
    assert leader.leads()

    other.remind()
    leader.remind()
    leader.remind()

    assert second.got == []
    assert [mail.to for mail in first.got] == [(anna.email,)]
