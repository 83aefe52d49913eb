"""By page: what is found is shown in its place, shared clean, taken over, and merged by choice."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from marketplace.sharing._tables import SharedTemplate, SharedTemplateUse
from runtime.flows.versions import get_flow, save_draft
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant, system
from tests.factories.flows import make_flow
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn
from tests.integration.marketplace.sharing.conftest import plain

Sessions = sessionmaker[Session]
SHARED = {"title": "Ask the desk", "summary": "Asks, then tells", "clean": "true"}


@pytest.fixture
def other(sessions: Sessions) -> OrganisationView:
    with sessions.begin() as session:
        return make_customer(session, "Lakeside")


@pytest.fixture
def flow_id(sessions: Sessions, acme: OrganisationView) -> UUID:
    document = plain()
    document["steps"]["tell"]["config"]["values"] = {"a": "AKIAIOSFODNN7EXAMPLE", "b": "192.0.2.1"}
    with sessions.begin() as session, as_tenant(session, acme.id):
        return make_flow(session, acme.id, document, publish=False).id


def here(one: OrganisationView, rest: str = "") -> str:
    return f"/t/{one.slug}/marketplace/shared{rest}"


def shared(sessions: Sessions, client: FlaskClient, acme: OrganisationView, flow_id: UUID) -> UUID:
    answer = client.post(here(acme, f"/new/workflow/{flow_id}"), data=SHARED)
    assert answer.status_code == 303, answer.text
    with sessions() as session:
        return session.scalars(select(SharedTemplate.id)).one()


def taken(
    sessions: Sessions, client: FlaskClient, other: OrganisationView, template_id: UUID
) -> tuple[UUID, UUID]:
    said = {"name": "Our desk", "value-fill_in_url_1": "https://ours.lake.se/"}
    answer = client.post(here(other, f"/{template_id}/take"), data=said)
    assert answer.status_code == 303, answer.text
    with sessions() as session, system(session):
        use = session.scalars(select(SharedTemplateUse)).one()
        return use.id, use.made_id


def retitle(sessions: Sessions, one: OrganisationView, flow_id: UUID, title: str) -> None:
    with sessions.begin() as session, as_tenant(session, one.id):
        flow = get_flow(session, one.id, flow_id)
        flow.draft["steps"]["tell"]["title"] = title
        save_draft(
            session,
            one.id,
            flow_id,
            document=flow.draft,
            expected_revision=flow.draft_revision,
            by="x",
            now=NOON,
        )


def test_each_finding_stands_in_its_place_and_no_secret_is_shown(
    signed_in: SignedIn, acme: OrganisationView, flow_id: UUID
) -> None:
    text = signed_in("admin", acme).get(here(acme, f"/new/workflow/{flow_id}")).text

    said = ["an AWS access key"[3:], "“Ask the desk”, field “Address”", "This may stay"]
    assert [word for word in said if word not in text] == []
    assert "AKIAIOSFODNN7EXAMPLE" not in text


def test_it_is_shared_once_what_is_found_is_taken_out(
    signed_in: SignedIn,
    sessions: Sessions,
    acme: OrganisationView,
    other: OrganisationView,
    flow_id: UUID,
) -> None:
    client, theirs = signed_in("admin", acme), signed_in("admin", other)
    refused = client.post(here(acme, f"/new/workflow/{flow_id}"), data=SHARED | {"clean": ""})

    shared(sessions, client, acme, flow_id)

    assert refused.status_code == 422
    assert "Ask the desk" in theirs.get(here(other, "?q=asks")).text
    assert "Nothing fits" in theirs.get(here(other, "?q=sings")).text


def test_taken_over_it_is_a_draft_with_what_was_filled_in(
    signed_in: SignedIn,
    sessions: Sessions,
    acme: OrganisationView,
    other: OrganisationView,
    flow_id: UUID,
) -> None:
    template_id = shared(sessions, signed_in("admin", acme), acme, flow_id)

    _, made_id = taken(sessions, signed_in("admin", other), other, template_id)

    with sessions() as session, as_tenant(session, other.id):
        draft = get_flow(session, other.id, made_id).draft
    assert draft["name"] == "Our desk"
    assert draft["steps"]["ask"]["config"]["url"].startswith("https://ours.lake.se/")


def test_a_newer_version_is_brought_in_once_every_conflict_has_a_choice(
    signed_in: SignedIn,
    sessions: Sessions,
    acme: OrganisationView,
    other: OrganisationView,
    flow_id: UUID,
) -> None:
    mine, theirs = signed_in("admin", acme), signed_in("admin", other)
    template_id = shared(sessions, mine, acme, flow_id)
    use_id, made_id = taken(sessions, theirs, other, template_id)
    retitle(sessions, acme, flow_id, "Tell all")
    retitle(sessions, other, made_id, "Tell us")
    again = mine.post(here(acme, f"/{template_id}/versions"), data={"clean": "true"})
    page = theirs.get(here(other, f"/taken/{use_id}")).text
    fields = dict(re.findall(r'name="(version|revision)" value="(\d+)"', page))
    choice = re.findall(r'name="(choice-[^"]+)"', page)[0]

    refused = theirs.post(here(other, f"/taken/{use_id}/update"), data=fields)
    done = theirs.post(here(other, f"/taken/{use_id}/update"), data=fields | {choice: "theirs"})

    assert (again.status_code, refused.status_code, done.status_code) == (303, 422, 303)
    with sessions() as session, as_tenant(session, other.id):
        draft = get_flow(session, other.id, made_id).draft
    assert draft["steps"]["tell"]["title"] == "Tell all"
    assert "newest version" in theirs.get(here(other, f"/taken/{use_id}")).text


def test_withdrawn_nobody_else_finds_it(
    signed_in: SignedIn,
    sessions: Sessions,
    acme: OrganisationView,
    other: OrganisationView,
    flow_id: UUID,
) -> None:
    mine, theirs = signed_in("admin", acme), signed_in("admin", other)
    template_id = shared(sessions, mine, acme, flow_id)

    mine.post(here(acme, f"/{template_id}/stand"), data={"withdrawn": "yes"})

    assert theirs.get(here(other, f"/{template_id}")).status_code == 404
    assert "Withdrawn" in mine.get(here(acme)).text
