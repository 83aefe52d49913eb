"""The brand over REST: the same checks as on its page."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView, get_organisation
from tests.integration.conftest import client_of

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>'
)
AURORA = {"product": "Aurora", "accent_light": "#7a1f5c", "accent_dark": "#e79ccb"}


@pytest.fixture
def csp(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    assert acme.parent_id is not None
    with sessions.begin() as session:
        above = get_organisation(session, acme.parent_id)
    return client_of(app, sessions, above, "admin")


def test_a_brand_is_chosen_read_and_let_go(csp: FlaskClient) -> None:
    before = csp.get("/api/v1/brand").status_code
    put = csp.put("/api/v1/brand", json=AURORA)
    read = csp.get("/api/v1/brand").get_json()
    csp.delete("/api/v1/brand")

    assert (before, put.status_code) == (404, 200)
    assert read == put.get_json()
    assert (read["product"], read["accent_light"]) == ("Aurora", "#7a1f5c")
    assert csp.get("/api/v1/brand").status_code == 404


def test_an_accent_that_cannot_be_read_is_refused_with_one_that_can(csp: FlaskClient) -> None:
    answer = csp.put("/api/v1/brand", json={**AURORA, "accent_light": "#ffee00"})

    assert answer.status_code == 422
    (wrong,) = answer.get_json()["errors"]
    assert wrong["pointer"] == "/accent_light"
    assert "such as #" in wrong["message"]


def test_a_logo_stays_when_other_things_of_the_brand_change(csp: FlaskClient) -> None:
    csp.put("/api/v1/brand", json=AURORA)
    sent = csp.put("/api/v1/brand/logo", data=SVG, content_type="image/svg+xml").get_json()

    changed = csp.put("/api/v1/brand", json={**AURORA, "product": "Borealis"}).get_json()

    assert csp.get(sent["logo"]).data == SVG
    assert changed["logo"] == sent["logo"]
    assert csp.delete("/api/v1/brand/logo").get_json()["logo"] is None


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (SVG.replace(b"<rect", b"<script>alert(1)</script><rect"), "image/svg+xml", 422),
        (b"no picture", "image/png", 422),
        (SVG, "text/html", 415),
    ],
    ids=["acts", "none", "type"],
)
def test_what_is_no_picture_is_refused(
    csp: FlaskClient, data: bytes, kind: str, status: int
) -> None:
    csp.put("/api/v1/brand", json=AURORA)

    assert csp.put("/api/v1/brand/logo", data=data, content_type=kind).status_code == status
    assert csp.get("/api/v1/brand").get_json()["logo"] is None


def test_somebody_elses_change_meanwhile_is_not_written_over(csp: FlaskClient) -> None:
    seen = csp.put("/api/v1/brand", json=AURORA).headers["ETag"]
    csp.put("/api/v1/brand", json={"product": "Borealis"})

    answer = csp.put("/api/v1/brand", json=AURORA, headers={"If-Match": seen})

    assert answer.status_code == 412


def test_a_customer_has_no_brand_of_its_own(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    answer = client_of(app, sessions, acme, "admin").put("/api/v1/brand", json=AURORA)

    assert answer.status_code in (403, 404)
