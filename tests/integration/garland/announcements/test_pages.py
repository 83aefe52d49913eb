"""A CSP writes, its customer reads, puts away, plans along; programs do the same."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.maintenance.windows import list_windows
from tenancy.announcements import store, writing
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.scope import as_tenant
from tests.factories.announcements import published, said, work
from tests.factories.organisations import admin_of, make_below
from tests.integration.conftest import SignedIn, client_of

Sessions = sessionmaker[Session]
FORM = {
    "kind": "disruption",
    "title": "Fibre cut",
    "text": "See https://status.example/1 <b>now</b>",
    "zone": "Europe/Berlin",
    "whom": "all",
    "below_resellers": "true",
    "dismissable": "true",
}


@pytest.fixture
def csp(sessions: Sessions, acme: OrganisationView) -> OrganisationView:
    with sessions() as session:
        return get_organisation(session, acme.parent_id or acme.id)


@pytest.fixture
def nora(signed_in: SignedIn, csp: OrganisationView) -> FlaskClient:
    return signed_in("curator", csp)


def announce(sessions: Sessions, csp: OrganisationView, **facts: object) -> UUID:
    now = utc_now()
    document = said(**facts)
    if facts.get("kind") == "maintenance":
        document = {**work(starts=now.replace(microsecond=0) + timedelta(days=1)), **facts}
    with sessions.begin() as session:
        return published(session, admin_of(csp), document, now=now).id


def test_a_draft_is_written_looked_at_published_and_read(
    nora: FlaskClient, signed_in: SignedIn, csp: OrganisationView, acme: OrganisationView
) -> None:
    at, ada = f"/t/{csp.slug}/customers/announcements", signed_in("viewer")
    looked_at = nora.post(at, data={**FORM, "preview": "1"})
    written = nora.post(at, data=FORM).location
    before = ada.get(f"/t/{acme.slug}/").text
    nora.post(f"{written}/publish")
    home, elsewhere = (ada.get(f"/t/{acme.slug}/{end}").text for end in ("", "alarms"))

    assert "One organisation would get it" in looked_at.text
    assert "Fibre cut" not in before
    assert '<a href="https://status.example/1" rel="noopener noreferrer nofollow">' in home
    assert "&lt;b&gt;now&lt;/b&gt;" in home
    assert 'class="announced-line__title"' in elsewhere
    assert "Fibre cut" in elsewhere


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": ""}, "title: write 1 to 120"),
        ({"kind": "maintenance"}, "work_starts: say when the work is"),
        ({"shown_from": "tomorrow"}, "shown_from: write an instant"),
        ({"whom": "chosen", "chosen": "nobody-here"}, "nobody has the short name nobody-here"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    nora: FlaskClient, csp: OrganisationView, wrong: dict[str, str], told: str
) -> None:
    answer = nora.post(f"/t/{csp.slug}/customers/announcements", data={**FORM, **wrong})

    assert answer.status_code == 422
    assert told in answer.text
    assert "https://status.example/1" in answer.text


def test_seeing_it_is_counted_and_putting_it_away_holds_for_one_person(
    sessions: Sessions, signed_in: SignedIn, csp: OrganisationView, acme: OrganisationView
) -> None:
    made = announce(sessions, csp, kind="disruption", title="Fibre cut")
    ada, otto, at = signed_in(), signed_in("operator"), f"/t/{acme.slug}"
    for one in (ada, otto):
        one.get(f"{at}/").close()
    away = ada.post(
        f"{at}/announcements/{made}/dismiss", data={"from": "line"}, headers={"HX-Request": "true"}
    )

    pages = [one.get(f"{at}/alarms").text for one in (ada, otto)]
    archive = ada.get(f"{at}/announcements").text

    assert (away.status_code, "Fibre cut" in away.text) == (200, False)
    assert ["Fibre cut" in page for page in pages] == [False, True]
    assert "Fibre cut" in archive
    with sessions() as session, as_tenant(session, csp.id):
        counts = store.get_written(session, admin_of(csp), made).counts
    assert (counts.reached, counts.seen, counts.people, counts.dismissed) == (1, 1, 2, 1)


def test_a_maintenance_is_taken_into_a_calendar(
    sessions: Sessions, signed_in: SignedIn, csp: OrganisationView, acme: OrganisationView
) -> None:
    made = announce(sessions, csp, kind="maintenance")

    answer = signed_in().get(f"/t/{acme.slug}/announcements/{made}/calendar.ics")

    assert answer.content_type == "text/calendar; charset=utf-8"
    assert f"UID:{made}@announcements" in answer.text


def test_planned_work_becomes_a_window_and_follows_when_it_moves(
    sessions: Sessions, signed_in: SignedIn, csp: OrganisationView, acme: OrganisationView
) -> None:
    made, ada = announce(sessions, csp, kind="maintenance"), signed_in("operator")
    at = f"/t/{acme.slug}/announcements/{made}"
    form = {"scope": "sites", "keys": "ZRH"}
    nothing = ada.post(f"{at}/window", data={"scope": "sites", "keys": ""})
    ada.post(f"{at}/window", data=form)
    starts = utc_now().replace(microsecond=0) + timedelta(days=3)
    with sessions.begin() as session, as_tenant(session, csp.id):
        document = work(starts=starts, text="Moved")
        who, now = admin_of(csp), utc_now()
        revision = store.get_written(session, who, made).revision
        writing.change_announcement(session, who, made, document, revision=revision, now=now)
    told = ada.get(at).text
    ada.post(f"{at}/window")
    with sessions() as session, as_tenant(session, acme.id):
        windows = list_windows(session, acme.id, now=utc_now())

    assert nothing.status_code == 422
    assert "your window is at other times" in told
    assert [one.window.starts_at for one in windows] == [starts]
    assert windows[0].window.scope.keys == ("ZRH",)


def test_a_viewer_plans_no_window_and_a_customer_writes_nothing(
    sessions: Sessions, signed_in: SignedIn, csp: OrganisationView, acme: OrganisationView
) -> None:
    made, viewer = announce(sessions, csp, kind="maintenance"), signed_in("viewer")

    answers = [
        viewer.post(f"/t/{acme.slug}/announcements/{made}/window", data={"scope": "everything"}),
        signed_in().get(f"/t/{acme.slug}/customers/announcements"),
        signed_in("billing", csp).get(f"/t/{csp.slug}/customers/announcements"),
    ]

    assert [one.status_code for one in answers] == [403, 403, 403]


def test_a_program_writes_publishes_adds_and_withdraws(
    app: Flask, sessions: Sessions, csp: OrganisationView, acme: OrganisationView
) -> None:
    writes, reads = client_of(app, sessions, csp, "admin"), client_of(app, sessions, acme, "viewer")
    at = "/api/v1/announcements"
    made = writes.post(at, json=said(kind="disruption"))
    one = f"{at}/{made.get_json()['id']}"
    published_ = writes.post(f"{one}/publish")
    added = writes.post(f"{one}/updates", json={"text": "Whole again", "resolves": True})
    stale = writes.put(one, json=said(), headers={"If-Match": made.headers["ETag"]})
    read = reads.get(f"{at}/received").get_json()["items"]
    writes.post(f"{one}/withdraw")
    gone = reads.get(f"{at}/received").get_json()["items"]

    assert (made.status_code, published_.get_json()["state"]) == (201, "live")
    assert added.get_json()["kind"] == "resolved"
    assert stale.status_code == 412
    assert [(each["title"], each["updates"][0]["text"]) for each in read] == [
        ("News", "Whole again")
    ]
    assert "audience" not in read[0]
    assert gone == []


def test_what_is_for_others_is_answered_as_nothing(
    app: Flask,
    sessions: Sessions,
    signed_in: SignedIn,
    csp: OrganisationView,
    acme: OrganisationView,
) -> None:
    with sessions.begin() as session:
        other = make_below(session, csp, name="Other")
    made = announce(sessions, csp, audience={"whom": "chosen", "organisation_ids": [str(other.id)]})
    ada, program = signed_in(), client_of(app, sessions, acme, "admin")
    at, nowhere = f"/t/{acme.slug}/announcements", acme.id

    told = [
        [
            ada.get(f"{at}/{one}"),
            ada.get(f"{at}/{one}/calendar.ics"),
            ada.post(f"{at}/{one}/dismiss"),
            ada.post(f"{at}/{one}/window"),
            program.get(f"/api/v1/announcements/received/{one}"),
            program.get(f"/api/v1/announcements/{one}"),
        ]
        for one in (made, nowhere)
    ]

    codes = [[one.status_code for one in answers] for answers in told]
    assert codes[0] == codes[1] == [404, 404, 404, 404, 404, 403]
