"""A month's file for billing: whole, of finished months alone, and the same each time."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.acting import Acting
from kernel.errors import ConflictError
from runtime.use.tmf635.month import month_file
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.plans import keeper_of
from tests.factories.tenancy import make_customer
from tests.factories.use import use

Sessions = sessionmaker[Session]
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


@pytest.fixture
def acme(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        one = make_customer(session, "Acme")
        use(session, one.id, FIRST, runs=2, events=10)
        use(session, one.id, LAST, runs=3)
        use(session, one.id, date(2026, 11, 1), runs=1_000)
        return one


def written(sessions: Sessions, acme: OrganisationView, form: str, today: date) -> str:
    with sessions() as session:
        who: Acting = keeper_of(session, acme)
        with as_tenant(session, who.tenant_id):
            return month_file(session, who, FIRST, LAST, form=form, today=today)


def test_it_holds_every_usage_of_the_month_and_no_other(
    sessions: Sessions, acme: OrganisationView
) -> None:
    text = written(sessions, acme, "csv", date(2026, 11, 2))

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(one["day"], one["metric"], one["quantity"]) for one in rows] == [
        ("2026-10-01", "events", "10"),
        ("2026-10-01", "runs", "2"),
        ("2026-10-31", "runs", "3"),
    ]
    assert {one["organisation_id"] for one in rows} == {str(acme.id)}


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_asked_again_later_it_is_the_same_to_the_byte(
    sessions: Sessions, acme: OrganisationView, form: str
) -> None:
    first = written(sessions, acme, form, date(2026, 11, 2))

    assert written(sessions, acme, form, date(2027, 3, 1)) == first


def test_each_line_is_a_usage_of_tmf635(sessions: Sessions, acme: OrganisationView) -> None:
    lines = written(sessions, acme, "ndjson", date(2026, 11, 2)).splitlines()

    assert [json.loads(one)["@type"] for one in lines] == ["Usage"] * 3
    assert all(json.loads(one)["status"] == "guided" for one in lines)


def test_a_month_that_is_not_counted_to_its_end_is_refused_with_the_day_it_will_be(
    sessions: Sessions, acme: OrganisationView
) -> None:
    with pytest.raises(ConflictError, match="from 02 Nov 2026 on"):
        written(sessions, acme, "csv", date(2026, 11, 1))
