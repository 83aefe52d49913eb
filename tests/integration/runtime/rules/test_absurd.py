"""Absurd and malicious rules over REST and in the form: refused with a word, nothing is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.rules._tables import RuleRow
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tenancy.tokens import create_token
from tests.factories.rules import make_count_pattern, make_leaf, make_rule_document
from tests.factories.tables import make_table_document
from tests.integration.conftest import SignedIn
from tests.integration.designer.test_rules import FORM

RULES = "/api/v1/rules"
YEAR_S = 365 * 86_400
LEAF = make_leaf("text", "is", "x")
ALARM = {"managed_object": "link", "perceived_severity": "major"}
BOMB = "((a{1,99}){1,99}){1,99}"


def nested(depth: int) -> str:
    return '{"any":[' * depth + json.dumps(LEAF) + "]}" * depth


ABSURD: dict[str, tuple[dict[str, Any], str, str]] = {
    "10,000 conditions": ({"when": {"any": [LEAF] * 10_000}}, "/when/any", "60"),
    "200 deep": ({"when": json.loads(nested(200))}, "/when", "flatten"),
    "a window of a year": (
        {"pattern": make_count_pattern(2, YEAR_S)},
        "/pattern/within_s",
        "86400",
    ),
    "a million alarms": ({"pattern": make_count_pattern(10**6, 60)}, "/pattern/at_least", "1000"),
    "a pause of a year": ({"cooldown_s": YEAR_S}, "/cooldown_s", "604800"),
    "a pattern of gigabytes": (
        {"when": make_leaf("text", "matches", BOMB)},
        "/when/value",
        "not a pattern",
    ),
    "a look-ahead": ({"when": make_leaf("text", "matches", "(?=x)")}, "/when/value", "look-around"),
    "a list of 10,000": ({"when": make_leaf("text", "in", ["x"] * 10_000)}, "/when/value", "24"),
    "a value of a megabyte": (
        {"when": make_leaf("text", "matches", "x" * 10**6)},
        "/when/value",
        "200",
    ),
    "groups of 1,000 fields": (
        {"pattern": make_count_pattern(2, 60, *(f"attributes.a{i}" for i in range(1_000)))},
        "/pattern/group_by",
        "4",
    ),
    "1,000 actions": ({"then": [{"do": "acknowledge"}] * 1_000}, "/then", "10"),
}


@pytest.fixture
def program(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> FlaskClient:
    with sessions.begin() as session, as_tenant(session, acme.id):
        secret = create_token(session, acme.id, name="t", role="designer", now=utc_now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def kept(sessions: sessionmaker[Session]) -> int:
    with sessions() as session, system(session):
        return session.scalar(select(func.count(RuleRow.id))) or 0


@pytest.mark.parametrize("name", ABSURD)
def test_it_is_refused_at_its_field_and_nothing_is_kept(
    program: FlaskClient, sessions: sessionmaker[Session], name: str
) -> None:
    changes, pointer, word = ABSURD[name]
    rule, began = make_rule_document(**changes), time.monotonic()

    answers = [
        program.post(RULES, json=rule),
        program.post(f"{RULES}/simulate", json={"rule": rule, "alarms": [ALARM]}),
    ]

    assert [one.status_code for one in answers] == [422, 422]
    for answer in answers:
        assert answer.json is not None
        problems = {one["pointer"]: one["message"] for one in answer.json["errors"]}
        (said,) = [problems[at] for at in problems if at.endswith(pointer)]
        assert word in said
    assert kept(sessions) == 0
    assert time.monotonic() - began < 20.0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("[" * 200_000, id="brackets alone"),
        pytest.param(
            json.dumps(make_rule_document(when=0)).replace("0", nested(20_000)), id="conditions"
        ),
    ],
)
def test_a_body_that_is_too_deep_to_read_is_refused(program: FlaskClient, body: str) -> None:
    answer = program.post(RULES, data=body, content_type="application/json")

    assert answer.status_code in (400, 422)
    assert answer.json is not None
    assert answer.json["detail"]


def test_a_table_of_10_000_rows_is_refused_at_them(program: FlaskClient) -> None:
    rows = make_table_document()["rows"] * 5_000

    answer = program.post(RULES, json=make_table_document(rows=rows))

    assert answer.status_code == 422
    assert answer.json is not None
    assert [(one["pointer"], "300" in one["message"]) for one in answer.json["errors"]] == [
        ("/rows", True)
    ]


def conditions(number: int) -> Mapping[str, Any]:
    return {
        f"/when/members/{index}/{part}": value
        for index in range(number)
        for part, value in (("field", "text"), ("op", "is"), ("value", "x"))
    }


COUNT = {"/kind": "count", "/at_least": "2", "/within/amount": "5", "/within/unit": "60"}
PATTERN = {"/when/members/0/op": "matches"}
TYPED: dict[str, tuple[Mapping[str, Any], str, str]] = {
    "100 conditions": (conditions(100), "/when/gate", "60"),
    "a window of a year": (
        COUNT | {"/within/amount": "8760", "/within/unit": "3600"},
        "/within",
        "at most",
    ),
    "a million alarms": (COUNT | {"/at_least": "1000000"}, "/at_least", "at most"),
    "a number of a million digits": (COUNT | {"/at_least": "9" * 10**6}, "/at_least", "at_least"),
    "a pattern of gigabytes": (
        PATTERN | {"/when/members/0/value": BOMB},
        "/value",
        "not a pattern",
    ),
    "a look-ahead": (PATTERN | {"/when/members/0/value": "(?=x)"}, "/value", "look-around"),
    "a pause of a year": (
        {"/cooldown/amount": "8760", "/cooldown/unit": "3600"},
        "/cooldown",
        "at most",
    ),
}


@pytest.mark.parametrize("name", TYPED)
def test_it_is_refused_beside_the_field_of_the_form(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session], name: str
) -> None:
    typed, field, word = TYPED[name]

    answer = signed_in().post(f"/t/{acme.slug}/rules/new", data={**FORM, **typed, "_save": "1"})

    assert answer.status_code == 422
    assert f'{field}-error"' in answer.text or f'{field}/amount-error"' in answer.text
    assert word in answer.text
    assert kept(sessions) == 0


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({**FORM, **conditions(10_000), "_save": "1"}, id="the form"),
        pytest.param(
            {"document": json.dumps(make_rule_document(when={"any": [LEAF] * 10_000}))}, id="text"
        ),
    ],
)
def test_10_000_conditions_are_refused_in_the_designer(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session], data: Any
) -> None:
    answer = signed_in().post(f"/t/{acme.slug}/rules/new", data=data)

    assert answer.status_code in (413, 422)
    assert "60" in answer.text or "too large" in answer.text.lower()
    assert kept(sessions) == 0
