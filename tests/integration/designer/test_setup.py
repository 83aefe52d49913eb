"""The settings page: what it shows of a draft, what it saves, what it never overwrites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from designer.setup.input_fields import schema_of
from runtime.flows.versions import FlowView, get_flow, save_draft
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import NOON
from tests.fakes.forms import submit
from tests.integration.conftest import SignedIn

FIELDS = [
    {"name": "site", "kind": "text", "title": "Site", "required": True},
    {"name": "urgency", "kind": "choice", "choices": "low\nhigh", "required": False},
]
DOCUMENT = {
    **chain_document(1),
    "settings": {"concurrency": {"policy": "queue", "key": "= trigger.input.site"}},
    "vars": {"n": 1},
    "input": schema_of(FIELDS),
}
Draft = Callable[[], FlowView]


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, DOCUMENT)


@pytest.fixture
def at(acme: OrganisationView, flow: FlowView) -> str:
    return f"/t/{acme.slug}/workflows/{flow.id}/settings"


@pytest.fixture
def draft(sessions: sessionmaker[Session], acme: OrganisationView, flow: FlowView) -> Draft:
    def draft() -> FlowView:
        with sessions() as session, as_tenant(session, acme.id):
            return get_flow(session, acme.id, flow.id)

    return draft


def form_of(page: str) -> str:
    """Give the settings' form of the page, without the frame's own forms."""
    return page[page.index('id="settings"') : page.index("Save settings")]


def test_sending_the_page_back_unchanged_changes_nothing(
    signed_in: SignedIn, at: str, draft: Draft
) -> None:
    browser = signed_in("designer")

    answer = browser.post(at, data=submit(form_of(browser.get(at).text)))

    assert answer.status_code == 303
    assert (draft().draft, draft().draft_revision) == (DOCUMENT, 1)


def test_what_is_changed_is_saved_and_marked_as_not_live_yet(
    signed_in: SignedIn, at: str, draft: Draft
) -> None:
    browser = signed_in("designer")
    changed = {"__concurrency__policy": "skip", "__fields__0__title": "Where"}

    browser.post(at, data=submit(form_of(browser.get(at).text), **changed))

    page = browser.get(at).text
    assert draft().draft["settings"]["concurrency"]["policy"] == "skip"
    assert draft().draft["input"]["properties"]["site"]["title"] == "Where"
    assert page.count("Takes effect when you publish") == 2
    assert "Publish…" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"__concurrency__most": "many"}, "must be a whole number", id="no number"),
        pytest.param({"__fields__0__name": "Site!"}, "does not have the form", id="bad name"),
        pytest.param({"__fields__0__name": "urgency"}, "two fields urgency", id="same name"),
        pytest.param({"__vars__0__key": "No Name"}, "name it in small letters", id="variable"),
        pytest.param(
            {"__fields__1__choices": "high\nhigh"}, "stands here twice", id="choice twice"
        ),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_saved(
    signed_in: SignedIn, at: str, draft: Draft, changed: dict[str, str], said: str
) -> None:
    browser = signed_in("designer")

    answer = browser.post(at, data=submit(form_of(browser.get(at).text), **changed))

    assert answer.status_code == 422
    assert said in answer.text
    assert draft().draft_revision == 1


def test_a_draft_that_somebody_saved_meanwhile_is_not_overwritten(
    signed_in: SignedIn,
    at: str,
    draft: Draft,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
    flow: FlowView,
) -> None:
    browser = signed_in("designer")
    form = submit(form_of(browser.get(at).text), __concurrency__policy="skip")
    other = {**DOCUMENT, "description": "theirs"}
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_draft(
            session,
            acme.id,
            flow.id,
            document=other,
            expected_revision=1,
            by="Bo",
            now=NOON,
        )

    answer = browser.post(at, data=form)

    assert answer.status_code == 409
    assert "Bo saved this workflow meanwhile" in answer.text
    assert draft().draft == other


def test_a_button_in_the_form_changes_the_form_and_saves_nothing(
    signed_in: SignedIn, at: str, draft: Draft
) -> None:
    browser = signed_in("designer")
    form = submit(form_of(browser.get(at).text), _op="add:/fields")

    answer = browser.post(at, data=form)

    assert 'name="/fields/2/name"' in answer.text
    assert draft().draft_revision == 1


def test_a_schema_written_by_hand_is_shown_as_text_and_kept(
    signed_in: SignedIn, acme: OrganisationView, sessions: sessionmaker[Session]
) -> None:
    by_hand = {"type": "object", "properties": {"a": {"type": "string"}}, "minProperties": 1}
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, {**chain_document(1), "input": by_hand})
    browser, at = signed_in("designer"), f"/t/{acme.slug}/workflows/{flow.id}/settings"
    page = browser.get(at).text

    browser.post(at, data=submit(form_of(page), __concurrency__policy="skip"))

    with sessions() as session, as_tenant(session, acme.id):
        after: dict[str, Any] = dict(get_flow(session, acme.id, flow.id).draft)
    assert "minProperties" in page
    assert after["input"] == by_hand
    assert after["settings"] == {"concurrency": {"policy": "skip"}}


def test_viewers_see_the_settings_and_cannot_change_them(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("viewer")

    page = browser.get(at)

    assert "disabled" in page.text
    assert "Save settings" not in page.text
    assert browser.post(at).status_code == 403
