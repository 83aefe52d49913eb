"""The pages of blocks and their REST: looked at, agreed to, used, held and removed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from blocks.packages.package import read_package, sign_package
from blocks.packages.trusted import add_publisher, add_release, found_trust
from tenancy.organisations import OrganisationView
from tenancy.scope import system
from tests.factories.flows import flow_document
from tests.factories.installs import REACHES_OUT, make_package
from tests.factories.packages import KEY, ROOT_KEY
from tests.factories.tenancy import NOON, make_customer
from tests.integration.blocks.installs.test_installing import STEP
from tests.integration.conftest import SignedIn, client_of
from tests.integration.designer.test_block_upgrades import second_version

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


def test_a_block_without_an_upgrade_has_nothing_to_take_back(
    program: FlaskClient, signed_in: SignedIn, acme: OrganisationView
) -> None:
    program.post("/api/v1/installs?consent=1", data=make_package(), content_type=BYTES)

    asked = program.post("/api/v1/blocks/acme.say/take-back")

    assert asked.status_code == 404
    assert "Take it back" not in signed_in().get(f"{pages(acme)}/acme.say").text


@pytest.mark.parametrize(
    ("newer", "is_offered"),
    [
        pytest.param({}, True, id="fits as it is"),
        pytest.param(second_version(), False, id="needs hands"),
    ],
)
def test_an_upgrade_is_offered_where_it_changes_a_draft(
    program: FlaskClient,
    signed_in: SignedIn,
    acme: OrganisationView,
    newer: dict[str, Any],
    is_offered: bool,
) -> None:
    packages = make_package(), make_package(**{"version": "2.0.0", **newer})
    old, _ = (
        program.post("/api/v1/installs?consent=1", data=one, content_type=BYTES) for one in packages
    )
    document = flow_document({"say": STEP}, ["hand > say"])
    body = {"name": document["name"], "document": document}
    assert program.post("/api/v1/flows", json=body).status_code == 201

    page = signed_in().get(f"{pages(acme)}/installs/{old.get_json()['id']}/upgrade").text

    assert ("Upgrade the drafts" in page, "Needs hands" in page) == (is_offered, not is_offered)


def test_a_package_says_what_it_is_made_of(
    program: FlaskClient, signed_in: SignedIn, acme: OrganisationView
) -> None:
    made = program.post("/api/v1/installs?consent=1", data=make_package(), content_type=BYTES)
    digest = made.get_json()["digest"]
    browser = signed_in("viewer")

    page = browser.get(f"{pages(acme)}/acme.say").text
    file = browser.get(f"{pages(acme)}/packages/{digest}/sbom")

    assert f"/packages/{digest}/sbom" in page
    assert file.get_json() == program.get(f"/api/v1/installs/packages/{digest}/sbom").get_json()
    assert file.get_json()["metadata"]["component"]["name"] == "acme.say"
    assert ".cdx.json" in file.headers["Content-Disposition"]


def test_what_nobody_signed_is_told_to_nobody_else(
    program: FlaskClient, app: Flask, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        stranger = make_customer(session)
    made = program.post("/api/v1/installs?consent=1", data=make_package(), content_type=BYTES)
    other = client_of(app, sessions, stranger, "admin")

    asked = other.get(f"/api/v1/installs/packages/{made.get_json()['digest']}/sbom")

    assert asked.status_code == 404


def test_a_package_may_have_more_bytes_than_other_bodies(program: FlaskClient) -> None:
    address = "/api/v1/installs/packages"

    fits = program.post(address, data=b"x" * (7 << 20), content_type=BYTES)
    too_large = program.post(address, data=b"x" * ((32 << 20) + 1), content_type=BYTES)
    far_too_large = program.post(address, data=b"x" * (33 << 20), content_type=BYTES)

    assert (fits.status_code, fits.get_json()["code"]) != (413, "core.too_large")
    assert "(32 MB) are allowed" in too_large.get_json()["detail"]
    assert far_too_large.status_code == 413
    assert "larger than 32 MB" in far_too_large.get_json()["detail"]


def test_a_form_takes_a_package_of_that_size_too(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="say.gblk"\r\n\r\n'
    body = head + b"x" * (7 << 20) + b"\r\n--cut--\r\n"
    form = "multipart/form-data; boundary=cut"

    answer = signed_in().post(f"{pages(acme)}/packages", data=body, content_type=form)

    assert answer.status_code == 422


def test_an_author_agrees_only_for_what_nobody_signed(
    program: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session, system(session):
        found_trust(session, ROOT_KEY, now=NOON)
        add_publisher(session, ROOT_KEY, "acme", KEY.public_key(), now=NOON)
        signed = sign_package(make_package(permissions=REACHES_OUT), KEY)
        add_release(session, ROOT_KEY, read_package(signed), now=NOON)
    own = make_package(version="0.9.0", permissions=REACHES_OUT)

    refused = program.post("/api/v1/installs?development=1", data=signed, content_type=BYTES)
    taken = program.post("/api/v1/installs?development=1", data=own, content_type=BYTES)

    assert (refused.status_code, refused.get_json()["code"]) == (409, "block.consent_needed")
    assert taken.get_json()["state"] == "in development"


def test_a_translated_block_reads_in_the_readers_language(
    program: FlaskClient, signed_in: SignedIn, acme: OrganisationView
) -> None:
    package = make_package(files={"i18n/de.json": b'{"/title": "Ein Wort sagen"}'})
    program.post("/api/v1/installs?consent=1", data=package, content_type=BYTES)
    browser = signed_in()

    german = browser.get(pages(acme), headers={"Accept-Language": "de-AT,en;q=0.5"}).text
    english = browser.get(pages(acme), headers={"Accept-Language": "en"}).text

    assert "Ein Wort sagen" in german
    assert "Say a word" in english
    assert "Ein Wort sagen" not in english


def test_a_translation_that_cannot_be_used_is_refused_by_its_file(program: FlaskClient) -> None:
    package = make_package(files={"i18n/de.json": b'{"/version": "zwei"}'})

    refused = program.post("/api/v1/installs/packages", data=package, content_type=BYTES)

    assert refused.status_code == 422
    assert "/i18n/de" in refused.get_json()["errors"][0]["pointer"]
