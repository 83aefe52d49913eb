"""Brands at work: for whom one holds, by which host name, in mails, on the page that sets it."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, NotFoundError
from kernel.secrets import Vault, new_key
from tenancy.brand import hosts, store
from tenancy.brand.model import OWN, read_brand
from tenancy.mails import outbox
from tenancy.mails._tables import Mail
from tenancy.mails.office import POST_OFFICE, PostOffice
from tenancy.mails.outbox import Wish
from tenancy.organisations import OrganisationView, create_organisation, find_by_slug
from tests.factories.tenancy import NOON, make_csp, make_member
from tests.integration.conftest import SignedIn

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1"/></svg>'
COLOURS = {"accent_light": "#0b7a5c", "accent_dark": "#5fe0b5"}
HOST = "noc.aurora.example"


def brand(session: Session, organisation_id: UUID, product: str = "Aurora", **form: str) -> None:
    wanted = read_brand({"product": product, **form})
    store.change_brand(session, organisation_id, wanted, {}, by="Anna", now=NOON)


def below(session: Session, parent: OrganisationView, kind: str, name: str) -> OrganisationView:
    return create_organisation(session, kind=kind, name=name, parent_id=parent.id)


def serve(session: Session, csp: OrganisationView, host: str = HOST) -> UUID:
    """Let the vendor agree to a host name; gives the vendor's id."""
    vendor = find_by_slug(session, "vendor")
    assert vendor is not None
    hosts.agree(session, vendor.id, csp.id, host, now=NOON)
    return vendor.id


@pytest.fixture
def csp(sessions: sessionmaker[Session]) -> OrganisationView:
    with sessions.begin() as session:
        return make_csp(session)


def test_the_nearest_brand_above_holds(
    sessions: sessionmaker[Session], csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        reseller = below(session, csp, "reseller", "Reseller")
        far = below(session, reseller, "customer", "Far")
        near = below(session, csp, "customer", "Near")
        brand(session, csp.id, "Aurora")
        brand(session, reseller.id, "Borealis")

        found = [store.brand_for(session, one.id).name for one in (far, near, csp)]
        store.drop_brand(session, reseller.id, now=NOON)

        assert found == ["Borealis", "Aurora", "Aurora"]
        assert store.brand_for(session, far.id).name == "Aurora"


def test_without_a_brand_the_vendors_holds(
    sessions: sessionmaker[Session], csp: OrganisationView
) -> None:
    with sessions() as session:
        assert store.brand_for(session, csp.id) == OWN


def test_a_host_name_waits_for_the_vendor_and_is_served_for_one_alone(
    sessions: sessionmaker[Session], csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        other = make_csp(session)
        for one in (csp, other):
            brand(session, one.id, host_asked=HOST)
        before = store.brand_for(session, csp.id).host
        vendor_id = serve(session, csp)

        with pytest.raises(ConflictError, match="served for somebody else"):
            hosts.agree(session, vendor_id, other.id, HOST, now=NOON)
        with pytest.raises(NotFoundError, match="no longer asked for"):
            hosts.agree(session, vendor_id, other.id, "else.example", now=NOON)
        assert (before, store.brand_for(session, csp.id).host) == ("", HOST)


def test_a_served_name_stays_while_another_one_waits(
    sessions: sessionmaker[Session], csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        brand(session, csp.id, host_asked=HOST)
        serve(session, csp)
        brand(session, csp.id, host_asked="new.aurora.example")

        found = store.brand_for(session, csp.id)

    assert (found.host, found.host_asked) == (HOST, "new.aurora.example")


def test_a_request_by_the_host_name_shows_the_brand_before_sign_in(
    app: Flask, sessions: sessionmaker[Session], csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        brand(session, csp.id, host_asked=HOST, terms="https://aurora.example/terms", **COLOURS)
        serve(session, csp)
    visitor = app.test_client()

    page = visitor.get("/sign-in", base_url=f"http://{HOST}").text

    assert "<title>Sign in · Aurora</title>" in page
    assert 'href="https://aurora.example/terms"' in page
    assert "Garland" not in page
    assert "Garland" in visitor.get("/sign-in").text


def test_addresses_begin_with_the_known_name_a_request_came_by_and_with_no_other(
    app: Flask, sessions: sessionmaker[Session], csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        brand(session, csp.id, host_asked=HOST)
        serve(session, csp)
    visitor = app.test_client()

    servers = [
        visitor.get("/api/v1/openapi.json", base_url=f"http://{host}").get_json()["servers"]
        for host in (HOST, "evil.example")
    ]

    assert servers == [[{"url": f"http://{HOST}"}], [{"url": "http://localhost"}]]


def test_the_style_sheet_and_the_pictures_are_fetched_by_digest_and_kept(
    app: Flask, sessions: sessionmaker[Session], csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        brand(session, csp.id, **COLOURS)
        found = store.brand_for(session, csp.id)
    visitor = app.test_client()

    style = visitor.get(f"/brand/{found.style}.css")
    letter = visitor.get(f"/brand/{found.letter}")

    assert "--accent: light-dark(#0b7a5c, #5fe0b5);" in style.text
    assert (style.mimetype, letter.mimetype) == ("text/css", "image/svg+xml")
    assert "immutable" in letter.headers["Cache-Control"]
    assert visitor.get("/brand/none.css").status_code == 404
    assert visitor.get("/brand/none.svg").status_code == 404


def test_a_mail_is_written_under_the_brand_and_leads_to_its_host(
    sessions: sessionmaker[Session], csp: OrganisationView
) -> None:
    words = {"greeting": "Dear colleague,", "signature": "The Aurora NOC", "sender": "Aurora NOC"}
    vault = Vault([new_key()])
    with sessions.begin() as session:
        session.info[POST_OFFICE] = PostOffice(public_url="https://ops.example", vault=vault)
        brand(session, csp.id, host_asked=HOST, **words)
        serve(session, csp)
        customer = below(session, csp, "customer", "Customer")
        person = make_member(session, customer)
        wish = Wish(
            kind="password", to=person.email, facts={}, path="/new-password/k", person_id=person.id
        )
        outbox.write_mail(session, wish, now=NOON)
        row = session.query(Mail).one()
        text = vault.decrypt(row.text)

    assert row.subject == "Choose a new password for Aurora"
    assert (row.sender_name, row.sender_host) == ("Aurora NOC", HOST)
    assert text.startswith("Dear colleague,\n")
    assert f"https://{HOST}/new-password/k" in text
    assert text.endswith("The Aurora NOC\n")


def test_it_is_saved_by_a_form_with_a_logo_and_let_go_again(
    signed_in: SignedIn, csp: OrganisationView
) -> None:
    admin = signed_in("admin", csp)
    form = {"product": "Aurora", "logo": (BytesIO(LOGO), "logo.svg"), **COLOURS}

    saved = admin.post(f"/t/{csp.slug}/brand", data=form)
    page = admin.get(f"/t/{csp.slug}/brand").text
    admin.post(f"/t/{csp.slug}/brand/drop")

    assert saved.status_code == 303
    assert 'class="brand__mark" src="/brand/' in page
    assert "<title>Brand · Aurora</title>" in page
    assert "<title>Brand · Garland</title>" in admin.get(f"/t/{csp.slug}/brand").text
    audit = admin.get(f"/t/{csp.slug}/audit").text
    assert "changed the brand" in audit
    assert "went back from the brand" in audit


def test_the_preview_keeps_nothing_and_shows_the_logo_in_the_page(
    signed_in: SignedIn, csp: OrganisationView
) -> None:
    admin = signed_in("admin", csp)
    form = {"product": "Aurora", "logo": (BytesIO(LOGO), "logo.svg"), **COLOURS}

    shown = admin.post(f"/t/{csp.slug}/brand/preview", data=form, headers={"HX-Request": "true"})

    assert shown.text.lstrip().startswith('<section id="brand-preview"')
    assert "data:image/svg+xml;base64," in shown.text
    assert "/brand/preview/0b7a5c-5fe0b5.css" in shown.text
    assert "Brand · Garland" in admin.get(f"/t/{csp.slug}/brand").text


def test_a_refused_form_names_the_field_and_keeps_what_was_typed(
    signed_in: SignedIn, csp: OrganisationView
) -> None:
    admin = signed_in("admin", csp)
    form = {"product": "Aurora", "accent_light": "#ffcc00", "accent_dark": "#5fe0b5"}

    answer = admin.post(f"/t/{csp.slug}/brand", data=form)

    assert answer.status_code == 422
    assert 'id="field-accent_light-error"' in answer.text
    assert 'value="#ffcc00"' in answer.text


@pytest.mark.parametrize("role", ["curator", "support", "billing", "viewer"])
def test_only_who_may_edit_the_brand_sees_its_page(
    signed_in: SignedIn, csp: OrganisationView, role: str
) -> None:
    assert signed_in(role, csp).get(f"/t/{csp.slug}/brand").status_code == 403


def test_a_csp_agrees_to_no_host_name(
    signed_in: SignedIn, sessions: sessionmaker[Session], csp: OrganisationView
) -> None:
    with sessions.begin() as session:
        brand(session, csp.id, host_asked=HOST)
    admin: FlaskClient = signed_in("admin", csp)

    answer = admin.post(f"/t/{csp.slug}/brand/hosts/{csp.id}", data={"host": HOST, "agree": "yes"})

    assert answer.status_code == 404
    with sessions() as session:
        assert store.brand_for(session, csp.id).host == ""
