"""What a failed request is answered."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError, OperationalError

from tenancy.organisations import OrganisationView
from tests.integration.conftest import SignedIn

CUT = OperationalError("SELECT", {}, Exception("cut off"), connection_invalidated=True)
WRONG = DBAPIError("SELECT", {}, Exception("no such column"))


@pytest.mark.parametrize(
    ("error", "status", "code", "retry_after"),
    [
        pytest.param(CUT, 503, "core.unavailable", "1", id="a database that is away"),
        pytest.param(WRONG, 500, "core.fault", None, id="a fault of ours"),
    ],
)
def test_a_database_that_is_away_is_told_from_a_fault(
    app: Flask, error: Exception, status: int, code: str, retry_after: str | None
) -> None:
    @app.get("/hooks/breaks")
    def breaks() -> str:
        raise error

    answer = app.test_client().get("/hooks/breaks")

    assert answer.status_code == status
    assert answer.get_json()["code"] == code
    assert answer.headers.get("Retry-After") == retry_after


@pytest.mark.parametrize("part", ["workflows", "rules", "alarms", "approvals", "calendars", "runs"])
def test_looking_for_a_nul_character_is_no_fault_of_ours(
    signed_in: SignedIn, acme: OrganisationView, part: str
) -> None:
    answer = signed_in("admin").get(f"/t/{acme.slug}/{part}?q=%00")

    assert answer.status_code < 500


def test_a_form_with_a_nul_character_is_no_fault_of_ours(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    answer = signed_in("admin").post(f"/t/{acme.slug}/rules", data={"name": "a\0b"})

    assert answer.status_code < 500
