"""Invitations from the form to the membership, as browsers and a mail server meet them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.errors import GarlandError, NotFoundError
from tenancy import members
from tenancy._tables import Person
from tenancy.invitations import accepting, store
from tenancy.invitations._tables import Invitation
from tenancy.mails._tables import Mail
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tenancy.scope import as_tenant, system
from tests.factories.tenancy import PASSWORD, make_customer, make_member
from tests.integration.conftest import SignedIn
from tests.integration.tenancy.people.conftest import Letters

NEW = "berta@example.com"
FORM = {"name": "Berta Berg", "password": PASSWORD}


def invite_at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/members/invitations"


def names_of(sessions: sessionmaker[Session], acme: OrganisationView) -> dict[str, str]:
    with sessions() as session:
        return {one.email: one.role for one in members.list_members(session, acme.id)}


def person(sessions: sessionmaker[Session], email: str) -> Person:
    with sessions() as session:
        return session.scalars(select(Person).where(Person.email == email)).one()


def invited(sessions: sessionmaker[Session], acme: OrganisationView, email: str = NEW) -> str:
    """Invite somebody, and give the key of the link."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        return store.invite(session, acme.id, email=email, role="designer", now=utc_now()).key


def test_a_new_person_joins_by_the_link_that_was_mailed(
    app: Flask, letters: Letters, signed_in: SignedIn, acme: OrganisationView
) -> None:
    signed_in().post(invite_at(acme), data={"email": NEW.upper(), "role": "designer"})
    browser = app.test_client()

    page = browser.get(letters.path_to(NEW), follow_redirects=True)
    joined = browser.post("/join", data=FORM)

    assert (page.status_code, page.request.path) == (200, "/join")
    assert "Acme" in page.text
    assert "designer" in page.text
    assert joined.location == f"/t/{acme.slug}/"
    assert browser.get(f"/t/{acme.slug}/members").status_code == 200
    assert names_of(letters.sessions, acme)[NEW] == "designer"
    assert person(letters.sessions, NEW).email_verified_at is not None


def test_the_key_is_kept_nowhere_and_in_no_address_of_a_page(
    app: Flask, letters: Letters, signed_in: SignedIn, acme: OrganisationView
) -> None:
    signed_in().post(invite_at(acme), data={"email": NEW, "role": "viewer"})
    with letters.sessions() as session, system(session):
        waiting = session.scalars(select(Mail)).one().text
    path = letters.path_to(NEW)
    key = path.rpartition("/")[2]
    browser = app.test_client()

    page = browser.get(path, follow_redirects=True)

    with letters.sessions() as session, system(session):
        sent, digest = (
            session.scalars(select(Mail.text)).one(),
            session.scalars(select(Invitation.digest)).one(),
        )
    assert key not in waiting + sent + digest
    assert sent == ""
    assert key not in page.text + page.request.url
    cookie = browser.get_cookie("join_key", path="/join")
    assert cookie is not None
    assert cookie.http_only


def test_a_link_opens_nothing_once_it_was_used_replaced_revoked_or_ran_out(
    posting: sessionmaker[Session], acme: OrganisationView
) -> None:
    now = utc_now()
    used, revoked, expired, replaced = (
        invited(posting, acme, f"{name}@example.com") for name in ("a", "b", "c", "d")
    )
    with posting.begin() as session, as_tenant(session, acme.id):
        accepting.accept_as_new(session, used, name="A", password=PASSWORD, now=now)
        ids = {one.email: one.id for one in store.list_open(session, acme.id, now=now)}
        store.revoke(session, acme.id, ids["b@example.com"], now=now)
        newer = store.send_again(
            session, acme.id, ids["d@example.com"], now=now + timedelta(minutes=2)
        ).key

    with posting() as session:
        for key, at in ((used, now), (revoked, now), (replaced, now), ("inv_made-up", now)):
            with pytest.raises(NotFoundError, match="no longer works"):
                accepting.find_offer(session, key, now=at)
        with pytest.raises(NotFoundError, match="no longer works"):
            accepting.find_offer(session, expired, now=now + timedelta(days=7, seconds=1))
        assert accepting.find_offer(session, newer, now=now).email == "d@example.com"


def test_of_two_who_accept_at_the_same_moment_one_becomes_a_member(
    posting: sessionmaker[Session], acme: OrganisationView
) -> None:
    key = invited(posting, acme)

    def accept(name: str) -> bool:
        try:
            with posting.begin() as session:
                accepting.accept_as_new(session, key, name=name, password=PASSWORD, now=utc_now())
        except GarlandError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        came = list(pool.map(accept, ("Berta", "Bert")))

    assert sorted(came) == [False, True]
    assert list(names_of(posting, acme)) == [NEW]


@pytest.fixture
def known(posting: sessionmaker[Session]) -> PersonView:
    with posting.begin() as session:
        return make_member(session, make_customer(session, "Lakeside"), name="Berta")


@pytest.fixture
def browse(
    app: Flask, posting: sessionmaker[Session], acme: OrganisationView
) -> Callable[..., str]:
    """Give a function that opens the link of an invitation, signed in as whom."""

    def open_link(email: str, signed_in_as: PersonView | None) -> str:
        browser = app.test_client()
        if signed_in_as is not None:
            form = {"email": signed_in_as.email, "password": PASSWORD}
            browser.post("/sign-in", data=form)
        link = f"/join/{invited(posting, acme, email)}"
        return browser.get(link, follow_redirects=True).text

    return open_link


def test_a_known_person_is_asked_to_sign_in_and_not_for_a_new_password(
    browse: Callable[..., str], known: PersonView
) -> None:
    page = browse(known.email, None)

    assert "/sign-in?next=/join" in page
    assert "new-password" not in page


def test_whoever_is_signed_in_with_another_address_is_told_so(
    browse: Callable[..., str], known: PersonView
) -> None:
    page = browse(NEW, known)

    assert f"You are signed in as {known.email}" in page
    assert f"for {NEW}" in page


def test_a_known_person_accepts_signed_in_and_keeps_their_key_over_the_sign_in(
    app: Flask, posting: sessionmaker[Session], acme: OrganisationView, known: PersonView
) -> None:
    browser = app.test_client()
    browser.get(f"/join/{invited(posting, acme, known.email)}")

    form = {"email": known.email, "password": PASSWORD, "next": "/join"}
    page = browser.post("/sign-in", data=form, follow_redirects=True)
    browser.post("/join/accept")

    assert "Accept as Berta" in page.text
    assert names_of(posting, acme)[known.email] == "designer"


def test_nobody_accepts_for_another(
    app: Flask, posting: sessionmaker[Session], acme: OrganisationView, known: PersonView
) -> None:
    browser = app.test_client()
    browser.post("/sign-in", data={"email": known.email, "password": PASSWORD})
    browser.get(f"/join/{invited(posting, acme)}")

    assert browser.post("/join/accept").status_code == 403
    assert names_of(posting, acme) == {}


def test_without_a_mail_server_the_link_is_shown_once_and_proves_no_address(
    app: Flask, sessions: sessionmaker[Session], signed_in: SignedIn, acme: OrganisationView
) -> None:
    admin, browser = signed_in(), app.test_client()
    asked = admin.get(invite_at(acme)).text
    shown = admin.post(invite_at(acme), data={"email": NEW, "role": "viewer"}).text
    link = shown.partition("<code>http://localhost")[2].partition("</code>")[0]

    browser.get(link)
    browser.post("/join", data=FORM)

    assert "No mail is sent from here yet" in asked
    assert link not in admin.get(invite_at(acme)).text
    assert names_of(sessions, acme)[NEW] == "viewer"
    assert person(sessions, NEW).email_verified_at is None


def test_many_are_invited_or_none_and_each_wrong_line_is_named(
    signed_in: SignedIn, letters: Letters, acme: OrganisationView
) -> None:
    admin, at = signed_in(), f"{invite_at(acme)}/many"
    wrong = "email,role\na@example.com\nnobody\nb@example.com,emperor\na@example.com"

    refused = admin.post(at, data={"text": wrong, "role": "viewer"})
    nobody = letters.send()
    form = {"text": "a@example.com\nBert <b@example.com>,designer", "role": "viewer"}
    admin.post(at, data=form)

    assert refused.status_code == 422
    assert [number for number in range(1, 6) if f"Line {number}," in refused.text] == [3, 4, 5]
    assert nobody == 0
    assert letters.send() == 2


def test_an_address_that_is_invited_or_a_member_is_not_invited_twice(
    signed_in: SignedIn, posting: sessionmaker[Session], acme: OrganisationView
) -> None:
    admin = signed_in()
    invited(posting, acme)
    (member,) = names_of(posting, acme)

    again = admin.post(invite_at(acme), data={"email": NEW, "role": "viewer"})
    inside = admin.post(invite_at(acme), data={"email": member, "role": "viewer"})

    assert (again.status_code, inside.status_code) == (409, 409)
    assert "send the invitation again" in again.text
    assert "is a member already" in inside.text
