"""Decision tables of workflows that travel as files: by their names, never by an id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.layout import laid_out
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import client_of
from tests.integration.designer.test_exchange import API, said

Elsewhere = tuple[OrganisationView, FlaskClient]
MakeTable = Callable[[UUID], UUID]


@pytest.fixture
def client_of_acme(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> FlaskClient:
    return client_of(app, sessions, acme, "designer")


@pytest.fixture
def elsewhere(app: Flask, sessions: sessionmaker[Session]) -> Elsewhere:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    return other, client_of(app, sessions, other, "designer")


@pytest.fixture
def make_table(sessions: sessionmaker[Session]) -> MakeTable:
    def make_table(tenant_id: UUID) -> UUID:
        with sessions.begin() as session, as_tenant(session, tenant_id):
            made = create_rule(session, tenant_id, document=make_table_document(), by="t", now=NOON)
            publish_rule(session, tenant_id, made.id, mode=Mode.LIVE, by="t", now=NOON)
            return made.id

    return make_table


@pytest.mark.parametrize(
    "called", [pytest.param("old-id", id="by id, as once"), pytest.param("Triage", id="by name")]
)
def test_a_decision_table_of_the_same_name_is_taken(
    client_of_acme: FlaskClient, acme: OrganisationView, make_table: MakeTable, called: str
) -> None:
    table = make_table(acme.id)
    decide = flow_document({"d": step("decide", config={"table": called})}, [], name="Decide")
    sent: dict[str, Any] = {"garland": "workflows", "format": 1, "workflows": {"decide": decide}}
    sent["needs"] = {"decision_tables": {"old-id": "Triage"}}

    made = said(client_of_acme.post(f"{API}/import", json=sent))["items"][0]

    found = said(client_of_acme.get(f"{API}/{made['id']}/draft"))
    assert found["steps"]["d"]["config"]["table"] == str(table)


@pytest.mark.parametrize("form", ["json", "bpmn"])
@pytest.mark.parametrize("is_there", [True, False], ids=["with the table", "without the table"])
def test_no_id_of_a_decision_table_is_in_a_file_and_it_travels_by_its_name(  # noqa: PLR0913
    client_of_acme: FlaskClient,
    acme: OrganisationView,
    elsewhere: Elsewhere,
    make_table: MakeTable,
    sessions: sessionmaker[Session],
    form: str,
    *,
    is_there: bool,
) -> None:
    config = {"table": str(make_table(acme.id))}
    undo = {"block": "garland.decide", "version": "1.0.0", "config": config}
    document = laid_out(flow_document({"d": step("decide", config=config, undo=undo)}, []))
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, document, publish=False)
    other, theirs = elsewhere
    table = make_table(other.id) if is_there else None

    sent = client_of_acme.get(f"{API}/{flow.id}/export.{form}").data
    made = theirs.post(f"{API}/import", data=sent)

    here = said(made)["items"][0]["id"]
    draft = said(theirs.get(f"{API}/{here}/draft"))["steps"]["d"]
    assert config["table"].encode() not in sent
    assert theirs.get(f"{API}/{here}/export.{form}").data == sent
    wanted = str(table) if is_there else "Triage"
    assert (draft["config"]["table"], draft["undo"]["config"]["table"]) == (wanted, wanted)
