"""The page of the audit and its REST, as a browser and a program meet them."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.audit.chain import Told, digest_of
from tenancy.organisations import OrganisationView
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn, client_of
from tests.integration.tenancy.audit.conftest import Noter
from tests.support.audit import with_triggers_dropped

Sessions = sessionmaker[Session]


@pytest.fixture
def browser(signed_in: SignedIn, noting: Noter, acme: OrganisationView) -> FlaskClient:
    noting(acme.id, about="<Links>", version=3)
    noting(acme.id, "connection.rotated", by="=Berta", about="Tickets")
    return signed_in()


def test_shows_sentences_and_what_is_asked_for_alone(
    browser: FlaskClient, acme: OrganisationView
) -> None:
    page = browser.get(f"/t/{acme.slug}/audit").text
    narrowed = browser.get(f"/t/{acme.slug}/audit?group=connections").text

    assert "Anna published the workflow “&lt;Links&gt;”." in page
    assert "put new secrets into the connection “Tickets”" in narrowed
    assert "Links" not in narrowed


def test_a_wrong_question_is_answered_beside_the_form(
    browser: FlaskClient, acme: OrganisationView
) -> None:
    answer = browser.get(f"/t/{acme.slug}/audit?since=soon")

    assert answer.status_code == 422
    assert "since must be" in answer.text


@pytest.mark.parametrize("role", ["viewer", "operator", "designer"])
def test_nobody_but_an_admin_sees_it(
    signed_in: SignedIn, acme: OrganisationView, role: str
) -> None:
    assert signed_in(role).get(f"/t/{acme.slug}/audit").status_code == 403


def test_another_organisations_audit_is_not_there(signed_in: SignedIn, sessions: Sessions) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")

    assert signed_in().get(f"/t/{other.slug}/audit").status_code == 404


def test_verifying_says_so_and_is_noted(
    browser: FlaskClient, acme: OrganisationView, sessions: Sessions
) -> None:
    at = f"/t/{acme.slug}/audit"

    whole = browser.post(f"{at}/verify", follow_redirects=True).text
    with_triggers_dropped(sessions, "UPDATE audit_entry SET about = 'x' WHERE about = 'Tickets'")
    broken = browser.post(f"{at}/verify", follow_redirects=True).text

    assert "The audit is whole" in whole
    assert "verified that this audit is whole" in whole
    assert "is not what was written" in broken


def test_lines_of_json_hold_all_that_the_digests_are_made_of(
    browser: FlaskClient, acme: OrganisationView
) -> None:
    answer = browser.get(f"/t/{acme.slug}/audit/export.jsonl")
    before = ""

    lines: list[dict[str, Any]] = [json.loads(one) for one in answer.text.splitlines()]
    for line in lines:
        said = {name: line[name] for name in Told.__slots__ if name != "at"}
        before = digest_of(before, Told(at=datetime.fromisoformat(line["at"]), **said))
        assert before == line["digest"]
    assert lines[-1]["action"] == "audit.exported"  # noted before the first line went out


def test_csv_keeps_to_the_filter_and_has_no_formula(
    browser: FlaskClient, acme: OrganisationView
) -> None:
    answer = browser.get(f"/t/{acme.slug}/audit/export.csv?group=connections")

    [row] = csv.DictReader(io.StringIO(answer.text))
    assert row["by"] == "'=Berta"
    assert 'filename="audit-' in answer.headers["Content-Disposition"]


def test_keeping_less_asks_before_it_lets_go(
    browser: FlaskClient, acme: OrganisationView, noting: Noter
) -> None:
    at = f"/t/{acme.slug}/audit"
    noting(acme.id, day=-400)

    asked = browser.post(f"{at}/keeping", data={"kept_days": "365"}).text
    browser.post(f"{at}/keeping", data={"kept_days": "365", "confirmed": "yes"})
    refused = browser.post(f"{at}/keeping", data={"kept_days": "30"})

    assert "Entries will be deleted soon" in asked
    assert "changed how long this audit is kept" in browser.get(at).text
    assert refused.status_code == 422


@pytest.mark.usefixtures("browser")
def test_a_program_reads_and_verifies(
    app: Flask, sessions: Sessions, acme: OrganisationView
) -> None:
    client = client_of(app, sessions, acme, "admin")

    page = client.get("/api/v1/audit?limit=1&group=connections").get_json()
    chain = client.post("/api/v1/audit/verify").get_json()

    assert [one["sentence"] for one in page["items"]] == [
        "=Berta put new secrets into the connection “Tickets”."
    ]
    assert (page["next_cursor"], chain["whole"], chain["why"]) == (None, True, "")


def test_leads_to_the_thing_while_it_is_there(browser: FlaskClient, acme: OrganisationView) -> None:
    at = f"/t/{acme.slug}"
    browser.post(f"{at}/sources", data={"kind": "json", "name": "Plant"})
    page = browser.get(f"{at}/audit?kind=source").text
    source = page.split("/sources/")[-1].split('"')[0]
    browser.post(f"{at}/sources/{source}/delete")

    assert "Open Plant" in page
    assert "Open Plant" not in browser.get(f"{at}/audit?kind=source").text
