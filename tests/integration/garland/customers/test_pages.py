"""A CSP sees how its customers do, adds some and changes their states; nobody else does."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from garland.customers.overview import Asked, look_over
from kernel.clock import utc_now
from tenancy.customers.charge import CustomerFilter
from tenancy.invitations.store import list_open
from tenancy.organisations import OrganisationView, find_by_slug, get_organisation
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.organisations import admin_of, bring_to, make_below
from tests.factories.tenancy import NOON, make_csp
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    with sessions() as session:
        return get_organisation(session, acme.parent_id or acme.id)


@pytest.fixture
def nora(signed_in: SignedIn, csp: OrganisationView) -> FlaskClient:
    return signed_in("curator", csp)


def state_of(sessions: Sessions, one_id: UUID) -> str:
    with sessions() as session:
        return get_organisation(session, one_id).state


def test_the_list_counts_alarms_and_shows_none(
    sessions: Sessions, nora: FlaskClient, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_alarm(session, acme.id, "secret-object")

    pages = [nora.get(f"/t/{csp.slug}/customers{end}").text for end in ("", f"/{acme.id}")]

    assert all("Attention" in page and "secret-object" not in page for page in pages)


def test_the_worst_come_first_and_filters_count(session: Session) -> None:
    csp = make_csp(session)
    fine, bad = make_below(session, csp, name="A fine one"), make_below(session, csp, name="Bad")
    with as_tenant(session, bad.id):
        make_alarm(session, bad.id, perceived_severity="critical")
    bring_to(session, fine, "suspended")

    worst = look_over(session, admin_of(csp), Asked(sort="health"), now=NOON)
    named = Asked(wanted=CustomerFilter(q="FINE", state="suspended"))
    found = look_over(session, admin_of(csp), named, now=NOON)

    assert [row.organisation.name for row in worst.rows] == ["Bad", "A fine one"]
    assert worst.by_health == {"fine": 1, "attention": 0, "critical": 1}
    assert worst.by_state == {"active": 1, "suspended": 1}
    assert [row.organisation.id for row in found.rows] == [fine.id]


@pytest.mark.parametrize("sort", ["name", "state", "health", "events", "seen", "age"])
def test_every_order_is_answered(session: Session, sort: str) -> None:
    csp = make_csp(session)
    for name in ("One", "Two"):
        make_below(session, csp, name=name)

    found = look_over(session, admin_of(csp), Asked(sort=sort), now=NOON)

    assert {row.organisation.name for row in found.rows} == {"One", "Two"}


def test_a_customer_is_added_with_what_is_suggested(
    sessions: Sessions, nora: FlaskClient, csp: OrganisationView
) -> None:
    at = f"/t/{csp.slug}/customers"
    form = {"name": "Harbour Foods", "kind": "customer", "trial_days": "30"}

    answer = nora.post(at, data={**form, "admin_email": "berta@example.com"})
    again = nora.get(f"{at}/short-name?name=Harbour Foods").text

    assert "berta@example.com is invited, and has to be given the link" in answer.text
    assert answer.text.count("/join/inv_") == 1
    assert 'value="harbour-foods-2"' in again
    with sessions() as session:
        made = find_by_slug(session, "harbour-foods")
        assert made is not None
        assert (made.state, made.parent_id) == ("trial", csp.id)
    with sessions() as session, as_tenant(session, made.id):
        invited = list_open(session, made.id, now=utc_now())
    assert [(one.email, one.role) for one in invited] == [("berta@example.com", "admin")]


def test_a_refused_form_keeps_what_was_typed(nora: FlaskClient, csp: OrganisationView) -> None:
    form = {"name": "X", "kind": "customer", "slug": "Not one", "trial_days": "1000"}

    answer = nora.post(f"/t/{csp.slug}/customers", data=form)

    assert answer.status_code == 422
    assert 'value="Not one"' in answer.text
    assert "trial_days: write a whole number of days" in answer.text


def test_several_are_suspended_after_a_page_that_says_what_will_happen(
    sessions: Sessions, nora: FlaskClient, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = bring_to(session, make_below(session, csp, name="Other"), "suspended")
    at, ids = f"/t/{csp.slug}/customers/change", [str(acme.id), str(other.id)]

    asked = nora.get(at, query_string={"to": "suspended", "id": ids}).text
    refused = nora.post(at, data={"to": "suspended", "id": ids})
    form = {"to": "suspended", "id": ids, "reason": "unpaid"}
    done = nora.post(at, data=form, follow_redirects=True).text

    assert "Suspend: Acme" in asked
    assert "It is suspended" in asked
    assert (refused.status_code, "reason: say why" in refused.text) == (422, True)
    assert "1 of 2 is done, 1 not" in done
    assert state_of(sessions, acme.id) == "suspended"


def test_nobody_else_finds_a_customer(
    sessions: Sessions, signed_in: SignedIn, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = make_csp(session)
    stranger, inside = signed_in("admin", other), signed_in("admin")

    seen = [
        stranger.get(f"/t/{other.slug}/customers/{acme.id}").status_code,
        stranger.post(f"/t/{other.slug}/customers/{acme.id}/name", data={"name": "M"}).status_code,
        stranger.get(f"/t/{other.slug}/customers/change?to=suspended&id={acme.id}").status_code,
        inside.get(f"/t/{acme.slug}/customers").status_code,
        inside.get(f"/t/{csp.slug}/customers").status_code,
    ]

    assert seen == [404, 404, 404, 403, 404]  # a customer has none: its own address may say so


def test_support_sees_and_does_not_change(
    signed_in: SignedIn, csp: OrganisationView, acme: OrganisationView
) -> None:
    browser, at = signed_in("support", csp), f"/t/{csp.slug}/customers"

    answers = [browser.get(f"{at}/{acme.id}"), browser.post(f"{at}/{acme.id}/name")]

    assert [one.status_code for one in answers] == [200, 403]
