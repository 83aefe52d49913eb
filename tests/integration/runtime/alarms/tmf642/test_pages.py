"""The page of listeners, as a browser meets it."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms.tmf642.dialect import V4, Call
from runtime.alarms.tmf642.hub import store
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.integration.conftest import SignedIn

ADDRESS = "https://noc.example.net/in?token=s3cret"


@pytest.fixture
def hub_id(sessions: sessionmaker[Session], acme: OrganisationView) -> UUID:
    call = Call(dialect=V4, by="Ada", now=utc_now())
    with sessions.begin() as session, as_tenant(session, acme.id):
        return store.register_hub(session, acme.id, {"callback": ADDRESS}, call=call).id


def found(sessions: sessionmaker[Session], acme: OrganisationView) -> list[store.HubView]:
    with sessions() as session, as_tenant(session, acme.id):
        return store.list_hubs(session, acme.id)


def test_says_what_a_listener_is_where_there_is_none(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    page = signed_in().get(f"/t/{acme.slug}/listeners").text

    assert "No listener yet" in page
    assert "Add listener" in page


@pytest.mark.usefixtures("hub_id")
def test_shows_an_address_without_what_may_be_secret_in_it(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    page = signed_in("viewer").get(f"/t/{acme.slug}/listeners").text

    assert "https://noc.example.net/in" in page
    assert "s3cret" not in page
    assert "Add listener" not in page


def test_a_listener_is_added_by_hand(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    form = {"callback": ADDRESS, "query": "eventType=AlarmCreateEvent", "version": "v5"}

    answer = signed_in().post(f"/t/{acme.slug}/listeners", data=form)

    assert answer.status_code == 303
    hub = found(sessions, acme)[0]
    assert (hub.callback, hub.query, hub.dialect) == (*list(form.values()),)


def test_a_refused_form_comes_back_as_it_was_typed(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    form = {"callback": "http://127.0.0.1/", "query": "eventType=X", "version": "v4"}

    answer = signed_in().post(f"/t/{acme.slug}/listeners", data=form)

    assert answer.status_code == 422
    assert "private network" in answer.text
    assert 'value="eventType=X"' in answer.text
    assert found(sessions, acme) == []


def test_a_listener_is_paused_resumed_and_removed(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session], hub_id: UUID
) -> None:
    browser, states = signed_in(), []

    for verb in ("pause", "resume", "remove"):
        browser.post(f"/t/{acme.slug}/listeners/{hub_id}/{verb}")
        states.append([one.state for one in found(sessions, acme)])

    assert states == [["paused"], ["live"], []]


@pytest.mark.parametrize("verb", ["pause", "resume", "remove"])
def test_who_may_not_change_sources_changes_no_listener(
    signed_in: SignedIn, acme: OrganisationView, hub_id: UUID, verb: str
) -> None:
    answer = signed_in("operator").post(f"/t/{acme.slug}/listeners/{hub_id}/{verb}")

    assert answer.status_code == 403
