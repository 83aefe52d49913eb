"""A CSP with two support people and a curator, its customer Acme, and a clock to turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.acting import Acting
from kernel.clock import utc_now
from tenancy.access import acting_for
from tenancy.delegation import granting
from tenancy.delegation.rules import Terms
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.people import PersonView
from tests.factories.tenancy import PASSWORD, make_member

PLACES = ("garland.sign_in", "garland.delegated", "tenancy.delegation.views")
FIXED = Terms(role="operator", minutes=60, reason="The alarms do not come in")


@dataclass
class Clock:
    """What time it is for whoever asks at the edge."""

    now: datetime = field(default_factory=utc_now)

    def pass_by(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@dataclass
class Two:
    """Both sides: the customer with its admin, the CSP with its people."""

    customer: OrganisationView
    csp: OrganisationView
    people: dict[str, PersonView]

    def acts(self, session: Session, name: str) -> Acting:
        """Give one of them as they act at home."""
        where = self.customer if name == "admin" else self.csp
        found = acting_for(session, self.people[name].id, where.slug)
        assert found is not None
        return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    turned = Clock()
    for place in PLACES:
        monkeypatch.setattr(f"{place}.utc_now", lambda: turned.now)
    return turned


@pytest.fixture
def two(sessions: sessionmaker[Session], acme: OrganisationView) -> Two:
    with sessions.begin() as session:
        assert acme.parent_id is not None
        csp = get_organisation(session, acme.parent_id)
        people = {
            "admin": make_member(session, acme, "admin", "Carla"),
            "support": make_member(session, csp, "support", "Ann"),
            "other": make_member(session, csp, "support", "Bob"),
            "curator": make_member(session, csp, "curator", "Dora"),
        }
    return Two(acme, csp, people)


@pytest.fixture
def lets_in(sessions: sessionmaker[Session], two: Two, clock: Clock) -> Callable[..., None]:
    """Let Ann in: she asks, and Acme's admin grants."""

    def let_in(role: str = "operator", minutes: int = 60) -> None:
        terms = Terms(role=role, minutes=minutes, reason=FIXED.reason)
        with sessions.begin() as session:
            ann, admin = two.acts(session, "support"), two.acts(session, "admin")
            asked = granting.ask_access(session, ann, two.customer.slug, terms, now=clock.now)
            granting.grant_access(session, admin, asked, role=role, minutes=minutes, now=clock.now)

    return let_in


@pytest.fixture
def browser_of(app: Flask, two: Two) -> Callable[[str], FlaskClient]:
    def sign_in(name: str) -> FlaskClient:
        client = app.test_client()
        form = {"email": two.people[name].email, "password": PASSWORD}
        client.post("/sign-in", data=form)
        return client

    return sign_in
