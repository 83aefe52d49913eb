"""Links that leave Garland say its public address, whatever `Host` a request claims."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tests.integration.conftest import client_of

EVIL = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}


def test_an_address_that_is_given_out_has_the_public_host(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    program = client_of(app, sessions, acme, "admin")
    wanted = {"kind": "json", "name": "Network"}

    made = program.post("/api/v1/sources", json=wanted, headers=EVIL)

    assert made.get_json()["address"].startswith("http://localhost/in/")


@pytest.mark.parametrize("path", ["/schemas", "/", "/t/nowhere/alarms"])
def test_no_redirect_leads_to_a_host_that_the_request_made_up(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, headers=EVIL)

    assert answer.status_code in (303, 308)
    assert "evil.example" not in answer.location
