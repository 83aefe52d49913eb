"""The pages of connections."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.connections.store import list_connections
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.integration.conftest import SignedIn

FORM = {
    "name": "Tickets",
    "hosts": "api.example.com\n*.example.org",
    "test_address": "https://api.example.com/me",
    "over_http": "false",
    "/name": "Tickets",
    "/hosts": "api.example.com\n*.example.org",
    "/test_address": "https://api.example.com/me",
    "/over_http": "false",
    "/values/key": "canary-key",
    "/values/place": "header",
    "/values/name": "X-Key",
}


@pytest.fixture
def admin(signed_in: SignedIn) -> FlaskClient:
    return signed_in("admin")


def create(client: FlaskClient, acme: OrganisationView, **changes: Any) -> str:
    """Add a connection and give its page's address."""
    answer = client.post(f"/t/{acme.slug}/connections/new?kind=api_key", data={**FORM, **changes})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_an_empty_list_says_what_a_connection_is_for(
    admin: FlaskClient, acme: OrganisationView
) -> None:
    page = admin.get(f"/t/{acme.slug}/connections").text

    assert "No connection yet" in page
    assert "New connection" in page


def test_every_kind_has_a_form_made_of_its_schema(
    admin: FlaskClient, acme: OrganisationView
) -> None:
    page = admin.get(f"/t/{acme.slug}/connections/new").text

    for kind in ("api_key", "basic", "bearer", "oauth2_client", "oauth2_code", "mtls", "snmp_v3"):
        assert f"kind={kind}" in page
        assert admin.get(f"/t/{acme.slug}/connections/new?kind={kind}").status_code == 200


def test_a_connection_is_made_and_shown_without_its_secret(
    admin: FlaskClient, acme: OrganisationView
) -> None:
    address = create(admin, acme)

    page = admin.get(address).text

    assert "Stored; leave empty to keep it" in page
    assert "canary" not in page + admin.get(f"/t/{acme.slug}/connections").text


def test_a_refused_form_names_the_field_and_sends_no_secret_back(
    admin: FlaskClient, acme: OrganisationView
) -> None:
    answer = admin.post(
        f"/t/{acme.slug}/connections/new?kind=api_key", data={**FORM, "/hosts": "https://x/"}
    )

    assert answer.status_code == 422
    assert "is no host" in answer.text
    assert "canary" not in answer.text


def test_what_is_left_empty_stays_while_the_rest_changes(
    admin: FlaskClient, app: Flask, acme: OrganisationView
) -> None:
    address = create(admin, acme)

    answer = admin.post(
        address, data={**FORM, "/values/key": "", "/values/name": "X-Other", "revision": 1}
    )

    assert answer.status_code == 303, answer.text
    services = app.extensions["garland.services"]
    opened = services.connections.open(acme.id, "Tickets")
    assert (opened.values["key"], opened.values["name"]) == ("canary-key", "X-Other")


def test_where_a_secret_may_go_is_widened_only_with_the_secret_itself(
    admin: FlaskClient, acme: OrganisationView
) -> None:
    address = create(admin, acme)
    wider = {**FORM, "/values/key": "", "/hosts": "api.example.com\nevil.example.net"}

    kept = admin.post(address, data={**wider, "revision": 1})
    written = admin.post(address, data={**wider, "/values/key": "anew", "revision": 1})

    assert kept.status_code == 422
    assert "written anew" in kept.text
    assert written.status_code == 303


def test_a_form_that_somebody_overtook_is_refused(
    admin: FlaskClient, acme: OrganisationView
) -> None:
    address = create(admin, acme)
    admin.post(address, data={**FORM, "revision": 1})

    answer = admin.post(address, data={**FORM, "revision": 1})

    assert answer.status_code == 409
    assert "saved this connection meanwhile" in answer.text


def test_a_rotation_can_be_taken_back_for_a_day(
    admin: FlaskClient, app: Flask, acme: OrganisationView
) -> None:
    address = create(admin, acme)
    connections = app.extensions["garland.services"].connections

    admin.post(f"{address}/rotate", data={"/fresh/key": "fresh"})
    rotated = connections.open(acme.id, "Tickets").values["key"]
    page = admin.get(address).text
    admin.post(f"{address}/undo-rotation")
    back = connections.open(acme.id, "Tickets").values["key"]

    assert (rotated, back) == ("fresh", "canary-key")
    assert "Put the old value back" in page


def test_a_rotation_to_nothing_is_refused(admin: FlaskClient, acme: OrganisationView) -> None:
    answer = admin.post(f"{create(admin, acme)}/rotate", data={"/fresh/key": ""})

    assert answer.status_code == 422
    assert "write the new value" in answer.text


def test_a_connection_in_use_is_not_removed_and_says_by_what(
    admin: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    address = create(admin, acme)
    call = step("http-request", config={"url": "https://x.example"}, connections={"api": "Tickets"})
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = flow_document({"call": call}, ["hand > call"], name="Opens tickets")
        make_flow(session, acme.id, document)

    answer = admin.post(f"{address}/delete")
    renamed = admin.post(address, data={**FORM, "/name": "Others", "revision": 1})

    assert answer.status_code == 409
    assert "Opens tickets" in answer.text
    assert renamed.status_code == 422


def test_an_unused_connection_is_removed(
    admin: FlaskClient, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    answer = admin.post(f"{create(admin, acme)}/delete")

    with sessions() as session, as_tenant(session, acme.id):
        assert list_connections(session, acme.id) == []
    assert answer.status_code == 303


def test_who_may_only_design_sees_connections_and_changes_none(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    address = create(signed_in("admin"), acme)
    designer = signed_in("designer")

    page = designer.get(address)

    assert page.status_code == 200
    assert "Test now" not in page.text
    assert [
        designer.post(address + rest).status_code
        for rest in ("", "/rotate", "/undo-rotation", "/test", "/sign-in", "/delete")
    ] == [403] * 6
    assert designer.get(f"/t/{acme.slug}/connections/new").status_code == 403
