"""A CSP has a closed customer deleted from its pages, and keeps the certificate."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.deleting.rounds import Deleting
from tenancy.organisations import OrganisationView, get_organisation
from tests.factories.deletions import LATER, make_deletion
from tests.factories.organisations import bring_to
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    with sessions() as session:
        return get_organisation(session, acme.parent_id or acme.id)


@pytest.fixture
def nora(signed_in: SignedIn, csp: OrganisationView) -> FlaskClient:
    return signed_in("curator", csp)


def test_a_closed_customer_is_asked_for_by_its_name_and_called_off(
    sessions: Sessions, nora: FlaskClient, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        bring_to(session, acme, "closing", "closed")
    at = f"/t/{csp.slug}/customers/{acme.id}/deletion"
    form = {"days": "30", "reason": "contract ended"}

    offered = nora.get(f"/t/{csp.slug}/customers/{acme.id}").text
    refused = nora.post(at, data={**form, "name": "acme"})
    made = nora.post(at, data={**form, "name": "Acme"})
    page = nora.get(made.location).text
    off = nora.post(made.location + "/cancel", follow_redirects=True).text

    assert at in offered
    assert (refused.status_code, made.status_code) == (422, 303)
    assert "name: write Acme, as it stands above" in refused.text
    assert 'value="contract ended"' in refused.text
    assert "Nothing is deleted before the day it begins" in page
    assert "Acme stays closed" in off


def test_one_that_is_not_closed_is_told_so(
    nora: FlaskClient, csp: OrganisationView, acme: OrganisationView
) -> None:
    page = nora.get(f"/t/{csp.slug}/customers/{acme.id}/deletion").text

    assert "Acme is active: only what is closed is deleted" in page
    assert "<form" not in page.partition("<main")[2]


def test_the_certificate_is_shown_listed_and_given_as_a_file(
    sessions: Sessions, nora: FlaskClient, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        deletion_id = make_deletion(session, acme)
    Deleting(sessions=sessions, reading=sessions, clock=lambda: LATER).round(
        now=LATER, budget_s=120
    )
    at = f"/t/{csp.slug}/deletions"

    page = nora.get(f"{at}/{deletion_id}").text
    listed = nora.get(f"{at}?q=acm&stage=finished").text
    none = nora.get(f"{at}?stage=asked").text
    file = nora.get(f"{at}/{deletion_id}/certificate.json")

    said = json.loads(file.text)
    assert "The audit vouches for it" in page
    assert said["sha256"] in page
    assert said["certificate"]["organisation"]["name"] == "Acme"
    assert (str(deletion_id) in listed, "Nothing fits" in none) == (True, True)
    assert nora.get(f"/t/{csp.slug}/customers/{acme.id}").status_code == 404


def test_its_own_people_and_viewers_of_the_csp_reach_nothing(
    sessions: Sessions, signed_in: SignedIn, csp: OrganisationView, acme: OrganisationView
) -> None:
    with sessions.begin() as session:
        deletion_id = make_deletion(session, acme)

    viewer = signed_in("viewer", csp)
    support = signed_in("support", csp)

    assert viewer.get(f"/t/{csp.slug}/deletions").status_code == 403
    assert support.get(f"/t/{csp.slug}/deletions/{deletion_id}").status_code == 200
    assert support.post(f"/t/{csp.slug}/deletions/{deletion_id}/cancel").status_code == 403
