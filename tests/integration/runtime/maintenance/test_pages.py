"""The pages of maintenance windows and of storm protection, without JavaScript."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from runtime.maintenance.windows import WindowView, list_windows, plan_window
from runtime.quieting.storms import get_protection
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.maintenance import window_document
from tests.integration.conftest import SignedIn

FORM = {
    "name": "Core upgrade",
    "zone": "Europe/Berlin",
    "starts": "2099-03-28T01:00",
    "ends": "2099-03-28T05:00",
    "scope": "sites",
    "keys": "ZRH\nBRN",
}
ICS = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Berlin:20990328T010000\r\n"
    "DURATION:PT4H\r\nSUMMARY:%s\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20990401\r\nSUMMARY:All day\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)


@pytest.fixture
def pages(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/maintenance"


def all_of(sessions: sessionmaker[Session], acme: OrganisationView) -> list[WindowView]:
    with sessions() as session, as_tenant(session, acme.id):
        return list_windows(session, acme.id, now=utc_now())


@pytest.fixture
def under_way(sessions: sessionmaker[Session], acme: OrganisationView) -> WindowView:
    now = utc_now()
    times = {
        "starts_at": format_instant(now - timedelta(hours=1)),
        "ends_at": format_instant(now + timedelta(hours=1)),
    }
    with sessions.begin() as session, as_tenant(session, acme.id):
        return plan_window(session, acme.id, document=window_document(**times), by="Ann", now=now)


def test_an_empty_list_says_what_a_window_is_for(signed_in: SignedIn, pages: str) -> None:
    assert "No work is under way" in signed_in().get(pages).text


def test_work_is_planned_in_local_times(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    answer = signed_in("operator").post(pages, data={**FORM, "repeat": "FREQ=WEEKLY"})

    (made,) = all_of(sessions, acme)
    assert answer.status_code == 303
    assert format_instant(made.window.starts_at) == "2099-03-28T00:00:00.000Z"
    assert made.window.rrule == "FREQ=WEEKLY"
    assert made.window.scope.keys == ("ZRH", "BRN")


def test_the_next_times_are_shown_before_anything_is_planned(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    form = {**FORM, "repeat": "FREQ=WEEKLY", "preview": "1"}

    page = signed_in().post(pages, data=form).text

    assert "When it would be" in page
    assert page.count("2099-04-") >= 4
    assert all_of(sessions, acme) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"name": ""}, "name the work", id="no name"),
        pytest.param({"starts": "soon"}, "starts_at: write an instant", id="no time"),
        pytest.param({"ends": "2099-03-27T01:00"}, "end after the start", id="ends too early"),
        pytest.param({"keys": ""}, "name 1 to 200 sites", id="no keys"),
        pytest.param({"repeat": "own"}, "FREQ=", id="no rule"),
        pytest.param({"scope": "condition", "when": "{"}, "write a condition", id="no condition"),
    ],
)
def test_a_refused_form_comes_back_as_it_was_typed(
    signed_in: SignedIn, pages: str, changes: dict[str, str], words: str
) -> None:
    answer = signed_in().post(pages, data={**FORM, "note": "Call Ann", **changes})

    assert answer.status_code == 422
    assert words in answer.text
    assert "Call Ann" in answer.text


def test_a_form_comes_back_from_what_was_planned(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in()
    form = {**FORM, "repeat": "FREQ=DAILY", "until": "2099-04-02"}
    here = browser.post(pages, data=form).headers["Location"]

    page = browser.get(f"{here}/edit").text
    saved = browser.post(here, data={**form, "revision": "1", "name": "Longer"})
    late = browser.post(here, data={**form, "revision": "1"})

    assert 'value="2099-03-28T01:00"' in page
    assert 'value="2099-04-02"' in page
    assert (saved.status_code, late.status_code) == (303, 422)
    assert "saved this window meanwhile" in late.text
    assert all_of(sessions, acme)[0].window.name == "Longer"


def test_work_begins_now_for_some_hours_and_is_ended_early(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in("operator")
    form = {"name": "Quick fix", "hours": "2", "scope": "everything"}
    here = browser.post(f"{pages}/now", data=form).headers["Location"]
    (made,) = all_of(sessions, acme)
    assert made.window.ends_at - made.window.starts_at == timedelta(hours=2)
    assert "Under way" in browser.get(here).text

    browser.post(f"{here}/end")

    assert "Past" in browser.get(here).text
    assert "not under way" in browser.post(f"{here}/end", follow_redirects=True).text


def test_a_viewer_sees_and_plans_nothing(
    signed_in: SignedIn, pages: str, under_way: WindowView
) -> None:
    browser = signed_in("viewer")

    assert under_way.window.name in browser.get(pages).text
    assert browser.post(pages, data=FORM).status_code == 403
    assert browser.post(f"{pages}/{under_way.id}/end").status_code == 403


def test_a_calendar_is_imported_and_changes_what_it_brought(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in()
    answers = []
    for name in ("Upgrade", "Upgrade moved"):
        content = io.BytesIO((ICS % name).encode())
        form = {"scope": "everything", "zone": "UTC", "file": (content, "plan.ics")}
        answers.append(browser.post(f"{pages}/import", data=form, follow_redirects=True))

    (made,) = all_of(sessions, acme)
    assert made.window.name == "Upgrade moved"
    assert format_instant(made.window.starts_at) == "2099-03-28T00:00:00.000Z"
    assert "an all-day event is no window" in answers[-1].text


def test_a_cancelled_event_removes_its_window(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in()
    for text in (ICS % "Upgrade", (ICS % "Upgrade").replace("UID:1", "UID:1\r\nSTATUS:CANCELLED")):
        content = io.BytesIO(text.encode())
        form = {"scope": "everything", "zone": "UTC", "file": (content, "plan.ics")}
        browser.post(f"{pages}/import", data=form)

    assert all_of(sessions, acme) == []


def test_storm_protection_is_set_and_told(
    signed_in: SignedIn, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    here = f"/t/{acme.slug}/storm-protection"
    browser = signed_in("designer")
    form = {"window_s": "30", "source-on": "true", "source-begin_per_s": "9"}

    refused = browser.post(here, data=form)
    browser.post(here, data={**form, "source-end_per_s": "3"})

    assert "source end_per_s" in refused.text
    with sessions() as session, as_tenant(session, acme.id):
        found = get_protection(session, acme.id)
    assert found is not None
    assert set(found.marks) == {"source"}
    assert "It is calm" in browser.get(here).text
