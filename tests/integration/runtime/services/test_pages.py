"""The pages of services, as a person without JavaScript uses them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from runtime.alarms.model import Severity
from runtime.inventory.resources import put_resource
from runtime.maintenance.windows import plan_window
from runtime.services.store import ServiceFilter, ServiceView, list_services
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.alarms import make_alarm
from tests.factories.maintenance import window_document
from tests.factories.services import make_service
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

FORM = {
    "name": "Internet at the bakery",
    "kind": "internet",
    "zone": "Europe/Zurich",
    "hops": "2",
    "need-0-keys": "line-a\nline-b",
    "need-0-how": "any",
    "percent": "99,9",
    "planned": "counted",
}


@pytest.fixture
def pages(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/services"


def all_of(sessions: sessionmaker[Session], acme: OrganisationView) -> list[ServiceView]:
    with sessions() as session, as_tenant(session, acme.id):
        return list_services(session, acme.id, ServiceFilter())


@pytest.fixture
def broken(sessions: sessionmaker[Session], acme: OrganisationView) -> ServiceView:
    """A service that is down, beside one that works."""
    now = utc_now()
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_alarm(session, acme.id, "line-x", perceived_severity=Severity.CRITICAL)
        put_resource(session, acme.id, "link", "line-x", "Bern to Basel")
        make_service(session, acme.id, now=now, key="fine", name="A fine service")
        return make_service(
            session,
            acme.id,
            now=now,
            name="Zebra shop",
            rests_on=[{"need": "all", "keys": ["line-x"]}],
            watched_from=format_instant(now - timedelta(hours=2)),
        )


def test_an_empty_list_says_what_to_do(signed_in: SignedIn, pages: str) -> None:
    designer, viewer = signed_in("designer").get(pages).text, signed_in("viewer").get(pages).text

    assert "Add a service" in designer
    assert "A designer or an admin can" in viewer


@pytest.mark.usefixtures("broken")
def test_the_worst_comes_first_and_says_why_in_plain_words(signed_in: SignedIn, pages: str) -> None:
    page = signed_in("viewer").get(pages).text

    assert page.index("Zebra shop") < page.index("A fine service")
    assert "Does not work" in page
    assert "The line Bern to Basel is disturbed" in page
    assert "more than was agreed" in page


def test_a_viewer_sees_one_service_and_may_change_nothing(
    signed_in: SignedIn, pages: str, broken: ServiceView
) -> None:
    viewer = signed_in("viewer")
    page = viewer.get(f"{pages}/{broken.id}").text

    assert "See the alarm" in page
    assert "Does not work now" in page
    assert "This must work" in page
    for address in ("new", f"{broken.id}/edit", "imports"):
        assert viewer.get(f"{pages}/{address}").status_code == 403
    assert viewer.post(f"{pages}/{broken.id}/delete").status_code == 403


def test_a_service_is_added_changed_and_removed_by_form(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in("designer")
    here = browser.post(pages, data=FORM).headers["Location"]
    (made,) = all_of(sessions, acme)
    form = browser.get(f"{here}/edit").text

    saved = browser.post(here, data={**FORM, "key": made.service.key, "revision": "1"})
    late = browser.post(here, data={**FORM, "key": made.service.key, "revision": "1"})

    agreed = made.service.agreement
    assert made.service.key == "internet-at-the-bakery"
    assert agreed is not None
    assert (str(agreed.percent), agreed.planned_excluded) == ("99.9", False)
    assert "line-a\nline-b" in form
    assert (saved.status_code, late.status_code) == (303, 422)
    assert "saved this service meanwhile" in late.text
    browser.post(f"{here}/delete")
    assert all_of(sessions, acme) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"name": ""}, "name the service", id="no name"),
        pytest.param({"percent": "lots"}, "write a number from 1 to 100", id="no percent"),
        pytest.param({"hops": "many"}, "whole number from 0 to 5", id="no hops"),
        pytest.param({"need-0-how": "share"}, "how many percent", id="a share of nothing"),
        pytest.param({"since": "2099-01-01"}, "in the last 400 days", id="in use in future"),
    ],
)
def test_a_refused_form_comes_back_as_it_was_typed(
    signed_in: SignedIn, pages: str, changes: dict[str, str], words: str
) -> None:
    answer = signed_in("designer").post(pages, data={**FORM, "note": "Call Ann", **changes})

    assert answer.status_code == 422
    assert words in answer.text
    assert "Call Ann" in answer.text
    assert "line-a" in answer.text


def test_planned_work_says_whether_the_spare_carries_on(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    now = utc_now()
    times = {
        "starts_at": format_instant(now + timedelta(days=1)),
        "ends_at": format_instant(now + timedelta(days=1, hours=2)),
    }
    scope = {"kind": "resources", "keys": ["line-a"]}
    with sessions.begin() as session, as_tenant(session, acme.id):
        document = window_document(name="Splicing", scope=scope, **times)
        plan_window(session, acme.id, document=document, by="Ann", now=now)
        spare = make_service(session, acme.id, now=now)
        need = [{"need": "all", "keys": ["line-a"]}]
        alone = make_service(session, acme.id, now=now, key="alone", rests_on=need)
    browser = signed_in("viewer")

    assert "It should keep working" in browser.get(f"{pages}/{spare.id}").text
    assert "It may be interrupted" in browser.get(f"{pages}/{alone.id}").text


@pytest.mark.usefixtures("broken")
def test_the_month_is_a_file_for_spreadsheets(signed_in: SignedIn, pages: str) -> None:
    answer = signed_in("viewer").get(f"{pages}/report.csv")

    rows = {row["service"]: row for row in csv.DictReader(io.StringIO(answer.text[1:]))}
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert rows["Zebra shop"]["kept"] == "no"
    assert rows["A fine service"]["down_minutes"] == "0.0"
    assert signed_in("viewer").get(f"{pages}/report.csv?month=x").status_code == 422


@pytest.mark.usefixtures("broken")
def test_the_list_is_searched_and_paged(signed_in: SignedIn, pages: str) -> None:
    browser = signed_in()
    first = browser.get(f"{pages}?limit=1").text
    following = first[first.index("cursor=") :].split('"')[0].replace("&amp;", "&")

    assert "A fine service" in browser.get(f"{pages}?{following}").text
    assert "Zebra shop" not in browser.get(f"{pages}?q=fine").text
    assert "No service fits" in browser.get(f"{pages}?q=nothing").text


def test_a_file_is_shown_before_it_is_applied(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in("designer")
    content = b"key,name,sla\ni-1,Bakery,99.9\ni-2,Toaster,200\n"
    form: dict[str, Any] = {"origin": "plan", "zone": "UTC", "file": (io.BytesIO(content), "a.csv")}
    here = browser.post(f"{pages}/imports", data=form).headers["Location"]

    preview = browser.get(here).text
    before = all_of(sessions, acme)
    browser.post(here)

    assert "line 3: sla/percent" in preview
    assert before == []
    assert [one.name for one in all_of(sessions, acme)] == ["Bakery"]


def test_an_import_that_names_no_known_calendar_is_refused_whole(
    signed_in: SignedIn, pages: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    browser = signed_in("designer")
    content = b"key,name,sla,calendar\na,A,99,\nb,B,99,Nobody's\n"
    form: dict[str, Any] = {"origin": "plan", "zone": "UTC", "file": (io.BytesIO(content), "a.csv")}
    here = browser.post(f"{pages}/imports", data=form).headers["Location"]

    answer = browser.post(here)

    assert (answer.status_code, "no calendar Nobody" in answer.text) == (422, True)
    assert all_of(sessions, acme) == []


def test_an_alarm_that_began_before_the_service_counts_from_its_first_day(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        make_alarm(session, acme.id, "line-x", perceived_severity=Severity.CRITICAL)
        need = [{"need": "all", "keys": ["line-x"]}]
        made = make_service(session, acme.id, now=NOON + timedelta(days=1), rests_on=need)

    assert (made.is_down, made.since) == (True, NOON + timedelta(days=1))
