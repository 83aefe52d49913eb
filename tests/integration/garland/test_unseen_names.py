"""Who may not see workflows or planned work reads none of their names beside other things."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from runtime.inventory.resources import put_resource
from runtime.maintenance.windows import plan_window
from runtime.rules.model import Mode
from runtime.rules.store import create_rule, publish_rule
from tenancy.organisations import OrganisationView
from tenancy.roles import permissions_of
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.maintenance import window_document
from tests.factories.tables import make_table_document
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

UNSEEN = {"workflows.view", "maintenance.view"}


@pytest.fixture(params=[True, False], ids=["who may see them", "who may not"])
def sees(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Let an admin see workflows and planned work, or not."""
    if not request.param:
        seen = permissions_of("admin") - UNSEEN
        monkeypatch.setattr("tenancy.access.permissions_of", lambda _role: seen)
    return bool(request.param)


@pytest.fixture
def table_id(sessions: sessionmaker[Session], acme: OrganisationView) -> UUID:
    """A table that the workflow "Secret plan" decides by, and work on a node, "Secret work"."""
    now = utc_now()
    times = {
        "starts_at": format_instant(now - timedelta(hours=1)),
        "ends_at": format_instant(now + timedelta(hours=1)),
    }
    with sessions.begin() as session, as_tenant(session, acme.id):
        where = (session, acme.id)
        table = create_rule(*where, document=make_table_document(), by="t", now=NOON)
        publish_rule(*where, table.id, mode=Mode.OFF, by="t", now=NOON)
        ask = step("decide", config={"table": str(table.id)}, input={"values": {}})
        document = flow_document({"ask": ask}, ["hand > ask"], name="Secret plan")
        make_flow(*where, document, publish=False)
        put_resource(*where, "node", "r1", "R1")
        scope = {"kind": "resources", "keys": ["r1"]}
        work = window_document(name="Secret work", scope=scope, **times)
        plan_window(*where, document=work, by="t", now=now)
    return table.id


@pytest.mark.parametrize(
    ("path", "named"),
    [
        pytest.param("rules/{id}/versions", "Secret plan", id="the versions of a table"),
        pytest.param("rules/tables/{id}", ">Secret plan</a>", id="its grid"),
        pytest.param("map/panel?key=r1", "Secret work", id="the map beside a resource"),
    ],
)
def test_a_page_names_only_what_may_be_seen(
    signed_in: SignedIn, acme: OrganisationView, table_id: UUID, sees: bool, path: str, named: str
) -> None:
    answer = signed_in("admin").get(f"/t/{acme.slug}/{path.format(id=table_id)}")

    assert answer.status_code == 200
    assert (named in answer.text) is sees
