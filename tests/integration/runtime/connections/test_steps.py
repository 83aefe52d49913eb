"""A workflow's step that calls with a connection: chosen in the designer, used by its run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.acting import Acting
from kernel.errors import ForbiddenError
from runtime.flow_control.publishing import require_use
from tenancy.access import facts_of
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.connections import make_connection
from tests.factories.flows import flow_document, make_flow, step
from tests.integration.conftest import SignedIn
from tests.integration.runtime.connections.conftest import Calling, port_of
from tests.integration.runtime.connections.test_tokens import make_client
from tests.integration.runtime.engine.bench import Bench
from tests.support.oauth import OAuthServer

CALL = step("http-request", config={"url": "https://x.example"}, connections={"api": "Tickets"})


def test_a_run_calls_with_the_connection_and_records_nothing_of_it(
    bench: Bench, calling: Calling, oauth: OAuthServer
) -> None:
    make_client(calling, oauth)
    config = {"method": "GET", "url": f"{oauth.url}/api"}
    call = step("http-request", config=config, connections={"api": "Tickets"})
    flow_id = bench.publish({"call": call}, ["hand > call", "rule > call"])

    run_id = bench.run(flow_id)

    steps = bench.steps(run_id)
    assert [(one.port, one.output) for one in steps] == [
        ("done", {"status": 200, "body": {"said": "hello"}})
    ]
    told = str(steps) + str(bench.view(run_id))
    assert not [token for token in oauth.counts if token in told]


def test_a_run_says_where_a_connection_does_not_go(
    bench: Bench, calling: Calling, oauth: OAuthServer
) -> None:
    calling.make(hosts=("tickets.example.com",))
    config = {"method": "GET", "url": f"{oauth.url}/api"}
    call = step("http-request", config=config, connections={"api": "Tickets"})
    flow_id = bench.publish({"call": call}, ["hand > call", "rule > call"])

    run_id = bench.run(flow_id)

    error = bench.steps(run_id)[0].error
    assert error is not None
    assert error["code"] == "connections.wrong_host"
    assert "127.0.0.1" in error["message"]
    assert port_of(oauth.url) not in str(oauth.called)


def test_the_inspector_offers_the_connections_that_fit(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_connection(session, acme.id, name="Ticket key")
        values = {"version": "2c", "community": "public"}
        make_connection(session, acme.id, "snmp_v3", values, name="Agents")

    page = signed_in("designer").post(
        f"/t/{acme.slug}/workflows/inspector", data={"node": "call", "value": json.dumps(CALL)}
    )

    assert '<option value="Ticket key">' in page.text
    assert "Agents" not in page.text
    assert "there is no connection Tickets" in page.text


def test_what_is_chosen_in_the_inspector_is_the_steps_connection(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    browser, address = signed_in("designer"), f"/t/{acme.slug}/workflows/inspector"
    form = {"node": "call", "value": json.dumps(CALL), "filled": "1"}

    chosen = browser.post(address, data={**form, "/connections/api": "Others"}).text
    emptied = browser.post(address, data={**form, "/connections/api": ""}).text

    assert '"connections": {"api": "Others"}' in chosen
    assert '"connections"' not in emptied


def test_who_may_not_use_connections_publishes_no_workflow_with_one(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    admin = facts_of(acme, role="admin", person_id=None, name="Ann")
    other: Acting = replace(admin, permissions=admin.permissions - {"connections.use"})
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = flow_document({"call": CALL}, ["hand > call"])
        flow = make_flow(session, acme.id, document, publish=False)

        require_use(session, acme.id, flow.id, who=admin)
        with pytest.raises(ForbiddenError, match="uses Tickets"):
            require_use(session, acme.id, flow.id, who=other)
