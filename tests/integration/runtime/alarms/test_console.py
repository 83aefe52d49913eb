"""The alarm list as a working tool: held rows, many at once, saved views, files, trends."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.alarms import journal, store
from runtime.alarms.console import many
from runtime.alarms.console.trends import count_changes, noise_reduction, trend_of
from runtime.alarms.model import Severity, parse_event
from runtime.alarms.store import AlarmFilter, Change, set_fields
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn

Sessions = sessionmaker[Session]
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def say(sessions: Sessions, tenant_id: UUID, *said: Mapping[str, object]) -> list[Change]:
    """Journal events and apply them, as the correlator does."""
    with sessions.begin() as session, as_tenant(session, tenant_id):
        events = [parse_event({"perceived_severity": "minor", **one}) for one in said]
        journal.append(session, tenant_id, events, now=NOON + timedelta(hours=1))
        rows = journal.take(session, 5_000)
        changes = store.apply_batch(session, tenant_id, rows, now=NOON)
        journal.mark_done(session, [row.seq for row in rows], now=NOON)
    return changes


@pytest.fixture
def alarms(sessions: Sessions, acme: OrganisationView) -> list[UUID]:
    """Three alarms of Acme, raised a minute apart; C is the newest."""
    said = [
        {
            "managed_object": name,
            "raised_at": (NOON + timedelta(minutes=number)).isoformat(),
            "attributes": {"site": "ZRH" if name == "B" else "BRN", "port": number},
        }
        for number, name in enumerate("ABC")
    ]
    return [change.alarm.id for change in say(sessions, acme.id, *said)]


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in()


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/alarms"


def names_in(page: str) -> str:
    """Give the objects of the list in its order."""
    return "".join(part[0] for part in page.split('aria-label="Choose ')[2:])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("attributes.site=ZRH", "B", id="an attribute by its name"),
        pytest.param("attribute=port%3D2", "C", id="an attribute that is a number"),
        pytest.param("until=2026-11-24T12:01:00Z", "A", id="until, which is left out"),
        pytest.param("since=2026-11-24T13:01&zone=Europe/Zurich", "CB", id="a local time"),
        pytest.param("severity=minor&severity=major", "CBA", id="several severities"),
    ],
)
@pytest.mark.usefixtures("alarms")
def test_lists_what_fits(browser: FlaskClient, at: str, query: str, expected: str) -> None:
    assert names_in(browser.get(f"{at}?{query}").text) == expected


@pytest.mark.parametrize("query", ["attribute=site", "zone=Nowhere", "since=noon", "severity=bad"])
def test_says_which_filter_is_none(browser: FlaskClient, at: str, query: str) -> None:
    answer = browser.get(f"{at}?{query}", headers={"Accept": "application/json"})

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == f"/{query.partition('=')[0]}"


@pytest.mark.usefixtures("alarms")
def test_lifts_one_filter_and_keeps_the_others(browser: FlaskClient, at: str) -> None:
    page = browser.get(f"{at}?state=all&attributes.site=ZRH").text

    assert 'aria-label="Lift the filter site: ZRH"' in page
    assert f'href="{at}?state=all"' in page


def test_holds_the_rows_that_are_shown_and_says_how_many_are_newer(
    browser: FlaskClient, at: str, alarms: list[UUID], sessions: Sessions, acme: OrganisationView
) -> None:
    a, _, c = alarms
    say(sessions, acme.id, {"managed_object": "D", "raised_at": "2026-11-24T12:09:00Z"})
    with sessions.begin() as session, as_tenant(session, acme.id):
        store.clear_by_person(session, acme.id, a, by="Anna", now=NOON)

    held = f"{at}?state=active&shown={c},{a}&as_of=2026-11-24T12:02:00%2B00:00"
    page = browser.get(held, headers=PART).text

    assert names_in(page) == "CA"
    assert "1 new alarm: show" in page
    assert "Cleared" in page


@pytest.mark.usefixtures("alarms")
def test_the_list_says_how_it_is_refreshed_without_moving_a_row(
    browser: FlaskClient, at: str, sessions: Sessions, acme: OrganisationView
) -> None:
    page = browser.get(f"{at}?state=active").text
    held = html.unescape(re.findall(r'data-held="([^"]+)"', page)[0])
    say(sessions, acme.id, {"managed_object": "D", "raised_at": "2026-11-24T12:09:00Z"})

    rows = browser.get(held, headers=PART).text

    assert names_in(rows) == names_in(page)
    assert "1 new alarm: show" in rows


@pytest.mark.usefixtures("alarms")
def test_what_is_asked_of_all_that_fit_takes_the_place_of_the_list(
    browser: FlaskClient, at: str
) -> None:
    form = {"verb": "acknowledge", "all": "yes"}

    answer = browser.post(f"{at}?state=active", data=form, headers=PART)

    assert answer.headers["HX-Retarget"] == "#content"
    assert "3 alarms fit the filter." in answer.text
    assert 'id="content"' in answer.text


def test_acts_on_all_that_fit_in_bites(
    sessions: Sessions, acme: OrganisationView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "BITE", 2)
    changes = say(sessions, acme.id, *({"managed_object": f"N{number}"} for number in range(5)))
    wish, progress, bites = many.Wish(verb="acknowledge"), many.Progress(), 0
    with sessions.begin() as session, as_tenant(session, acme.id):
        store.acknowledge(session, acme.id, changes[1].alarm.id, by="Anna", now=NOON)

    while not progress.is_over:
        with sessions.begin() as session, as_tenant(session, acme.id):
            where = (session, acme.id, wish, AlarmFilter(), progress)
            progress = many.bite(*where, by="Bert", now=NOON)
        bites += 1

    assert bites == 3
    said = many.summary(wish, progress)
    assert said == "4 of 5 alarms acknowledged. 1 was not: it is acknowledged already."


def test_looks_at_no_more_alarms_than_it_says(
    sessions: Sessions, acme: OrganisationView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "ALL_MAX", 3)
    say(sessions, acme.id, *({"managed_object": f"N{number}"} for number in range(5)))

    with sessions.begin() as session, as_tenant(session, acme.id):
        where = (session, acme.id, many.Wish(verb="clear"), AlarmFilter(), many.Progress())
        done = many.bite(*where, by="Bert", now=NOON)

    assert (done.seen, done.is_over) == (3, True)


@pytest.mark.usefixtures("alarms")
def test_asks_before_it_acts_on_all_and_then_says_what_came_of_it(
    browser: FlaskClient, at: str
) -> None:
    form = {"verb": "clear", "all": "yes"}

    asked = browser.post(f"{at}?q=B", data=form).text
    done = browser.post(f"{at}/many?q=B", data={"verb": "clear"}).text

    assert "1 alarm fits the filter" in asked
    assert "1 alarm cleared." in done
    assert names_in(browser.get(at).text) == "CA"


def test_comments_on_the_alarms_that_are_ticked(
    browser: FlaskClient, at: str, alarms: list[UUID], sessions: Sessions, acme: OrganisationView
) -> None:
    form = {"verb": "comment", "comment_text": "on site", "alarm": [str(alarms[0])]}

    browser.post(at, data=form)
    empty = browser.post(at, data={**form, "comment_text": " "}, follow_redirects=True).text

    with sessions() as session, as_tenant(session, acme.id):
        newest = store.history_of(session, acme.id, alarms[0])[0]
    assert newest.facts == {"comment": "on site"}
    assert "0 of 1 alarm commented on. 1 was not: comment: " in empty


def test_keeps_the_columns_and_the_density_of_a_person(
    browser: FlaskClient, at: str, alarms: list[UUID]
) -> None:
    browser.post(f"{at}/look", data={"column": ["source", "count"], "density": "dense"})

    page = browser.get(at).text

    assert len(alarms) == page.count('data-label="Source"')
    assert 'data-label="Problem"' not in page
    assert "alarms-table--dense" in page


@pytest.mark.usefixtures("alarms")
def test_exports_what_the_filter_finds_without_formulas(
    browser: FlaskClient, at: str, sessions: Sessions, acme: OrganisationView
) -> None:
    say(sessions, acme.id, {"managed_object": "=cmd|' /C calc'!A0", "text": "ümlaut, quoted"})
    with sessions.begin() as session:
        other = make_customer(session).id
    say(sessions, other, {"managed_object": "theirs"})

    file = browser.get(f"{at}/export.csv?state=all&sort=managed_object")
    document = browser.get(f"{at}/export.json?q=B").get_json()

    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row["managed_object"] for row in rows] == ["'=cmd|' /C calc'!A0", "A", "B", "C"]
    assert rows[0]["text"] == "ümlaut, quoted"
    assert [one["managed_object"] for one in document["items"]] == ["B"]


@pytest.mark.usefixtures("alarms")
def test_exports_no_more_than_it_says(
    browser: FlaskClient, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.alarms.console.views.EXPORT_MAX", 2)
    monkeypatch.setattr("runtime.alarms.console.listing.READ_AT_ONCE", 1)

    assert len(browser.get(f"{at}/export.json").get_json()["items"]) == 2


def test_shows_beside_an_alarm_what_else_is_about_it(
    browser: FlaskClient, at: str, alarms: list[UUID]
) -> None:
    panel = browser.get(f"{at}/{alarms[1]}/panel", headers=PART).text

    assert "Within 5 minutes" in panel
    assert f"{at}/{alarms[0]}" in panel
    assert "<html" not in panel


def test_shows_beside_an_alarm_what_it_is_under_and_what_is_under_it(
    browser: FlaskClient, at: str, alarms: list[UUID], sessions: Sessions, acme: OrganisationView
) -> None:
    a, b, c = alarms
    with sessions.begin() as session, as_tenant(session, acme.id):
        store.group_under(session, acme.id, a, [b, c], by="Anna", now=NOON)

    parent, child = (browser.get(f"{at}/{one}/panel", headers=PART).text for one in (a, b))

    assert "Under it" in parent
    assert "It is under" in child
    assert names_in(browser.get(f"{at}?grouping=top").text) == "A"
    assert names_in(browser.get(f"{at}?parent={a}").text) == "CB"


def test_shelves_what_is_ticked_for_a_while(
    browser: FlaskClient, at: str, alarms: list[UUID]
) -> None:
    form = {"verb": "shelve", "alarm": [str(alarms[0])], "shelve_text": "power work"}

    browser.post(at, data={**form, "hours": "4"})
    endless = browser.post(at, data=form, follow_redirects=True).text

    assert names_in(browser.get(f"{at}?state=shelved").text) == "A"
    assert "until: choose how long it is put aside" in endless


def test_adds_up_what_happens_in_an_hour(sessions: Sessions, acme: OrganisationView) -> None:
    now = utc_now()
    raised = say(sessions, acme.id, {"managed_object": "A", "perceived_severity": "major"})
    cleared = say(sessions, acme.id, {"managed_object": "A", "perceived_severity": "cleared"})

    for changes in (raised, cleared):
        with sessions.begin() as session, as_tenant(session, acme.id):
            count_changes(session, acme.id, changes, events=10, by_hand=0, now=now)

    with sessions() as session, as_tenant(session, acme.id):
        trend = trend_of(session, acme.id, steps=24, now=now)
        minor = trend_of(session, acme.id, steps=24, now=now, severity=Severity.MINOR)
    assert trend.raised[-1][1][Severity.MAJOR] == 1
    assert (trend.cleared[-1][1], trend.events) == (1, 20)
    assert (len(trend.raised), trend.by_severity[Severity.MAJOR]) == (24, 1)
    assert minor.raised[-1][1] == {Severity.MINOR: 0}
    assert noise_reduction(trend.events, trend.alarms) == 95


@pytest.mark.parametrize("query", ["", "?span=week&severity=minor", "?span=month", "?span=quarter"])
@pytest.mark.usefixtures("alarms")
def test_shows_trends(browser: FlaskClient, at: str, query: str) -> None:
    page = browser.get(f"{at}/trends{query}").text

    assert "From events to work" in page
    assert "Objects with the most alarms" in page


@pytest.mark.usefixtures("alarms")
def test_trends_are_drawn_without_scripts(browser: FlaskClient, at: str) -> None:
    page = browser.get(f"{at}/trends?span=month").text

    drawing = page.split('<figure class="plot" id="raised">')[1].split("</svg>")[0]
    assert drawing.count('class="plot__column"') == 30
    assert 'fill="url(#raised-critical)"' not in drawing  # none was raised
    assert '<pattern id="raised-critical"' in drawing


@pytest.mark.usefixtures("alarms")
def test_the_figures_of_trends_lead_to_what_is_behind_them(
    browser: FlaskClient, at: str, sessions: Sessions, acme: OrganisationView, alarms: list[UUID]
) -> None:
    fields = {"attributes": {"ticket": "INC-7"}}
    with sessions.begin() as session, as_tenant(session, acme.id):
        set_fields(session, acme.id, alarms[0], fields=fields, by="run", now=utc_now())

    page = browser.get(f"{at}/trends").text
    found = browser.get(f"{at}?state=all&attribute=ticket%3DINC-7").text

    assert 'href="#tickets"' in page
    assert "attribute=ticket%3DINC-7" in page
    assert names_in(found) == "A"


@pytest.mark.parametrize("place", ["", "/export.csv", "/export.json"])
def test_a_filter_may_hold_anything(browser: FlaskClient, at: str, place: str) -> None:
    said = quote("50% /_\\ '\"ä=")

    assert browser.get(f"{at}{place}?q={said}&attribute={said}").status_code in (200, 422)
