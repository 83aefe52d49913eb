"""The pages of blocks and their REST: looked at, agreed to, used, held and removed."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tests.factories.installs import REACHES_OUT, make_package
from tests.integration.conftest import SignedIn, client_of

BYTES = "application/octet-stream"


@pytest.fixture
def program(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, acme, "admin")


def pages(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/blocks"


def look_at(browser: FlaskClient, acme: OrganisationView, package: bytes) -> str:
    sent = {"file": (io.BytesIO(package), "say.gblk")}
    answer = browser.post(f"{pages(acme)}/packages", data=sent)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_the_page_says_what_a_package_may_do_before_anything_is_installed(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser = signed_in()

    page = browser.get(look_at(browser, acme, make_package(permissions=REACHES_OUT))).text

    assert "probe.example" in page
    assert "To ask the probe" in page
    assert "Nobody vouches for this package" in page
    assert "Say a word" not in browser.get(pages(acme)).text


def test_a_package_is_installed_once_somebody_agreed(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser = signed_in()
    address = look_at(browser, acme, make_package(permissions=REACHES_OUT))

    refused = browser.post(address)
    taken = browser.post(address, data={"consent": "true"}, follow_redirects=True)

    assert refused.status_code == 409
    assert taken.status_code == 200
    assert "In development" in taken.text


def test_a_file_that_is_no_package_is_refused_with_the_reason(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    sent = {"file": (io.BytesIO(b"no zip"), "say.gblk")}

    answer = signed_in().post(f"{pages(acme)}/packages", data=sent)

    assert answer.status_code == 422
    assert "package" in answer.text


def test_one_block_shows_its_readme_as_text(signed_in: SignedIn, acme: OrganisationView) -> None:
    browser = signed_in()
    browser.post(look_at(browser, acme, make_package()))

    page = browser.get(f"{pages(acme)}/acme.say").text

    assert "Says it." in page
    assert "No workflow uses it yet" in page


def test_a_designer_sees_blocks_and_installs_none(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser = signed_in("designer")

    page = browser.get(pages(acme))

    assert page.status_code == 200
    assert "Install a block" not in page.text
    assert browser.post(f"{pages(acme)}/packages").status_code == 403


def test_programs_install_list_hold_and_remove(program: FlaskClient) -> None:
    made = program.post("/api/v1/installs?consent=1", data=make_package(), content_type=BYTES)
    address = made.headers["Location"]

    blocks = program.get("/api/v1/blocks?q=word").get_json()
    held = program.post(f"{address}/hold", json={"reason": "Audit", "lets_finish": False})
    released = program.post(f"{address}/release")
    gone = program.delete(address)

    assert made.status_code == 201
    assert [one["state"] for one in blocks["items"] if one["block"] == "acme.say"] == [
        "in development"
    ]
    assert held.get_json()["state"] == "held"
    assert released.get_json()["state"] == "in development"
    assert gone.status_code == 204
    assert program.get("/api/v1/installs").get_json()["items"] == []


def test_programs_learn_what_has_to_be_agreed_to(program: FlaskClient) -> None:
    package = make_package(permissions=REACHES_OUT)

    looked = program.post("/api/v1/installs/packages", data=package, content_type=BYTES)
    refused = program.post("/api/v1/installs", data=package, content_type=BYTES)

    assert looked.get_json()["new_asks"] == REACHES_OUT
    assert refused.status_code == 409
    assert refused.get_json()["code"] == "block.consent_needed"
