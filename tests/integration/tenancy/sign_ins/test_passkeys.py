"""Passkeys: whom they sign in, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, InvalidError, NotFoundError
from tenancy._tables import Person
from tenancy.people import PersonView
from tenancy.sign_ins import passkeys
from tenancy.sign_ins.passkeys import Challenge, PasskeyView, Site
from tests.factories.tenancy import NOON, make_customer, make_member
from tests.fakes.authenticator import FakeAuthenticator

SITE = Site(host="localhost", origin="http://localhost", name="Garland")
SOON = NOON + timedelta(minutes=5)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def anna(session: Session) -> PersonView:
    return make_member(session, make_customer(session))


def challenge(word: bytes) -> Challenge:
    return Challenge(value=word * 8, until=SOON)


def register(
    session: Session, person: PersonView, device: FakeAuthenticator, word: bytes = b"made"
) -> PasskeyView:
    asked = challenge(word)
    answer = device.create(passkeys.registration_options(session, SITE, person, asked))
    return passkeys.register(session, SITE, person.id, asked, answer, name="Laptop", now=NOON)


def sign_in(
    session: Session, device: FakeAuthenticator, asked: Challenge | None = None
) -> PersonView:
    asked = asked or challenge(b"used")
    answer = device.get(passkeys.sign_in_options(SITE, asked))
    return passkeys.sign_in(session, SITE, asked, answer, now=NOON)


def test_signs_in_whose_it_is(session: Session, anna: PersonView) -> None:
    device = FakeAuthenticator()
    made = register(session, anna, device)

    assert sign_in(session, device) == anna

    [listed] = passkeys.list_passkeys(session, anna.id)
    assert listed == replace(made, last_used_at=NOON)


def test_asks_for_a_passkey_that_verifies_its_person(session: Session, anna: PersonView) -> None:
    made = passkeys.registration_options(session, SITE, anna, challenge(b"made"))
    asked = passkeys.sign_in_options(SITE, challenge(b"used"))

    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert asked["userVerification"] == "required"
    assert asked.get("allowCredentials", []) == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"origin": "https://evil.example"}, id="answered at another site"),
        pytest.param({"verifies": False}, id="nobody was verified"),
        pytest.param({"key": FakeAuthenticator().key}, id="signed by another key"),
        pytest.param({"credential": b"unknown"}, id="a passkey nobody registered"),
    ],
)
def test_refuses(session: Session, anna: PersonView, other: dict[str, Any]) -> None:
    device = FakeAuthenticator()
    register(session, anna, device)

    with pytest.raises(InvalidError, match="not accepted"):
        sign_in(session, replace(device, **other))


def test_refuses_an_answer_to_another_challenge(session: Session, anna: PersonView) -> None:
    device = FakeAuthenticator()
    register(session, anna, device)
    answer = device.get(passkeys.sign_in_options(SITE, challenge(b"used")))

    with pytest.raises(InvalidError):
        passkeys.sign_in(session, SITE, challenge(b"else"), answer, now=NOON)


def test_a_challenge_is_answered_once(session: Session, anna: PersonView) -> None:
    device = FakeAuthenticator()
    register(session, anna, device)
    sign_in(session, device)

    with pytest.raises(ConflictError):
        sign_in(session, device)


def test_a_challenge_is_answered_in_time(session: Session, anna: PersonView) -> None:
    device = FakeAuthenticator()
    register(session, anna, device)

    with pytest.raises(ConflictError, match="too long ago"):
        sign_in(session, device, Challenge(value=b"used" * 8, until=NOON))


def test_a_copied_passkey_shows_by_its_count(session: Session, anna: PersonView) -> None:
    device = FakeAuthenticator()
    register(session, anna, device)
    copy = replace(device)
    sign_in(session, device)

    with pytest.raises(InvalidError):
        sign_in(session, copy, challenge(b"copy"))


def test_a_person_who_left_is_signed_in_no_more(session: Session, anna: PersonView) -> None:
    device = FakeAuthenticator()
    register(session, anna, device)
    session.execute(update(Person).values(is_active=False))

    with pytest.raises(InvalidError):
        sign_in(session, device)


@pytest.mark.parametrize("answer", ["", "[]", "{", '{"id": 7}', '{"id": "x"}', "\x00"])
def test_refuses_what_is_no_answer(session: Session, anna: PersonView, answer: str) -> None:
    with pytest.raises(InvalidError):
        passkeys.sign_in(session, SITE, challenge(b"used"), answer, now=NOON)
    facts = (SITE, anna.id, challenge(b"made"), answer)
    with pytest.raises(InvalidError):
        passkeys.register(session, *facts, name="Laptop", now=NOON)


def test_one_passkey_belongs_to_one_person(session: Session, anna: PersonView) -> None:
    device = FakeAuthenticator()
    register(session, anna, device)
    other = make_member(session, make_customer(session))

    with pytest.raises(ConflictError):
        register(session, other, device, b"anew")


def test_its_person_alone_removes_it(session: Session, anna: PersonView) -> None:
    device = FakeAuthenticator()
    made = register(session, anna, device)
    other = make_member(session, make_customer(session))

    with pytest.raises(NotFoundError):
        passkeys.remove(session, other.id, made.id)
    passkeys.remove(session, anna.id, made.id)

    with pytest.raises(InvalidError):
        sign_in(session, device)
