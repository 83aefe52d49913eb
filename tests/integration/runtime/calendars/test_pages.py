"""The pages of business calendars, as a person without JavaScript uses them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.calendars.store import CalendarView, create_calendar, list_calendars
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.schedules import hours_document
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

FORM = {"name": "Office", "timezone": "Europe/Berlin", "week-mon": "8-12, 13-17"}
ICS = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def pages(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/calendars"


@pytest.fixture
def found(sessions: sessionmaker[Session], acme: OrganisationView) -> CalendarView:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return create_calendar(session, acme.id, document=hours_document(), by="Ann", now=NOON)


def all_of(sessions: sessionmaker[Session], acme: OrganisationView) -> list[CalendarView]:
    with sessions() as session, as_tenant(session, acme.id):
        return list_calendars(session, acme.id)


def use(sessions: sessionmaker[Session], acme: OrganisationView, config: dict[str, Any]) -> None:
    document = flow_document(
        {"pause": step("wait", config=config)}, ["hand > pause"], name="Flow A"
    )
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_flow(session, acme.id, document, publish=False)


def test_an_empty_list_says_what_a_calendar_is_for(signed_in: SignedIn, pages: str) -> None:
    page = signed_in("designer").get(pages).text

    assert "No calendar yet" in page
    assert "New calendar" in page


def test_a_calendar_is_added_and_shows_the_days_ahead(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in("designer")
    assert 'value="08:00-12:00, 13:00-17:00"' in browser.get(f"{pages}/new").text

    answer = browser.post(pages, data=FORM)

    (made,) = all_of(sessions, acme)
    page = browser.get(answer.headers["Location"]).text
    assert made.document["week"]["mon"] == [["08:00", "12:00"], ["13:00", "17:00"]]
    assert page.count("ahead__bar") == 14
    assert "08:00-12:00, 13:00-17:00" in page
    assert "No workflow uses it yet" in page


def test_a_refused_form_comes_back_as_it_was_typed(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    wrong = {**FORM, "week-tue": "22-6", "days-0-date": "2026-12-24", "days-0-hours": "never"}

    answer = signed_in("designer").post(pages, data=wrong)

    assert answer.status_code == 422
    assert 'value="22:00-06:00"' in answer.text
    assert 'id="field-week-tue-error"' in answer.text
    assert 'id="field-days-0-error"' in answer.text
    assert 'value="never"' in answer.text
    assert all_of(sessions, acme) == []


def test_the_second_of_two_who_edit_is_told(
    signed_in: SignedIn, pages: str, found: CalendarView
) -> None:
    browser, form = signed_in("designer"), {**FORM, "name": found.name, "revision": "1"}

    first = browser.post(f"{pages}/{found.id}", data=form)
    second = browser.post(f"{pages}/{found.id}", data={**form, "week-mon": "9-10"})

    assert (first.status_code, second.status_code) == (303, 422)
    assert "saved this calendar meanwhile" in second.text
    assert 'value="09:00-10:00"' in second.text


def test_holidays_are_taken_from_a_file(
    signed_in: SignedIn,
    pages: str,
    found: CalendarView,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    browser, at = signed_in("designer"), f"{pages}/{found.id}/holidays"

    good = browser.post(at, data={"file": (io.BytesIO(ICS.encode()), "holidays.ics")})
    bad = browser.post(at, data={"file": (io.BytesIO(b"%PDF"), "holidays.pdf")})

    assert (good.status_code, bad.status_code) == (303, 422)
    assert "no iCalendar file" in bad.text
    assert all_of(sessions, acme)[0].document["days"] == [
        {"date": "2026-12-25", "name": "Christmas"}
    ]


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({"moment": "open", "calendar": "Business hours"}, id="a moment"),
        pytest.param({"for_s": 60, "calendar": "Business hours"}, id="a duration"),
    ],
)
def test_a_calendar_in_use_is_neither_removed_nor_renamed(
    signed_in: SignedIn,
    pages: str,
    found: CalendarView,
    config: dict[str, Any],
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    use(sessions, acme, config)
    browser = signed_in("designer")

    removed = browser.post(f"{pages}/{found.id}/delete")
    renamed = browser.post(f"{pages}/{found.id}", data={**FORM, "revision": "1"})

    assert (removed.status_code, renamed.status_code) == (409, 422)
    assert "is used by Flow A" in removed.text
    assert "Flow A know it as Business hours" in renamed.text
    assert [one.name for one in all_of(sessions, acme)] == ["Business hours"]


def test_a_calendar_nobody_uses_is_removed(
    signed_in: SignedIn,
    pages: str,
    found: CalendarView,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    use(sessions, acme, {"for_s": 60})

    answer = signed_in("designer").post(f"{pages}/{found.id}/delete")

    assert answer.status_code == 303
    assert all_of(sessions, acme) == []


def test_who_may_only_look_changes_nothing(
    signed_in: SignedIn, pages: str, found: CalendarView
) -> None:
    browser: FlaskClient = signed_in("viewer")

    page = browser.get(f"{pages}/{found.id}").text

    assert "Save calendar" not in page
    assert "disabled" in page
    assert browser.post(f"{pages}/{found.id}", data=FORM).status_code == 403
    assert browser.post(f"{pages}/{found.id}/delete").status_code == 403
    assert browser.get(f"{pages}/new").status_code == 403
