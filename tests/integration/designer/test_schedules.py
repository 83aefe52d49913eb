"""Schedules on the designer's pages: the form with the next starts, and the live ones."""

from __future__ import annotations

import json
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.calendars.store import create_calendar
from runtime.flows.versions import set_paused
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.schedules import hours_document
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

CRON = {"kind": "schedule", "cron": "0 6 * * *", "timezone": "Europe/Berlin"}


def form_of(
    browser: FlaskClient, acme: OrganisationView, node: dict[str, Any], **filled: str
) -> str:
    data = {"node": "clock", "value": json.dumps(node), **filled}
    answer = browser.post(f"/t/{acme.slug}/workflows/inspector", data=data)
    assert answer.status_code == 200
    return answer.text


def starts(page: str) -> list[str]:
    return re.findall(r"<li><time[^>]*>(.*?)</time>", page)


def test_the_form_shows_the_next_five_starts(signed_in: SignedIn, acme: OrganisationView) -> None:
    page = form_of(signed_in("designer"), acme, CRON)

    assert len(starts(page)) == 5
    assert all(one.endswith("06:00") for one in starts(page))
    assert "In Europe/Berlin" in page


def test_another_kind_is_filled_in_and_shown_at_once(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    change = {"filled": "1", "/node/timing": "interval", "/node/timezone": "UTC"}

    page = form_of(signed_in("designer"), acme, CRON, **change)

    assert 'name="/node/every_s"' in page
    assert len(starts(page)) == 5
    assert all(one.endswith(":00") for one in starts(page))


def test_a_moment_that_has_passed_says_so(signed_in: SignedIn, acme: OrganisationView) -> None:
    page = form_of(signed_in("designer"), acme, {"kind": "schedule", "at": "2020-01-01T00:00"})

    assert "It never starts: the moment has passed." in page


def test_a_calendar_that_leaves_nothing_over_says_so(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        create_calendar(session, acme.id, document=hours_document(), by="Ann", now=NOON)
    night = {**CRON, "cron": "0 3 * * *", "calendar": {"name": "Business hours"}}

    page = form_of(signed_in("designer"), acme, night)

    assert "leaves out all of its times" in page
    assert ">Business hours</option>" in page


def test_what_is_wrong_stands_beside_the_field_and_there_are_no_starts(
    signed_in: SignedIn, acme: OrganisationView
) -> None:
    page = form_of(signed_in("designer"), acme, {**CRON, "cron": "61 * * * *"})

    assert "the minute 61 lies outside 0-59" in page
    assert "Next starts" not in page


def test_the_page_of_a_workflow_lists_its_schedules(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    document = flow_document(
        {"note": step("write-log", config={"message": "Hi"})},
        ["clock > note"],
        triggers={"clock": {**CRON, "title": "At dawn"}},
    )
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow_id = make_flow(session, acme.id, document).id
    browser, at = signed_in("viewer"), f"/t/{acme.slug}/workflows/{flow_id}/details"

    page = browser.get(at).text
    with sessions.begin() as session, as_tenant(session, acme.id):
        set_paused(session, acme.id, flow_id, paused=True, now=NOON)
    paused = browser.get(at).text

    assert re.search(r"At dawn</td>.*?0 6 \* \* \*, Europe/Berlin.*?<time", page, re.DOTALL)
    assert re.search(r'data-label="Next"><span class="faint">paused', paused)
