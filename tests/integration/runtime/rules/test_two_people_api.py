"""Where an organisation asks for two people, whoever made a token answers for what it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.rules.store import list_rules
from tenancy.organisations import OrganisationView
from tenancy.policies import set_two_people
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.rules import make_rule_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, PASSWORD, make_member
from tests.integration.runtime.rules.test_api import RULES

Programs = Callable[[], FlaskClient]
DOCUMENTS = [
    pytest.param(make_rule_document(), id="a rule"),
    pytest.param(make_table_document(), id="a decision table"),
]


@pytest.fixture
def program(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> Programs:
    """Give a function that makes a person's program; Acme asks for two people."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        set_two_people(session, acme.id, needed=True, by="Ann", now=NOON)

    def program() -> FlaskClient:
        with sessions.begin() as session, as_tenant(session, acme.id):
            by = make_member(session, acme, "designer").id
            secret = create_token(
                session, acme.id, name="ci", role="designer", now=utc_now(), by=by
            )
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client

    return program


def made(client: FlaskClient, document: dict[str, Any]) -> str:
    answer = client.post(RULES, json=document)
    assert answer.json is not None
    return f"{RULES}/{answer.json['id']}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_who_made_a_draft_over_rest_does_not_put_it_live(
    program: Programs, document: dict[str, Any]
) -> None:
    anna = program()
    rule = made(anna, document)

    answer = anna.post(f"{rule}/publish", json={"mode": "live"})

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "tenancy.second_person"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_colleague_puts_it_live_over_rest(program: Programs, document: dict[str, Any]) -> None:
    rule = made(program(), document)

    answer = program().post(f"{rule}/publish", json={"mode": "live"})

    assert answer.status_code == 200


def test_nobody_who_had_a_hand_in_it_puts_it_live(program: Programs) -> None:
    anna, berta, carla = program(), program(), program()
    rule = made(anna, make_rule_document())
    tag = anna.get(rule).headers["ETag"]
    berta.put(rule, json=make_rule_document(name="Other"), headers={"If-Match": tag})

    answers = [one.post(f"{rule}/publish").status_code for one in (berta, anna, carla)]

    assert answers == [409, 409, 200]


def test_who_took_a_version_back_over_rest_answers_for_it(program: Programs) -> None:
    anna, berta = program(), program()
    rule = made(anna, make_rule_document())
    berta.post(f"{rule}/publish")
    tag = berta.get(rule).headers["ETag"]
    tag = berta.put(rule, json=make_rule_document(name="Other"), headers={"If-Match": tag}).headers[
        "ETag"
    ]
    anna.post(f"{rule}/publish")
    berta.post(f"{rule}/versions/1/restore", headers={"If-Match": tag})

    answers = [one.post(f"{rule}/publish").status_code for one in (berta, anna)]

    assert answers == [409, 200]


def test_who_changed_it_over_rest_does_not_put_it_live_on_the_page(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView, program: Programs
) -> None:
    program()
    with sessions.begin() as session, as_tenant(session, acme.id):
        person = make_member(session, acme, "designer")
        secret = create_token(
            session, acme.id, name="ci", role="designer", now=utc_now(), by=person.id
        )
    client, browser = app.test_client(), app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    rule = made(client, make_rule_document()).rpartition("/")[2]
    browser.post("/sign-in", data={"email": person.email, "password": PASSWORD})

    answer = browser.post(f"/t/{acme.slug}/rules/{rule}/live")

    assert answer.status_code == 422
    with sessions() as session, as_tenant(session, acme.id):
        assert [one.mode.value for one in list_rules(session, acme.id)] == ["draft"]
