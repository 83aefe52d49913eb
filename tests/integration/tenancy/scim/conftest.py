"""A directory that is connected to Acme, and whom it sends."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tenancy.people import PersonView
from tests.factories.tenancy import make_member
from tests.integration.conftest import client_of

AT = "/scim/v2"
NEW = "nina@example.com"


@pytest.fixture
def admin(sessions: sessionmaker[Session], acme: OrganisationView) -> PersonView:
    """The one admin of Acme, who was there before the directory."""
    with sessions.begin() as session:
        return make_member(session, acme, "admin", "Ada")


@pytest.fixture
def directory(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView, admin: PersonView
) -> FlaskClient:
    assert admin.name == "Ada"
    return client_of(app, sessions, acme, "directory")


def user(name: str = NEW, **more: Any) -> dict[str, Any]:
    """Write a user as Entra ID sends one."""
    return {
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "externalId": "e-7",
        "userName": name,
        "active": True,
        "displayName": "Nina Berg",
        "emails": [{"primary": True, "type": "work", "value": name}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Nina Berg", "familyName": "Berg", "givenName": "Nina"},
        **more,
    }


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    """Write a patch."""
    named = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    return {"schemas": [named], "Operations": list(operations)}


def found(client: FlaskClient, text: str, kind: str = "Users") -> list[dict[str, Any]]:
    """Give what a filter finds."""
    answer = client.get(f"{AT}/{kind}", query_string={"filter": text})
    assert answer.status_code == 200, answer.text
    resources: list[dict[str, Any]] = answer.get_json()["Resources"]
    return resources
