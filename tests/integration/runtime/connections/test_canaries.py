"""Secrets that were put in are nowhere to be read: no page, no answer, no log, no row, no file."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule

from kernel.clock import utc_now
from kernel.secrets import Vault
from tenancy.connections.model import Token
from tenancy.connections.opening import keep_token, open_by_id
from tenancy.connections.store import rotate_connection
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.connections import make_connection
from tests.factories.flows import flow_document, make_flow, step
from tests.integration.conftest import SignedIn, client_of
from tests.integration.garland.test_isolation import address_of
from tests.support.peers import Authority

CANARY = "canary7f3a"
OAUTH = {"client_id": "garland", "client_secret": CANARY, "token_url": "https://127.0.0.1/token"}
LEFT_OUT = {"live.stream", "static"}


@pytest.fixture
def planted(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> dict[str, UUID]:
    """Plant a canary in each secret of each kind, and in what was before and what was fetched."""
    vault: Vault = app.extensions["garland.services"].vault
    pair = Authority().issue("garland")
    kinds: dict[str, dict[str, Any]] = {
        "api_key": {"key": CANARY},
        "basic": {"user": "ann", "password": CANARY},
        "bearer": {"token": CANARY},
        "secret_url": {"url": f"https://127.0.0.1/hooks/{CANARY}"},
        "oauth2_client": OAUTH,
        "oauth2_code": {**OAUTH, "authorize_url": "https://127.0.0.1/authorize"},
        "mtls": {"certificate": pair.certificate, "key": pair.key},
        "snmp_v3": {"user": "u", "auth_secret": CANARY, "priv_secret": CANARY},
    }
    found, now = {}, utc_now()
    with sessions.begin() as session, as_tenant(session, acme.id):
        for kind, values in kinds.items():
            facts: Any = {"vault": vault, "name": kind, "now": now}
            found[kind] = make_connection(session, acme.id, kind, values, **facts).id
        where = (session, acme.id, found["api_key"])
        rotate_connection(*where, values={"key": CANARY + "2"}, vault=vault, by="Ann", now=now)
        opened = open_by_id(session, acme.id, found["oauth2_code"], vault=vault, now=now)
        assert opened is not None
        token = Token(access=CANARY, refresh=CANARY)
        keep_token(session, opened, token, vault=vault, now=now, by="Ann")
        call = step("http-request", config={"url": "https://x.y"}, connections={"api": "api_key"})
        found["flow"] = make_flow(
            session, acme.id, flow_document({"call": call}, ["hand > call"])
        ).id
    return found


def addresses_of(app: Flask, planted: dict[str, UUID], tenant: str) -> list[str]:
    """Give every address that can be read, of each connection and of the workflow that uses one."""
    found: list[str] = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and rule.endpoint not in LEFT_OUT:
            keys = list(planted.values()) if "connection_id" in rule.arguments else [uuid4()]
            found += [_filled(rule, tenant, planted["flow"], key) for key in keys]
    return found


def _filled(rule: Rule, tenant: str, flow_id: UUID, connection_id: UUID) -> str:
    """Fill an address; only what is named here is somebody's."""
    mine = {"flow_id": flow_id, "connection_id": connection_id}
    address = rule.rule
    for name, key in mine.items():
        address = address.replace(f"<uuid:{name}>", str(key))
    return address_of(rule, tenant, address)


def test_no_page_and_no_answer_shows_a_secret(
    app: Flask,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    planted: dict[str, UUID],
    signed_in: SignedIn,
) -> None:
    person, program = signed_in("admin"), client_of(app, sessions, acme, "admin")
    addresses = addresses_of(app, planted, acme.slug)

    shown = [
        address
        for address in addresses
        if CANARY in (program if address.startswith("/api") else person).get(address).text
    ]

    assert len(addresses) > 100
    assert shown == []


def test_nothing_that_can_be_done_shows_a_secret_or_logs_it(
    app: Flask,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    planted: dict[str, UUID],
    signed_in: SignedIn,
    capfd: pytest.CaptureFixture[str],
) -> None:
    person, program = signed_in("admin"), client_of(app, sessions, acme, "admin")
    connections = [key for name, key in planted.items() if name != "flow"]

    answers = [
        client.post(f"{base}/{key}{verb}", data=sent, json=body).text
        for key in connections
        for client, base, sent, body in (
            (person, f"/t/{acme.slug}/connections", {"/values/key": CANARY, "/hosts": "*"}, None),
            (program, "/api/v1/connections", None, {"values": {"key": CANARY + "\n", "x": CANARY}}),
        )
        for verb in ("", "/test", "/rotate", "/undo-rotation", "/delete")
    ]

    said = capfd.readouterr()
    assert not [one for one in answers if CANARY in one]
    assert CANARY not in said.out + said.err


def test_no_row_holds_a_secret_to_be_read(
    sessions: sessionmaker[Session], planted: dict[str, UUID]
) -> None:
    with sessions() as session, system(session):
        rows = session.connection().execute(text("SELECT * FROM connection")).all()

    assert len(rows) == len(planted) - 1
    assert CANARY not in str(rows)
    assert "PRIVATE KEY" not in str(rows)


def test_a_workflow_carries_the_names_alone(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView, planted: dict[str, UUID]
) -> None:
    answer = client_of(app, sessions, acme, "admin").get(f"/api/v1/flows/{planted['flow']}/draft")

    assert '"api": "api_key"' in answer.text.replace('":"', '": "')
    assert CANARY not in answer.text
