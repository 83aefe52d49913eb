"""An organisation with a provider that a test speaks for, and a browser that goes through it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from tenancy.identity.asking import PARTS, Asker
from tenancy.identity.model import Provider
from tenancy.members import add_member
from tenancy.organisations import OrganisationView
from tenancy.people import PersonView, create_person
from tenancy.scope import as_tenant
from tests.factories.identity import PretendedProvider, make_provider
from tests.factories.tenancy import NOON, PASSWORD


@pytest.fixture
def pretended(app: Flask) -> PretendedProvider:
    """The provider that the application asks, whichever address it asks."""
    found = PretendedProvider()
    app.extensions[PARTS] = Asker(found, allow_plain=True)
    return found


@pytest.fixture
def set_up(app: Flask, sessions: sessionmaker[Session]) -> Callable[..., Provider]:
    """Give a function that sets a provider of an organisation up, as `make_provider` does."""
    vault = app.extensions["garland.services"].vault

    def make(organisation: OrganisationView, **wanted: Any) -> Provider:
        with sessions.begin() as session, as_tenant(session, organisation.id):
            return make_provider(session, organisation.id, vault, **wanted)

    return make


@dataclass(slots=True)
class Browser:
    """A browser that goes to the pretended provider and comes back."""

    client: FlaskClient
    pretended: PretendedProvider
    asked: dict[str, str] = field(default_factory=dict)

    def go(self, provider: Provider, wanted: str = "") -> TestResponse:
        """Go to the provider; what was asked is kept in `asked`."""
        answer = self.client.get(f"/sign-in/with/{provider.id}", query_string={"next": wanted})
        query = parse_qs(urlsplit(answer.location or "").query)
        self.asked = {name: values[0] for name, values in query.items()}
        self.pretended.nonce = self.asked.get("nonce", "")
        return answer

    def come_back(self, provider: Provider | UUID, **changed: str) -> TestResponse:
        """Come back with a code, and with what a test changes of the answer."""
        provider_id = provider if isinstance(provider, UUID) else provider.id
        answer = {"code": "c", "state": self.asked["state"], **changed}
        return self.client.get(f"/sign-in/answer/{provider_id}", query_string=answer)

    def sign_in(self, provider: Provider, wanted: str = "", **says: Any) -> TestResponse:
        """Go and come back, of whom the provider says this."""
        self.pretended.says = says
        self.go(provider, wanted)
        return self.come_back(provider)


@pytest.fixture
def browser(app: Flask, pretended: PretendedProvider) -> Browser:
    return Browser(client=app.test_client(), pretended=pretended)


@pytest.fixture
def make_person(sessions: sessionmaker[Session]) -> Callable[..., PersonView]:
    """Give a function that makes a person with an address, a member where said."""

    def make(email: str, organisation: OrganisationView | None = None) -> PersonView:
        with sessions.begin() as session:
            facts = {"email": email, "name": "Bea", "password": PASSWORD}
            person = create_person(session, now=NOON, **facts)
            if organisation is not None:
                add_member(session, organisation.id, person.id, "viewer", now=NOON)
            return person

    return make
