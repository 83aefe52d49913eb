"""Attacks on the way through a provider: each is refused, and nobody is signed in by it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from kernel.clock import utc_now
from tenancy.identity.model import Provider
from tenancy.members import add_member
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView, find_by_email
from tenancy.sign_ins._tables import SignIn
from tests.factories.identity import (
    ISSUER,
    OTHER_KEY,
    PretendedProvider,
)
from tests.factories.tenancy import make_customer
from tests.integration.tenancy.identity.conftest import Browser

SetUp = Callable[..., Provider]
MakePerson = Callable[..., PersonView]
TOKEN = re.compile(r'"[\w.\-]{60,}"|X-CSRFToken[^}]*')
"""Of a form: it holds the second that it was made in."""
NORA: dict[str, Any] = {"email": "nora@acme.example", "email_verified": True}


@pytest.fixture
def provider(set_up: SetUp, acme: OrganisationView, make_person: MakePerson) -> Provider:
    make_person("nora@acme.example", acme)
    return set_up(acme)


@pytest.fixture
def count_sessions(sessions: sessionmaker[Session]) -> Callable[[], int]:
    def count() -> int:
        with sessions() as session:
            return session.scalar(select(func.count()).select_from(SignIn)) or 0

    return count


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = [json.dumps(one).encode() for one in ({**header, "alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts) + "."


def by_secret(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Sign by what the client's secret makes, or the public key's bytes: both are known."""
    return jwt.encode({**header, "alg": "HS256"}, claims, OctKey.import_key("s3cret" * 8))


def claim(name: str, value: Any) -> Callable[[PretendedProvider], None]:
    def attack(pretended: PretendedProvider) -> None:
        pretended.change = lambda claims: claims.__setitem__(name, value)

    return attack


def signing(sign: Callable[..., str]) -> Callable[[PretendedProvider], None]:
    def attack(pretended: PretendedProvider) -> None:
        pretended.sign = sign

    return attack


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        pytest.param(claim("nonce", "another"), "another sign-in", id="wrong nonce"),
        pytest.param(claim("nonce", None), "another sign-in", id="no nonce"),
        pytest.param(claim("aud", "another-client"), "another application", id="wrong audience"),
        pytest.param(
            claim("aud", ["the-product", "another"]), "another application", id="two audiences"
        ),
        pytest.param(claim("azp", "another"), "another application", id="another party"),
        pytest.param(claim("iss", "https://evil.example"), "another issuer", id="wrong issuer"),
        pytest.param(claim("exp", int(utc_now().timestamp()) - 3600), "ran out", id="expired"),
        pytest.param(claim("iat", int(utc_now().timestamp()) + 3600), "future", id="from future"),
        pytest.param(claim("at_hash", "AAAA"), "another access token", id="other access token"),
        pytest.param(claim("at_hash", ["AAAA"]), "not right", id="hash of another type"),
        pytest.param(signing(unsigned), "not safe", id="unsigned"),
        pytest.param(signing(by_secret), "not safe", id="signed by a secret"),
        pytest.param(
            signing(lambda header, claims: jwt.encode(header, claims, OTHER_KEY)),
            "signature",
            id="other key under the known id",
        ),
        pytest.param(signing(lambda _header, _claims: "a.b.c"), "cannot be read", id="no token"),
    ],
)
def test_a_spoilt_token_signs_nobody_in(
    browser: Browser,
    provider: Provider,
    count_sessions: Callable[[], int],
    attack: Callable[[PretendedProvider], None],
    said: str,
) -> None:
    attack(browser.pretended)

    answer = browser.sign_in(provider, **NORA)

    assert (answer.status_code, count_sessions()) == (422, 0)
    assert said in answer.text


def test_what_the_attacks_spoil_does_sign_in(
    browser: Browser, provider: Provider, acme: OrganisationView
) -> None:
    answer = browser.sign_in(provider, f"/t/{acme.slug}/members", **NORA)

    assert (answer.status_code, answer.location) == (303, f"/t/{acme.slug}/members")
    assert browser.client.get(f"/t/{acme.slug}/members").status_code == 200
    assert browser.asked["code_challenge_method"] == "S256"
    assert browser.pretended.last_form["code_verifier"]


def test_new_keys_are_asked_for_once(
    browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenancy.identity.asking.ANEW_EVERY_S", 0.0)
    browser.sign_in(provider, **NORA)
    browser.pretended.keys = [OTHER_KEY]
    browser.pretended.header = {"alg": "RS256", "kid": "two"}
    browser.pretended.sign = lambda header, claims: jwt.encode(header, claims, OTHER_KEY)
    before = browser.pretended.asked.count("/keys")

    assert browser.sign_in(provider, **NORA).status_code == 303
    assert browser.pretended.asked.count("/keys") == before + 1


def test_a_key_that_stays_unknown_is_refused(browser: Browser, provider: Provider) -> None:
    browser.pretended.header = {"alg": "RS256", "kid": "three"}

    answer = browser.sign_in(provider, **NORA)

    assert (answer.status_code, "not among its keys" in answer.text) == (422, True)


def refused(answer: TestResponse, words: str) -> bool:
    return answer.status_code == 422 and words in answer.text


def test_an_answer_counts_once(browser: Browser, provider: Provider) -> None:
    browser.pretended.says = NORA
    browser.go(provider)
    with browser.client.session_transaction() as kept:
        copy = dict(kept)
    assert browser.come_back(provider).status_code == 303

    assert refused(browser.come_back(provider), "was not asked for")
    with browser.client.session_transaction() as kept:
        kept.update(copy)  # the cookie of before, as somebody may have copied it
    assert refused(browser.come_back(provider), "used already")


def test_an_answer_belongs_to_the_browser_that_asked(
    app: Flask, browser: Browser, provider: Provider
) -> None:
    browser.pretended.says = NORA
    browser.go(provider)
    other = Browser(client=app.test_client(), pretended=browser.pretended, asked=browser.asked)

    assert refused(other.come_back(provider), "was not asked for")
    assert refused(browser.come_back(provider, state="guessed"), "was not asked for")


def test_an_answer_of_another_provider_is_not_taken(
    browser: Browser, provider: Provider, set_up: SetUp, acme: OrganisationView
) -> None:
    other = set_up(acme, name="Other", domain="")
    browser.pretended.says = NORA
    browser.go(provider)

    assert refused(browser.come_back(other), "not from the provider")
    browser.go(provider)
    assert refused(browser.come_back(provider, iss="https://evil.example"), "not from the provider")
    browser.go(provider)
    assert refused(browser.come_back(uuid4()), "not from the provider")


def test_a_provider_that_promises_its_name_has_to_give_it(
    browser: Browser, provider: Provider
) -> None:
    browser.pretended.metadata = {"authorization_response_iss_parameter_supported": True}
    browser.pretended.says = NORA

    browser.go(provider)
    assert refused(browser.come_back(provider), "not from the provider")
    browser.go(provider)
    assert browser.come_back(provider, iss=ISSUER).status_code == 303


def test_a_document_of_another_issuer_is_not_used(browser: Browser, provider: Provider) -> None:
    browser.pretended.issuer = "https://evil.example"

    assert refused(browser.go(provider), "calls itself")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil"])
def test_nobody_is_sent_elsewhere_afterwards(
    browser: Browser, provider: Provider, elsewhere: str
) -> None:
    assert browser.sign_in(provider, elsewhere, **NORA).location == "/"


def test_a_planted_session_is_not_the_one_signed_in(browser: Browser, provider: Provider) -> None:
    with browser.client.session_transaction() as kept:
        kept["planted"] = "by somebody"

    browser.sign_in(provider, **NORA)

    with browser.client.session_transaction() as kept:
        assert "planted" not in kept


def test_another_tenants_person_is_not_taken_over(
    browser: Browser,
    set_up: SetUp,
    make_person: MakePerson,
    acme: OrganisationView,
    sessions: sessionmaker[Session],
    count_sessions: Callable[[], int],
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    make_person("victim@other.example", other)
    evil = set_up(acme, makes_people=True, default_role="admin")
    claimed: dict[str, Any] = {"email": "victim@other.example", "email_verified": True}

    known = browser.sign_in(evil, **claimed)
    unknown = browser.sign_in(evil, **{**claimed, "email": "nobody@other.example"})

    assert (known.status_code, unknown.status_code, count_sessions()) == (403, 403, 0)
    pages = [TOKEN.sub("", one.text) for one in (known, unknown)]
    assert pages[0] == pages[1]


def test_what_one_provider_says_opens_its_organisation_alone(
    browser: Browser,
    provider: Provider,
    acme: OrganisationView,
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
        nora = find_by_email(session, "nora@acme.example")
        assert nora is not None
        add_member(session, other.id, nora.id, "admin", now=utc_now())

    browser.sign_in(provider, **NORA)

    pages = [browser.client.get(f"/t/{one.slug}/") for one in (acme, other)]
    assert [one.status_code for one in pages] == [200, 404]
    assert "Other" not in pages[0].text
    assert browser.client.get("/account").location.startswith("/sign-in")


def test_an_address_that_is_not_confirmed_leads_to_nobody(
    browser: Browser, provider: Provider
) -> None:
    answer = browser.sign_in(provider, email="nora@acme.example", email_verified=False)

    assert (answer.status_code, "is confirmed" in answer.text) == (403, True)
