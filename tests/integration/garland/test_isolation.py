"""Every address of every page and API keeps a stranger out, and does not say what is there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import IntegerConverter, Rule

from kernel.clock import utc_now
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn

OPEN_TO_ALL = {
    "static",
    "home.index",
    "operations.healthz",
    "operations.readyz",
    "operations.metrics",  # for this machine alone, or with a token of its own: test_metrics.py
    # On the way to an identity provider and back: what is not there is answered alike.
    "identity.ask_organisation",
    "identity.ask_password",
    "identity.confirm",
    "identity.find_organisation",
    "identity.go",
    "identity.show_needed",
    "identity.take_answer",
    "identity_after.leave_there",
    "identity_after.show_left",
    "sign_ins.ask_code",  # shows nothing until a password was right
    "sign_ins.ask_passkey",
    "sign_ins.check_code",
    "sign_ins.check_passkey",
    "sign_ins.sign_in",
    "sign_ins.check_sign_in",
    "sign_ins.sign_out",
    "brand.picture",  # before anybody signs in, by its digest
    "brand.preview_style",
    "brand.style",
    "hooks.shake_hands",
    "hooks.deliver",  # its key is the credential; an unknown one is 404
    "reference.contract",
    "reference.document",
    "reference.list_schemas",
    "reference.page",
    "reference.schema",
    # Behind a key that is mailed, or to get one: what is not there is answered alike.
    "addresses.ask_new_password",
    "addresses.choose_password",
    "addresses.show_forgotten",
    "addresses.show_new_password",
    "addresses.take_address_key",
    "addresses.take_password_key",
    "joining.accept_as_new",
    "joining.leave",
    "joining.show_offer",
    "joining.take_key",
    "sign_ups.ask",
    "sign_ups.finish",
    "sign_ups.show_form",
    "sign_ups.show_last_step",
    "sign_ups.take_key",
    "intake_api.send_to_source",  # its key is the credential; an unknown one is 404
}


def address_of(rule: Rule, tenant: str, address: str = "") -> str:
    """Fill an address, or what is left of it to fill, with a tenant and ids that are nobody's."""
    parts = {name: str(uuid4()) for name in rule.arguments}
    parts["tenant"] = tenant
    for name, converter in rule._converters.items():  # noqa: SLF001  no public way to ask
        choices = getattr(converter, "items", None)
        if choices:
            parts[name] = min(choices)
        elif isinstance(converter, IntegerConverter):
            parts[name] = "1"
    address = address or rule.rule
    for name, value in parts.items():
        start = address.find(f"{name}>")
        if start >= 0:
            begin = address.rfind("<", 0, start)
            address = address[:begin] + value + address[start + len(name) + 1 :]
    return address


def guarded_rules(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN_TO_ALL
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_a_member_of_another_organisation_finds_nothing_anywhere(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView, signed_in: SignedIn
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    stranger = signed_in("admin", other)

    answers = {
        (method, rule.rule): stranger.open(
            address_of(rule, acme.slug), method=method, json={}
        ).status_code
        for rule, method in guarded_rules(app)
        if "tenant" in rule.arguments
    }

    assert len(answers) > 20
    assert set(answers.values()) == {404}, answers


def test_nobody_gets_anything_without_a_credential(app: Flask, acme: OrganisationView) -> None:
    client = app.test_client()

    answers = {}
    for rule, method in guarded_rules(app):
        answer = client.open(address_of(rule, acme.slug), method=method, json={})
        to_sign_in = answer.status_code == 303 and "/sign-in" in answer.location
        answers[method, rule.rule] = 401 if to_sign_in else answer.status_code

    assert set(answers.values()) == {401}, answers


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer gat_unknown", "Basic YTpi"])
def test_a_bad_token_is_refused_with_how_to_send_one(app: Flask, header: str) -> None:
    answer = app.test_client().get("/api/v1/alarms", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_of_another_organisation_finds_no_run_or_alarm(
    app: Flask, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
        with as_tenant(session, other.id):
            secret = create_token(session, other.id, name="t", role="admin", now=utc_now())
    headers = {"Authorization": f"Bearer {secret}"}

    for kind in ("alarms", "runs", "flows"):
        answer = app.test_client().get(f"/api/v1/{kind}/{uuid4()}", headers=headers)
        assert answer.status_code == 404


def test_every_answer_carries_the_security_headers(app: Flask) -> None:
    answer = app.test_client().get("/sign-in")

    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
