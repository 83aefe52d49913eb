"""What goes live is seen before it does, and can be taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from runtime.flow_control.retiring import retire_version
from runtime.flows.versions import FlowView, get_flow, save_draft
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.tenancy import NOON
from tests.integration.conftest import SignedIn

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def document(message: str, key: str = "k-1") -> dict[str, Any]:
    call = step("http-request", config={"url": "https://x.example", "headers": {"X-Api-Key": key}})
    log = step("write-log", title="Tell", config={"message": message})
    triggers = {"dawn": {"kind": "schedule", "cron": "0 6 * * mon", "timezone": "UTC"}}
    return flow_document(
        {"log": log, "call": call}, ["dawn > log", "log:done > call"], triggers=triggers
    )


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    """One version is live; the draft says something else."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, document("Morning"))
        return save_draft(
            session,
            acme.id,
            flow.id,
            document=document("Evening", "k-2"),
            expected_revision=1,
            by="Ann",
            now=NOON,
        )


@pytest.fixture
def at(acme: OrganisationView, flow: FlowView) -> str:
    return f"/t/{acme.slug}/workflows/{flow.id}"


@pytest.fixture
def browser(signed_in: SignedIn) -> FlaskClient:
    return signed_in("designer")


def live(sessions: sessionmaker[Session], flow: FlowView) -> int | None:
    with sessions() as session, as_tenant(session, flow.tenant_id):
        return get_flow(session, flow.tenant_id, flow.id).live_number


def test_the_dialog_says_what_changes_and_what_it_affects_without_secrets(
    browser: FlaskClient, at: str
) -> None:
    shown = browser.get(f"{at}/publish", headers=PART).text

    assert "From version 1 to version 2" in shown
    assert "Message changed from “Morning” to “Evening”" in shown
    assert "Headers: X-Api-Key changed (a secret)" in shown
    assert "dawn (schedule) starts the new version from now on" in shown
    assert "k-1" not in shown
    assert "k-2" not in shown


def test_problems_stop_it_in_the_dialog_and_lead_to_their_place(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], flow: FlowView
) -> None:
    broken = document("Evening")
    del broken["steps"]["call"]["config"]["url"]
    browser.put(f"{at}/draft", json={"revision": 2, "document": broken})

    shown = browser.get(f"{at}/publish", headers=PART).text
    refused = browser.post(f"{at}/publish", data={"revision": "3"}, headers=PART)

    assert 'data-problem="/steps/call/config/url"' in shown
    assert "disabled" in shown
    assert (refused.status_code, live(sessions, flow)) == (422, 1)
    assert "Nothing was published" in refused.text


def test_a_draft_that_moved_on_is_looked_at_again_first(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], flow: FlowView
) -> None:
    refused = browser.post(f"{at}/publish", data={"revision": "1"}, headers=PART)

    assert (refused.status_code, live(sessions, flow)) == (422, 1)
    assert "Ann changed the draft meanwhile" in refused.text


def test_ones_own_latest_change_is_never_told_as_anothers(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], flow: FlowView
) -> None:
    saved = {"revision": 2, "page": "p-1", "document": document("Night")}
    assert browser.put(f"{at}/draft", json=saved).status_code == 200

    asked = {"revision": "2", "page": "p-1", "note": "Later at night"}
    here = browser.post(f"{at}/publish", data=asked, headers=PART)
    elsewhere = browser.post(f"{at}/publish", data=asked | {"page": "p-2"}, headers=PART)

    assert "your latest changes were saved after this was shown" in here.text
    assert 'value="Later at night"' in here.text
    assert "changed meanwhile under your name, in another window" in elsewhere.text
    assert live(sessions, flow) == 1


def test_the_version_before_is_made_live_again_and_the_draft_stays(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], flow: FlowView
) -> None:
    done = browser.post(f"{at}/publish", data={"revision": "2", "note": "Late"}, headers=PART)
    assert "Version 2 is live." in done.text
    assert f"{at}/versions/1/live" in done.text

    back = browser.post(f"{at}/versions/1/live", headers=PART)

    assert "Version 1 is live." in back.text
    assert live(sessions, flow) == 1
    shown = browser.get(f"{at}/publish", headers=PART).text
    assert "From version 1 to version 3" in shown


def test_a_version_that_is_retired_is_not_made_live(
    browser: FlaskClient, at: str, sessions: sessionmaker[Session], flow: FlowView
) -> None:
    browser.post(f"{at}/publish", data={"revision": "2"})
    with sessions.begin() as session, as_tenant(session, flow.tenant_id):
        retire_version(session, flow.tenant_id, flow.id, 1, by="Ann", now=NOON)

    browser.post(f"{at}/versions/1/live", headers=PART)

    assert live(sessions, flow) == 2


def test_how_far_the_draft_is_from_what_is_live_is_said(browser: FlaskClient, at: str) -> None:
    told = browser.post(f"{at}/presence", data={"page": "p"}).text

    assert "2 changes since version 1" in told


def test_who_may_not_publish_sees_no_plan(signed_in: SignedIn, at: str) -> None:
    viewer = signed_in("viewer")

    assert viewer.get(f"{at}/publish").status_code == 403
    assert viewer.post(f"{at}/versions/1/live").status_code == 403


def test_a_step_is_renamed_in_what_the_page_holds(
    browser: FlaskClient, acme: OrganisationView
) -> None:

    sent = {"document": json.dumps(document("= steps.call.output.status")), "what": "step:call"}
    address = f"/t/{acme.slug}/workflows/renaming"

    found = browser.post(address, data=sent | {"name": "fetch"}).text
    refused = browser.post(address, data=sent | {"name": "log"})

    assert "<ins>steps.fetch.output.status</ins>" in found
    assert refused.status_code == 422
    assert "log is taken: choose another, such as log_2" in refused.text
