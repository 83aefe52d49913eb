"""What steps keep, over REST; and code that cannot be read is told beside its field."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows._tables import FlowRow
from runtime.step_state.owners import Owner
from runtime.step_state.store import keep_value
from tenancy.scope import system
from tests.factories.flows import chain_document, flow_document, step
from tests.factories.tenancy import NOON
from tests.integration.runtime.flows.conftest import ClientOf
from tests.integration.runtime.flows.test_api import body, create


@pytest.fixture
def address(client_of: ClientOf, sessions: sessionmaker[Session]) -> str:
    """Give the address of what is kept by a workflow whose step s1 keeps three values."""
    flow = create(client_of("designer"), chain_document(1))
    flow_id = UUID(flow.rpartition("/")[2])
    with sessions.begin() as session, system(session):
        tenant_id = session.scalars(select(FlowRow.tenant_id).where(FlowRow.id == flow_id)).one()
        for number in range(3):
            owner = Owner(tenant_id, flow_id, "s1")
            keep_value(session, owner, f"k{number}", {"n": number}, now=NOON)
    return f"{flow}/state"


def test_what_is_kept_is_listed_in_pages_and_cleared(client_of: ClientOf, address: str) -> None:
    designer = client_of("designer")

    first = body(designer.get(f"{address}?limit=2"))
    second = body(designer.get(f"{address}?limit=2&cursor={first['next_cursor']}"))
    cleared = [body(designer.delete(f"{address}?{asked}")) for asked in ("key=k1", "step=x", "")]

    assert [one["key"] for one in first["items"] + second["items"]] == ["k0", "k1", "k2"]
    assert second["items"][0]["value"] == {"n": 2}
    assert [one["cleared"] for one in cleared] == [1, 0, 2]
    assert body(designer.get(address))["items"] == []


def test_who_may_not_change_the_workflow_sees_nothing_of_it(
    client_of: ClientOf, address: str
) -> None:
    assert client_of("viewer").get(address).status_code == 403
    assert client_of("viewer").delete(address).status_code == 403


def test_code_that_cannot_be_read_is_told_with_its_place(client_of: ClientOf) -> None:
    designer: FlaskClient = client_of("designer")
    steps = {
        "bad": step("code", config={"source": "a = 1\na +"}),
        "sly": step("code", config={"source": "= trigger.input.code"}),
        "good": step("code", config={"source": "1 + 1", "values": {"n": "= trigger.input.n"}}),
    }
    address = create(designer, flow_document(steps, ["hand > bad", "bad:done > sly"]))

    told = body(designer.get(f"{address}/draft/problems"))["items"]
    found = {one["pointer"]: one["message"] for one in told if one["pointer"].endswith("/source")}

    assert "line 2, column 4" in found["/steps/bad/config/source"]
    assert "take the = sign away" in found["/steps/sly/config/source"]
    assert "/steps/good/config/source" not in found
