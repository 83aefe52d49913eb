"""The reviewers' pages: the queue, one release, and what they do there without JavaScript."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy.orm import Session, sessionmaker

from marketplace.releases.claims import Claim
from marketplace.releases.publishers import claim_namespace, get_own
from marketplace.releases.store import ReleaseView
from marketplace.releases.store import get_own as get_release
from marketplace.releases.verdicts import CHECKLIST
from tenancy.organisations import OrganisationView
from tenancy.scope import system
from tests.factories.releases import (
    ANNA,
    approve,
    make_integrator,
    make_publisher,
    make_release,
    make_vendor,
    pass_checks,
)
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

QUEUE = "/t/vendor/reviews"


@pytest.fixture
def release(sessions: sessionmaker[Session]) -> ReleaseView:
    with sessions.begin() as session, system(session):
        acme = make_integrator(session)
        make_publisher(session, acme)
        return pass_checks(session, make_release(session, acme))


@pytest.fixture
def vendor(sessions: sessionmaker[Session]) -> OrganisationView:
    with sessions.begin() as session:
        return make_vendor(session)


@pytest.fixture
def rita(signed_in: SignedIn, vendor: OrganisationView) -> FlaskClient:
    return signed_in("reviewer", vendor)


def test_an_empty_queue_says_what_will_come(rita: FlaskClient) -> None:
    assert "No release waits" in rita.get(QUEUE).text


def test_a_release_shows_what_is_needed_to_decide(rita: FlaskClient, release: ReleaseView) -> None:
    assert f"{QUEUE}/{release.id}" in rita.get(QUEUE).text

    page = rita.get(f"{QUEUE}/{release.id}").text

    for words in ("Automatic checks", "Examples in the sandbox", "block.py", "What it asks for"):
        assert words in page
    assert all(str(escape(text)) in page for text in CHECKLIST.values())


def test_two_reviewers_approve_on_the_page(
    rita: FlaskClient,
    signed_in: SignedIn,
    vendor: OrganisationView,
    release: ReleaseView,
    sessions: sessionmaker[Session],
) -> None:
    form = {"verdict": "approve", "checklist": list(CHECKLIST)}
    for client in (rita, signed_in("reviewer", vendor)):
        assert client.post(f"{QUEUE}/{release.id}/verdict", data=form).status_code == 303

    with sessions() as session, system(session):
        assert get_release(session, release.owner_id, release.id).state.value == "approved"


def test_a_refused_verdict_keeps_what_was_written(rita: FlaskClient, release: ReleaseView) -> None:
    form = {"verdict": "approve", "reasons": "It is fine.", "checklist": ["code"]}

    answer = rita.post(f"{QUEUE}/{release.id}/verdict", data=form)

    assert answer.status_code == 422
    assert 'href="#field-checklist">Look at every point' in answer.text
    assert "checklist:" not in answer.text
    assert "It is fine." in answer.text


def test_a_question_is_asked_and_shown(rita: FlaskClient, release: ReleaseView) -> None:
    where = f"{QUEUE}/{release.id}"

    assert rita.post(f"{where}/questions", data={"text": "Why so loud?"}).status_code == 303
    assert "Why so loud?" in rita.get(where).text


def test_a_claim_is_refused_with_a_reason_and_not_without(
    rita: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session, system(session):
        lake = make_integrator(session, "Lake")
        claim = Claim(namespace="lake", title="Lake", support="a@lake.example", proof="ours")
        claim_namespace(session, lake.id, claim, by=ANNA, now=NOON)
    where = f"{QUEUE}/claims/lake"

    assert rita.post(where, data={"verdict": "refuse"}).status_code == 422
    assert rita.post(where, data={"verdict": "refuse", "reason": "no"}).status_code == 303
    with sessions() as session, system(session):
        assert get_own(session, lake.id, "lake").reason == "no"


def test_the_package_can_be_taken(rita: FlaskClient, release: ReleaseView) -> None:
    answer = rita.get(f"{QUEUE}/{release.id}/package")

    assert len(answer.data) == release.size_bytes
    assert "attachment" in answer.headers["Content-Disposition"]


def test_nobody_but_the_vendor_finds_the_pages(
    signed_in: SignedIn, acme: OrganisationView, release: ReleaseView
) -> None:
    client = signed_in("admin")

    assert client.get(f"/t/{acme.slug}/reviews").status_code == 403
    assert client.get(f"/t/{acme.slug}/reviews/{release.id}").status_code == 403
    assert "Reviews" not in client.get(f"/t/{acme.slug}/").text


def test_who_approved_reads_so_and_changes_their_verdict_knowingly(
    rita: FlaskClient, signed_in: SignedIn, vendor: OrganisationView, release: ReleaseView
) -> None:
    assert "0 of 2 approved: waits for you" in rita.get(QUEUE).text
    form = {"verdict": "approve", "checklist": list(CHECKLIST), "reasons": "It is fine."}
    rita.post(f"{QUEUE}/{release.id}/verdict", data=form)

    page = rita.get(f"{QUEUE}/{release.id}").text

    assert "1 of 2 approved: you did" in page
    assert "Change your verdict" in page
    assert "1 of 2 approved: you did" in rita.get(QUEUE).text
    assert "waits for you" in signed_in("reviewer", vendor).get(QUEUE).text


def test_an_approved_release_says_what_has_to_be_done_before_it_can_be_listed(
    rita: FlaskClient, release: ReleaseView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session, system(session):
        approve(session, release)

    page = rita.get(f"{QUEUE}/{release.id}").text

    assert f"garland trust list {release.listing_id}-{release.version}.gblk" in page
    assert f"{release.id}/listing" not in page
