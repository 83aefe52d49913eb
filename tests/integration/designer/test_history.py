"""The pages of a workflow's versions: listed, compared, retired, restored."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker

from runtime.flows.versions import FlowView, get_flow, publish_flow, save_draft
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, make_flow
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn


@pytest.fixture
def flow(sessions: sessionmaker[Session], acme: OrganisationView) -> FlowView:
    """A workflow of two versions: three steps live, two before."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, chain_document(2))
        save_draft(
            session,
            acme.id,
            flow.id,
            document=chain_document(3),
            expected_revision=1,
            by="Ann",
            now=NOON,
        )
        publish_flow(session, acme.id, flow.id, by="Ann", note="A third step", now=NOON)
        return get_flow(session, acme.id, flow.id)


@pytest.fixture
def at(acme: OrganisationView, flow: FlowView) -> str:
    return f"/t/{acme.slug}/workflows/{flow.id}/versions"


@pytest.fixture
def draft(
    sessions: sessionmaker[Session], acme: OrganisationView, flow: FlowView
) -> Callable[[], FlowView]:
    def draft() -> FlowView:
        with sessions() as session, as_tenant(session, acme.id):
            return get_flow(session, acme.id, flow.id)

    return draft


def test_lists_versions_with_what_changed_and_offers_what_can_be_done(
    signed_in: SignedIn, at: str
) -> None:
    page = signed_in("designer").get(at).text

    assert "A third step" in page
    assert 'commandfor="retire-1"' in page
    assert 'commandfor="retire-2"' not in page  # the live one


def test_retires_a_version_and_brings_it_back(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("designer")

    browser.post(f"{at}/1/retire")
    retired = browser.get(at).text
    browser.post(f"{at}/1/bring-back")

    assert "Version 1 is retired" in retired
    assert "Bring back" in retired
    assert "Bring back" not in browser.get(at).text


def test_says_what_still_needs_a_version(signed_in: SignedIn, at: str) -> None:
    answer = signed_in("designer").post(f"{at}/2/retire")

    assert answer.status_code == 409
    assert "it is the live version: publish another one first" in answer.text


def test_restores_a_version_into_the_draft(
    signed_in: SignedIn, at: str, draft: Callable[[], FlowView]
) -> None:
    answer = signed_in("designer").post(f"{at}/1/restore", data={"revision": "2"})

    assert answer.status_code == 303
    assert draft().draft == chain_document(2)
    assert draft().live_number == 2


def test_restores_nothing_over_a_draft_that_moved_on(
    signed_in: SignedIn, at: str, draft: Callable[[], FlowView]
) -> None:
    browser = signed_in("designer")

    browser.post(f"{at}/1/restore", data={"revision": "1"})

    assert draft().draft == chain_document(3)
    assert "Nothing was changed" in browser.get(at).text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param("?with=2", "Step s3", id="another version"),
        pytest.param("", "Step s3", id="the draft"),
        pytest.param("?with=1", "They do the same", id="itself"),
    ],
)
def test_compares_a_version_with(signed_in: SignedIn, at: str, asked: str, said: str) -> None:
    assert said in signed_in("viewer").get(f"{at}/1/diff{asked}").text


@pytest.mark.parametrize("address", ["/9/diff", "/1/diff?with=9"])
def test_a_version_that_is_not_there_is_not_found(
    signed_in: SignedIn, at: str, address: str
) -> None:
    assert signed_in("viewer").get(at + address).status_code == 404


def test_viewers_retire_and_restore_nothing(signed_in: SignedIn, at: str) -> None:
    browser = signed_in("viewer")

    answers = [browser.post(f"{at}/1/{verb}") for verb in ("retire", "bring-back", "restore")]

    assert {answer.status_code for answer in answers} == {403}


def test_another_tenant_finds_no_version(
    signed_in: SignedIn, flow: FlowView, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session)
    browser, at = signed_in("admin", other), f"/t/{other.slug}/workflows/{flow.id}/versions"

    assert browser.get(at).status_code == 404
    assert browser.post(f"{at}/1/retire").status_code == 404


@pytest.fixture
def moved_on(sessions: sessionmaker[Session], acme: OrganisationView, flow: FlowView) -> FlowView:
    """The draft has a fourth step, after version 2."""
    with sessions.begin() as session, as_tenant(session, acme.id):
        return save_draft(
            session,
            acme.id,
            flow.id,
            document=chain_document(4),
            expected_revision=2,
            by="Ben",
            now=NOON,
        )


@pytest.mark.usefixtures("moved_on")
def test_drafts_and_versions_stand_in_one_order_with_what_changed(
    signed_in: SignedIn, at: str
) -> None:
    page = signed_in("designer").get(at).text

    assert "Draft 3, as it is now" in page
    assert "Set data: added" in page
    assert "Version 2 published" in page


@pytest.mark.usefixtures("moved_on")
@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("states/r1", "Draft 1", id="a draft"),
        pytest.param("states/v2", "Version 2", id="a version"),
        pytest.param("states/r1/diff?with=v2", "From draft 1 to version 2", id="any two"),
        pytest.param("states/v1/diff?with=draft", "s4", id="with the draft"),
    ],
)
def test_any_of_them_is_looked_at_and_compared(
    signed_in: SignedIn, at: str, path: str, said: str
) -> None:
    assert said in signed_in("viewer").get(at.replace("versions", path)).text


@pytest.mark.parametrize("path", ["states/r9", "states/v9", "states/r1/diff?with=r9"])
def test_a_draft_that_is_not_kept_is_not_found(signed_in: SignedIn, at: str, path: str) -> None:
    assert signed_in("viewer").get(at.replace("versions", path)).status_code == 404


@pytest.mark.usefixtures("moved_on")
def test_an_earlier_draft_is_restored_and_what_was_there_stays_in_the_history(
    signed_in: SignedIn, at: str, draft: Callable[[], FlowView]
) -> None:
    browser, restore = signed_in("designer"), at.replace("versions", "drafts/1/restore")

    refused = browser.post(restore, data={"revision": "2"})
    done = browser.post(restore, data={"revision": "3"})
    browser.post(at.replace("versions", "drafts/3/restore"), data={"revision": "4"})

    assert (refused.status_code, done.status_code) == (303, 303)
    assert draft().draft == chain_document(4)
    assert "Draft 1 restored" in browser.get(at).text
