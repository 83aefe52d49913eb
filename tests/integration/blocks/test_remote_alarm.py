"""An alarm at another system, which is a Garland that serves TMF642, is changed by a step."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from blocks.outcomes import Emit
from blocks.registry import standard_registry
from kernel.clock import utc_now
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.tenancy import make_customer
from tests.fakes.answers import outcome_of
from tests.integration.blocks.test_imported_blocks import ALARM, World
from tests.support.served import served


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_it_is_acknowledged_commented_and_cleared_once(
    app: Flask, sessions: sessionmaker[Session], version: str
) -> None:
    with sessions.begin() as session:
        tenant_id = make_customer(session, "Elsewhere").id
        with as_tenant(session, tenant_id):
            token = create_token(session, tenant_id, name="t", role="admin", now=utc_now())
    block = standard_registry().latest("garland.update-remote-alarm")
    assert block is not None

    def ask(alarm_id: str, do: str, **given: Any) -> Emit:
        config = {"server": address, "do": do, "name": "NOC", "version": version[1:]}
        data = {"alarm_id": alarm_id, **given}
        return outcome_of(block, World(token=token), config=config, given=data)

    with served(app) as server:
        address = f"{server}/tmf-api/alarmManagement/{version}"
        headers = {"Authorization": f"Bearer {token}"}
        kind = {"@type": "Alarm", "alarmedObject": {"@type": "AlarmedObject", "id": "ne-1"}}
        made = httpx.post(f"{address}/alarm", headers=headers, json={**ALARM, **kind})
        number = made.json()["id"]
        acked = ask(number, "acknowledge", comment="Ticket 7")
        again = ask(number, "acknowledge", comment="Ticket 7")
        cleared = ask(number, "clear")
        missing = ask("00000000-0000-4000-8000-000000000000", "clear")
        found = httpx.get(f"{address}/alarm/{number}", headers=headers).json()

    changed = [one.output["changed"] for one in (acked, again, cleared)]
    assert (changed, missing.port) == ([True, False, True], "missing")
    assert (found["ackState"], found["state"]) == ("acknowledged", "cleared")
    assert [one["comment"] for one in found["comment"]] == ["Ticket 7"]
