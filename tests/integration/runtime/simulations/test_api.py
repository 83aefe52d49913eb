"""A rule tried over REST sees the organisation's own network and planned work."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from runtime.inventory.resources import save_resource
from runtime.maintenance.windows import plan_window
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.maintenance import window_document
from tests.factories.rules import make_leaf, make_rule_document
from tests.factories.tenancy import NOON, make_customer

ALARM = {
    "managed_object": "r1",
    "perceived_severity": "major",
    "raised_at": format_instant(NOON),
}


@pytest.fixture
def tenant(sessions: sessionmaker[Session]) -> OrganisationView:
    with sessions.begin() as session:
        return make_customer(session)


@pytest.fixture
def designer(app: Flask, sessions: sessionmaker[Session], tenant: OrganisationView) -> FlaskClient:
    with sessions.begin() as session, as_tenant(session, tenant.id):
        secret = create_token(session, tenant.id, name="t", role="designer", now=utc_now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def tried(designer: FlaskClient, field: str, value: Any) -> Any:
    rule = make_rule_document(when=make_leaf(field, "is", value))
    body = {"rule": rule, "alarms": [ALARM]}
    return designer.post("/api/v1/rules/simulate", json=body).json


def test_what_the_inventory_says_is_seen(
    designer: FlaskClient, sessions: sessionmaker[Session], tenant: OrganisationView
) -> None:
    said = {"key": "r1", "name": "r1", "kind": "node", "attributes": {"vendor": "Acme"}}
    with sessions.begin() as session, as_tenant(session, tenant.id):
        save_resource(session, tenant.id, said)

    done = tried(designer, "inventory.vendor", "Acme")

    assert done["steps"][0]["tested"]["when"]["seen"] == "Acme"
    assert len(done["firings"]) == 1


@pytest.mark.parametrize(
    ("suppresses", "held_by", "fired"),
    [
        pytest.param(True, "Core upgrade", 0, id="holds back"),
        pytest.param(False, "", 1, id="only covers"),
    ],
)
def test_planned_work_is_seen_and_holds_back_as_it_would(
    designer: FlaskClient,
    sessions: sessionmaker[Session],
    tenant: OrganisationView,
    suppresses: bool,
    held_by: str,
    fired: int,
) -> None:
    document = window_document(suppresses=suppresses)
    with sessions.begin() as session, as_tenant(session, tenant.id):
        plan_window(session, tenant.id, document=document, by="Ann", now=NOON)

    done = tried(designer, "maintenance.name", "Core upgrade")

    assert (done["steps"][0]["held_by"], len(done["firings"])) == (held_by, fired)
