"""Members of Acme and their programs, and a policy that asks for a second person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from tenancy.organisations import OrganisationView
from tenancy.policies import change_policy
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.flows import chain_document, flow_document, step
from tests.factories.tenancy import NOON, make_member

FLOWS, RULES, REQUESTS = "/api/v1/flows", "/api/v1/rules", "/api/v1/publish-requests"
Decide = Callable[..., None]
Programs = Callable[..., "Program"]


@dataclass(frozen=True)
class Program:
    """What one member's token may do."""

    client: FlaskClient
    email: str

    def post(self, address: str, **body: Any) -> Any:
        """Send JSON, and give the answer."""
        return self.client.post(address, json=body)

    def make_flow(self, document: dict[str, Any] | None = None) -> str:
        """Make a workflow with a draft, and give its address."""
        document = document or chain_document(2)
        made = self.post(FLOWS, name=document["name"], document=document)
        return f"{FLOWS}/{made.json['id']}"

    def redraw(self, flow: str, document: dict[str, Any]) -> None:
        """Replace a workflow's draft."""
        tag = self.client.get(f"{flow}/draft").headers["ETag"]
        done = self.client.put(f"{flow}/draft", json=document, headers={"If-Match": tag})
        assert done.status_code == 200

    def ask(self, subject: str, **said: Any) -> str:
        """Ask to publish it, and give the request's address."""
        asked = self.post(f"{subject}/publish-requests", **said)
        assert asked.status_code == 201, asked.text
        return f"{REQUESTS}/{asked.json['id']}"

    def live_number(self, flow: str) -> int | None:
        """Give the number of a workflow's live version."""
        answer = self.client.get(flow).json
        assert answer is not None
        number: int | None = answer["live_number"]
        return number


def mailing_document() -> dict[str, Any]:
    """Make a workflow that sends a mail."""
    mail = step("send-email", config={"to": ["a@example.com"], "subject": "S", "body": "B"})
    return flow_document({"mail": mail}, ["hand > mail"], name="Mails")


@pytest.fixture
def decide(sessions: sessionmaker[Session], acme: OrganisationView) -> Decide:
    """Give a function that decides parts of Acme's policy."""

    def decide(**parts: Any) -> None:
        with sessions.begin() as session, as_tenant(session, acme.id):
            change_policy(session, acme.id, parts, by="Ann", now=NOON)

    return decide


@pytest.fixture
def program(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> Programs:
    """Give a function that makes a new member's program."""

    def program(role: str = "designer") -> Program:
        with sessions.begin() as session, as_tenant(session, acme.id):
            by = make_member(session, acme, role)
            secret = create_token(session, acme.id, name="ci", role=role, now=utc_now(), by=by.id)
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return Program(client, by.email)

    return program
