"""Purging alarms by a filter: what goes, what stays, over REST and on the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms import store
from runtime.alarms.model import Severity
from runtime.alarms.tmf642.hub._tables import TmfDelivery, TmfHub
from runtime.retention.purging.purge import preview, purge
from runtime.retention.purging.wish import Wish, parse_wish
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.alarms import make_alarm, say
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
LATER = NOON + timedelta(days=10)
OLD: dict[str, Any] = {"status": "any", "older_than_days": 7}


@pytest.fixture
def tenant_id(session: Session) -> Iterator[UUID]:
    """A customer the session is bound to."""
    customer = make_customer(session)
    with as_tenant(session, customer.id):
        yield customer.id


def cleared(
    session: Session,
    tenant_id: UUID,
    name: str,
    *,
    acked_by: str = "",
    at: datetime = NOON,
    **said: Any,
) -> UUID:
    alarm = make_alarm(session, tenant_id, name, **said)
    if acked_by:
        store.acknowledge(session, tenant_id, alarm, by=acked_by, now=at)
    store.clear_by_person(session, tenant_id, alarm, by="Ann", now=at)
    return alarm


def left(session: Session, tenant_id: UUID) -> str:
    session.expire_all()
    found = store.list_alarms(session, tenant_id, store.AlarmFilter(state=""))
    return "".join(sorted(one.managed_object for one in found))


@pytest.fixture
def world(session: Session, tenant_id: UUID) -> UUID:
    """A stands; B nobody acknowledged; C, D and E are Ann's, Bo's and Ann's; E cleared lately."""
    make_alarm(session, tenant_id, "A")
    cleared(session, tenant_id, "B", perceived_severity=Severity.WARNING)
    cleared(session, tenant_id, "C", acked_by="Ann")
    cleared(session, tenant_id, "D", acked_by="Bo", perceived_severity=Severity.CRITICAL)
    late = cleared(session, tenant_id, "E", acked_by="Ann", at=LATER - timedelta(hours=1))
    until = LATER + timedelta(days=1)
    store.shelve(session, tenant_id, late, until=until, reason="r", by="Di", now=LATER)
    return tenant_id


@pytest.mark.parametrize(
    ("document", "stays"),
    [
        pytest.param({}, "AB", id="closed"),
        pytest.param({"older_than_days": 7}, "ABE", id="closed, and old"),
        pytest.param({"older_than_days": 10}, "ABE", id="cleared that very instant ago"),
        pytest.param({"older_than_days": 11}, "ABCDE", id="older than all"),
        pytest.param(OLD, "AE", id="all that is cleared, and old"),
        pytest.param({**OLD, "severity": {"is": "major"}}, "ABDE", id="of a severity"),
        pytest.param({**OLD, "severity": {"below": "major"}}, "ACDE", id="less severe"),
        pytest.param({**OLD, "severity": {"above": "major"}}, "ABCE", id="more severe"),
        pytest.param({**OLD, "operator_state": {"state": "unacknowledged"}}, "ACDE", id="nobody's"),
        pytest.param({**OLD, "operator_state": {"state": "acknowledged"}}, "ABE", id="somebody's"),
        pytest.param({"operator_state": {"state": "acknowledged", "by": "Bo"}}, "ABCE", id="Bo's"),
        pytest.param({"operator_state": {"state": "shelved"}}, "ABCD", id="shelved"),
        pytest.param(
            {"operator_state": {"state": "shelved", "by": "Ann"}}, "ABCDE", id="shelved by another"
        ),
    ],
)
def test_what_the_filter_names_goes_and_what_just_misses_it_stays(
    session: Session, world: UUID, document: dict[str, Any], stays: str
) -> None:
    wish = parse_wish(document)

    counted = preview(session, world, wish, now=LATER).count
    gone = purge(session, world, wish, by="Ann", now=LATER)

    assert left(session, world) == stays
    assert counted == gone == 5 - len(stays)


@pytest.mark.parametrize(
    ("attributes", "is_open"),
    [
        pytest.param({"ticket": "INC-7"}, True, id="opened"),
        pytest.param({"ticket": 7}, True, id="a number"),
        pytest.param({"ticket": "INC-7", "ticket_status": "inProgress"}, True, id="in work"),
        pytest.param({"ticket": "INC-7", "ticket_status": "Resolved"}, False, id="resolved"),
        pytest.param({"ticket": "INC-7", "ticket_status": "closed"}, False, id="closed"),
        pytest.param({"ticket": "  "}, False, id="no reference"),
        pytest.param({"ticket_status": "inProgress"}, False, id="a status alone"),
        pytest.param({}, False, id="none"),
    ],
)
def test_an_alarm_stays_while_its_ticket_is_open(
    session: Session, tenant_id: UUID, attributes: dict[str, Any], is_open: bool
) -> None:
    cleared(session, tenant_id, "A", acked_by="Ann", attributes=attributes)

    seen = preview(session, tenant_id, Wish(), now=LATER)
    purge(session, tenant_id, Wish(), by="Ann", now=LATER)

    assert (seen.count, seen.open_tickets) == ((0, 1) if is_open else (1, 0))
    assert left(session, tenant_id) == ("A" if is_open else "")


def test_looking_deletes_nothing_and_shows_the_first_that_would_go(
    session: Session, world: UUID
) -> None:
    seen = preview(session, world, Wish(), now=LATER)

    assert [one.managed_object for one in seen.first] == ["C", "D", "E"]
    assert left(session, world) == "ABCDE"


def test_another_tenants_alarms_stay(session: Session, world: UUID) -> None:
    other = make_customer(session, "Other").id
    with as_tenant(session, other):
        cleared(session, other, "Z", acked_by="Ann")

    purge(session, world, Wish(), by="Ann", now=LATER)

    with as_tenant(session, other):
        assert left(session, other) == "Z"


def test_it_goes_a_bite_at_a_time_the_longest_cleared_first(session: Session, world: UUID) -> None:
    gone = purge(session, world, Wish(), by="Ann", now=LATER, most=2)

    assert (gone, left(session, world)) == (2, "ABE")


def test_listeners_over_tmf642_are_told_of_each_that_goes(
    session: Session, tenant_id: UUID
) -> None:
    alarm = cleared(session, tenant_id, "A", acked_by="Ann")
    callback = "https://noc.example.net/listener"
    session.add(TmfHub(tenant_id=tenant_id, dialect="v4", callback=callback, created_at=NOON))
    session.flush()

    purge(session, tenant_id, Wish(), by="Ann", now=LATER)

    (told,) = session.scalars(select(TmfDelivery).where(TmfDelivery.tenant_id == tenant_id))
    assert told.event_type == "AlarmDeleteEvent"
    assert told.body["event"]["alarm"]["id"] == str(alarm)


def test_a_problem_that_comes_back_after_the_purge_is_a_new_alarm(
    session: Session, tenant_id: UUID
) -> None:
    gone = cleared(session, tenant_id, "BER1", acked_by="Ann")
    purge(session, tenant_id, Wish(), by="Ann", now=LATER)

    (again,) = say(session, tenant_id, ("BER1", "major", 60))

    assert (again.transition.value, again.alarm.previous_id) == ("created", None)
    assert again.alarm.id != gone


@pytest.fixture
def closed(sessions: Sessions, acme: OrganisationView) -> None:
    """Of Acme: one that is closed, one with an open ticket, and one that stands."""
    at = utc_now() - timedelta(days=30)
    with sessions.begin() as session, as_tenant(session, acme.id):
        cleared(session, acme.id, "closed-1", acked_by="Ann", at=at)
        cleared(session, acme.id, "ticket-1", acked_by="Ann", at=at, attributes={"ticket": "I-1"})
        make_alarm(session, acme.id, "stands-1")


Program = Callable[[str], FlaskClient]


@pytest.fixture
def program(app: Flask, sessions: Sessions, acme: OrganisationView) -> Program:
    """Give a function that gives a program of Acme with a role."""

    def of_role(role: str) -> FlaskClient:
        with sessions.begin() as session, as_tenant(session, acme.id):
            secret = create_token(session, acme.id, name="n", role=role, now=utc_now())
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client

    return of_role


@pytest.mark.usefixtures("closed")
def test_over_rest_it_is_a_dry_run_unless_asked_otherwise(program: Program) -> None:
    client, where = program("designer"), "/api/v1/alarms/purge"

    dry = client.post(where, json={"older_than_days": 7}).get_json()
    wet = client.post(where, json={"older_than_days": 7, "dry_run": False}).get_json()

    assert dry == {"dry_run": True, "purged": 0, "left": 1, "open_tickets": 1}
    assert wet == {"dry_run": False, "purged": 1, "left": 0, "open_tickets": 1}


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    ("role", "body", "status"),
    [
        pytest.param("operator", {}, 403, id="who may not decide how alarms live"),
        pytest.param("designer", {"status": "raised"}, 422, id="no such status"),
        pytest.param("designer", {"dry_run": "no"}, 422, id="neither dry nor not"),
        pytest.param("designer", [], 422, id="no object"),
    ],
)
def test_over_rest_it_refuses(program: Program, role: str, body: Any, status: int) -> None:
    assert program(role).post("/api/v1/alarms/purge", json=body).status_code == status


@pytest.fixture
def page(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/alarms/purge"


def fields_of(client: FlaskClient, page: str, query: str) -> tuple[str, dict[str, str]]:
    """Look at what would go; give the page, and the form that deletes it."""
    shown = client.get(f"{page}?look=yes&{query}").text
    form = shown.partition(f'<form method="post" action="{page}">')[2].partition("</form>")[0]
    parts = form.split('<input type="hidden" name="')[1:]
    named = {
        part.partition('"')[0]: part.partition('value="')[2].partition('"')[0] for part in parts
    }
    return shown, named


@pytest.mark.usefixtures("closed")
def test_the_page_counts_asks_and_then_deletes(signed_in: SignedIn, page: str) -> None:
    client = signed_in("designer")

    shown, form = fields_of(client, page, "status=closed&older_than_days=7")
    looked_again = client.get(f"{page}?look=yes&status=closed&older_than_days=7").text
    done = client.post(page, data=form).text

    assert "1 cleared alarm would be deleted" in shown
    assert "closed-1" in looked_again
    assert "1 alarm is deleted. 1 with an open ticket stayed." in done
    assert "nothing would be deleted" in fields_of(client, page, "older_than_days=7")[0]


@pytest.mark.usefixtures("closed")
def test_the_page_goes_on_until_none_is_left(
    signed_in: SignedIn,
    page: str,
    sessions: Sessions,
    acme: OrganisationView,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runtime.retention.purging.views.BITE", 1)
    with sessions.begin() as session, as_tenant(session, acme.id):
        cleared(session, acme.id, "closed-2", acked_by="Ann")
    client = signed_in("designer")

    _, form = fields_of(client, page, "status=closed&older_than_days=0")
    first = client.post(page, data=form).text
    second = client.post(page, data={**form, "gone": "1"}).text

    assert "1 of 2 alarms are deleted" in first
    assert "2 alarms are deleted" in second


@pytest.mark.usefixtures("closed")
def test_what_cleared_after_the_look_is_left_alone(
    signed_in: SignedIn, page: str, sessions: Sessions, acme: OrganisationView
) -> None:
    client = signed_in("designer")
    _, form = fields_of(client, page, "status=closed&older_than_days=0")
    with sessions.begin() as session, as_tenant(session, acme.id):
        late = cleared(session, acme.id, "late", acked_by="Ann", at=utc_now())

    client.post(page, data=form)

    with sessions() as session, as_tenant(session, acme.id):
        assert store.find_alarm(session, acme.id, late) is not None


@pytest.mark.parametrize(
    ("query", "told"),
    [
        pytest.param("older_than_days=soon", "write a whole number of days", id="age"),
        pytest.param("status=any&older_than_days=0", "write at least 1", id="any at once"),
        pytest.param("by=Ann", "choose what they did", id="who alone"),
        pytest.param("state=unacknowledged", "choose any for those", id="closed and nobody's"),
    ],
)
def test_the_page_says_beside_the_field_what_is_wrong(
    signed_in: SignedIn, page: str, query: str, told: str
) -> None:
    refused = signed_in("designer").get(f"{page}?look=yes&{query}")

    assert refused.status_code == 422
    assert told in refused.text


@pytest.mark.usefixtures("closed")
def test_nothing_is_deleted_that_nobody_looked_at(
    signed_in: SignedIn, program: Program, page: str
) -> None:
    refused = signed_in("designer").post(page, data={"status": "closed"})

    assert refused.status_code == 422
    assert program("designer").post("/api/v1/alarms/purge", json={}).get_json()["left"] == 1


def test_who_may_not_decide_how_alarms_live_does_not_see_the_page(
    signed_in: SignedIn, page: str
) -> None:
    assert signed_in("operator").get(page).status_code == 403
