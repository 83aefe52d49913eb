"""Organisations over REST: listed, added once, changed with what was read, brought to states."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView, get_organisation
from tests.factories.tenancy import make_csp
from tests.integration.conftest import client_of

Sessions = sessionmaker[Session]
AT = "/api/v1/organisations"


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    with sessions() as session:
        return get_organisation(session, acme.parent_id or acme.id)


@pytest.fixture
def program(app: Flask, sessions: Sessions, csp: OrganisationView) -> FlaskClient:
    return client_of(app, sessions, csp, "admin")


def test_lists_its_own_and_those_it_looks_after(
    app: Flask, sessions: Sessions, program: FlaskClient, acme: OrganisationView
) -> None:
    inside = client_of(app, sessions, acme, "admin")

    names = [
        [one["name"] for one in each.get(AT).get_json()["items"]] for each in (program, inside)
    ]
    filtered = program.get(f"{AT}?q=acm&state=active").get_json()["items"]

    assert names == [["CSP", "Acme"], ["Acme"]]
    assert [one["name"] for one in filtered] == ["Acme"]


def test_adds_once_under_a_key(program: FlaskClient) -> None:
    said = {"name": "Harbour", "kind": "reseller", "trial_days": 14}

    answers = [program.post(AT, json=said, headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert (answers[0].get_json()["state"], answers[0].get_json()["kind"]) == ("trial", "reseller")
    assert len(program.get(f"{AT}?q=harbour").get_json()["items"]) == 1


def test_changes_what_nobody_changed_meanwhile(
    program: FlaskClient, acme: OrganisationView
) -> None:
    tag = {"If-Match": program.get(f"{AT}/{acme.id}").headers["ETag"]}

    answers = [
        program.patch(f"{AT}/{acme.id}", json={"name": name}, headers=tag) for name in ("A", "B")
    ]

    assert [one.status_code for one in answers] == [200, 412]


def test_a_transition_is_told_in_the_history(program: FlaskClient, acme: OrganisationView) -> None:
    wish = {"to": "suspended", "reason": "unpaid"}

    answers = [program.post(f"{AT}/{acme.id}/transition", json=wish) for _ in range(2)]
    told = program.get(f"{AT}/{acme.id}/history").get_json()["items"]

    assert [one.status_code for one in answers] == [200, 409]
    assert [(one["before"], one["after"], one["reason"]) for one in told] == [
        ("active", "suspended", "unpaid")
    ]


def test_another_csp_finds_nothing(app: Flask, sessions: Sessions, acme: OrganisationView) -> None:
    with sessions.begin() as session:
        other = make_csp(session)
    stranger = client_of(app, sessions, other, "admin")

    answers = [
        stranger.get(f"{AT}/{acme.id}"),
        stranger.patch(f"{AT}/{acme.id}", json={"name": "Mine"}),
        stranger.post(f"{AT}/{acme.id}/transition", json={"to": "suspended", "reason": "x"}),
        stranger.post(AT, json={"name": "Under it", "parent_id": str(acme.id)}),
    ]

    assert [one.status_code for one in answers] == [404] * 4
