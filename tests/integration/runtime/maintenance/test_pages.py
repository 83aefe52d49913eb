"""The pages of maintenance windows and of storm protection, without JavaScript."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from runtime.maintenance.windows import WindowView, list_windows, plan_window
from runtime.quieting.storms import get_protection
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
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


def send_calendar(browser: FlaskClient, pages: str, text: str) -> str:
    """Import a calendar's file; give what the page says then."""
    form = {"scope": "everything", "zone": "UTC", "file": (io.BytesIO(text.encode()), "plan.ics")}
    return browser.post(f"{pages}/import", data=form, follow_redirects=True).text


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
        pytest.param({"scope": "condition", "/when/gate": "all"}, "add a condition", id="none"),
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


def condition(**changes: str) -> dict[str, str]:
    """Give the form of a window about alarms that fit a condition in a group of its own."""
    rows = {
        "/when/gate": "all",
        "/when/members/0/field": "event_type",
        "/when/members/0/op": "is",
        "/when/members/0/value": "equipmentAlarm",
        "/when/members/1/gate": "any",
        "/when/members/1/members/0/field": "perceived_severity",
        "/when/members/1/members/0/op": "is",
        "/when/members/1/members/0/value": "minor",
    }
    return {**FORM, "scope": "condition", **rows, **changes}


def test_a_condition_is_kept_as_it_was_put_together(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in()
    here = browser.post(pages, data=condition()).headers["Location"]

    (made,) = all_of(sessions, acme)
    equipment = {"field": "event_type", "op": "is", "value": "equipmentAlarm"}
    minor = {"field": "perceived_severity", "op": "is", "value": "minor"}
    assert made.window.scope.document["when"] == {"all": [equipment, {"any": [minor]}]}
    assert "event type is equipmentAlarm and severity is minor" in browser.get(here).text
    assert 'name="/when/members/1/members/0/op"' in browser.get(f"{here}/edit").text


@pytest.mark.parametrize(
    ("operation", "count"),
    [
        pytest.param("add:/when/members", 3, id="another condition"),
        pytest.param("group:/when/members", 3, id="another group"),
        pytest.param("add:/when/members/1/members", 3, id="a condition in the group"),
        pytest.param("del:/when/members/1", 1, id="the group goes"),
        pytest.param("del:/nothing/9", 2, id="what is not there"),
        pytest.param("show", 2, id="as it is"),
    ],
)
def test_buttons_change_the_rows_of_a_condition_and_plan_nothing(
    signed_in: SignedIn,
    pages: str,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    operation: str,
    count: int,
) -> None:
    page = signed_in().post(pages, data=condition(_op=operation))

    assert page.status_code == 200
    assert page.text.count('aria-label="Comparison"') == count
    assert all_of(sessions, acme) == []


def test_a_condition_shows_which_of_the_alarms_fit(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        for name in ("fan-1", "link-1"):
            make_alarm(session, acme.id, name)
    rows = {"/when/members/0/field": "managed_object", "/when/members/0/value": "fan-1"}
    form = {**FORM, "scope": "condition", "/when/gate": "all", "/when/members/0/op": "is", **rows}

    page = signed_in().post(pages, data={**form, "_op": "show"}).text

    assert "<b>1</b> of the last 2 alarms fit" in page
    assert '<option value="link-1">' in page


def test_a_wrong_condition_is_told_beside_its_field(signed_in: SignedIn, pages: str) -> None:
    form = condition(**{"/when/members/0/field": "count", "/when/members/0/value": "many"})

    answer = signed_in().post(pages, data=form)

    assert answer.status_code == 422
    assert 'id="field-/when/members/0/value-error"' in answer.text


def test_a_form_leaves_out_the_times_that_a_calendar_left_out(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in()
    text = (ICS % "Upgrade").replace(
        "DURATION", "EXDATE;TZID=Europe/Berlin:20990404T010000\r\nDURATION"
    )
    send_calendar(browser, pages, text)
    (made,) = all_of(sessions, acme)

    browser.post(f"{pages}/{made.id}", data={**FORM, "revision": "1", "repeat": "FREQ=WEEKLY"})

    (saved,) = all_of(sessions, acme)
    assert saved.revision == 2
    assert saved.window.skipped == made.window.skipped != frozenset()


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
