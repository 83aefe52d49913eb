"""Every template that the gallery lists travels as a file, and comes back as the same bytes.

Each is used as a person uses it, in a real database, and taken away and brought over REST: beside
itself, and into an organisation that has nothing of what it leans on.
"""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from designer.gallery.library import library
from designer.gallery.offers import every_offer, pack_templates
from runtime.flows.model import every_step, every_wire
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.tenancy import make_customer
from tests.integration.conftest import SignedIn, client_of
from tests.integration.designer.test_gallery import GALLERY, read_form

KEYS = [*library(), *pack_templates()]
API = "/api/v1/flows"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SVG = "{http://www.w3.org/2000/svg}"


class Place:
    """An organisation, as a program in it sees its workflows."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def taken(self, flow: str, form: str = "json") -> bytes:
        """Take a workflow away."""
        sent = self._client.get(f"{API}/{flow}/export.{form}")
        assert sent.status_code == 200, sent.text
        return bytes(sent.data)

    def brought(self, content: bytes, **query: str) -> dict[str, Any]:
        """Bring a file of one workflow; give what became of it."""
        done = self._client.post(f"{API}/import", query_string=query, data=content)
        assert done.status_code == 200, done.text
        [item] = done.json["items"]  # type: ignore[index]
        found: dict[str, Any] = item
        return found

    @property
    def flows(self) -> list[str]:
        """The ids of its workflows."""
        found = self._client.get(API).json
        return [one["id"] for one in found["items"]]  # type: ignore[index]


@pytest.fixture
def here(app: Flask, sessions: sessionmaker[Session], acme: OrganisationView) -> Place:
    return Place(client_of(app, sessions, acme, "designer"))


@pytest.fixture
def elsewhere(app: Flask, sessions: sessionmaker[Session]) -> Place:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    return Place(client_of(app, sessions, other, "designer"))


@pytest.fixture(params=KEYS)
def flow(
    request: pytest.FixtureRequest, signed_in: SignedIn, acme: OrganisationView, here: Place
) -> str:
    """A workflow that was made of a template, with all that came with it; its id."""
    browser, address = signed_in("designer"), f"{GALLERY.format(acme.slug)}/{request.param}"
    used = browser.post(address, data=read_form(browser.get(address).text))
    assert used.status_code == 303, used.text
    [made] = here.flows
    return made


def test_these_are_all_that_the_gallery_lists(
    sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions() as session, as_tenant(session, acme.id):
        listed = [one.template.key for one in every_offer(session, acme.id)]

    assert sorted(KEYS) == sorted(listed)


def test_it_comes_in_beside_itself_as_the_same_bytes_but_for_its_short_name(
    flow: str, here: Place
) -> None:
    first = here.taken(flow)

    made = here.brought(first, **{"as": "new"})

    [slug] = json.loads(first)["workflows"]
    second = here.taken(made["id"])
    assert made["slug"] == f"{slug}-2"
    assert second.replace(f'"{slug}-2": {{'.encode(), f'"{slug}": {{'.encode()) == first


def test_it_comes_back_into_its_own_draft_and_nothing_changes(flow: str, here: Place) -> None:
    first = here.taken(flow)

    made = here.brought(first)

    assert (made["action"], made["id"], made["changes"]) == ("draft", flow, [])
    assert here.taken(flow) == first


def test_it_comes_into_another_organisation_as_the_same_bytes(
    flow: str, here: Place, elsewhere: Place
) -> None:
    first = here.taken(flow)

    made = elsewhere.brought(first)

    assert elsewhere.taken(made["id"]) == first


def test_what_it_leans_on_and_is_not_there_is_said(
    flow: str, here: Place, elsewhere: Place
) -> None:
    sent = here.taken(flow)
    needs = json.loads(sent)["needs"]

    made = elsewhere.brought(sent, dry_run="true")

    told = "\n".join(made["todo"])
    named = [*needs.get("look_up_tables", ()), *needs.get("calendars", ())]
    assert [name for name in named if name not in told] == []


def test_as_a_diagram_nobody_changed_it_comes_back_as_the_same_workflow(
    flow: str, here: Place, elsewhere: Place
) -> None:
    made = elsewhere.brought(here.taken(flow, "bpmn"))

    assert made["notes"] == []
    assert elsewhere.taken(made["id"]) == here.taken(flow)


def test_of_a_diagram_without_what_garland_wrote_into_it_each_step_is_taken_or_said(
    flow: str, here: Place, elsewhere: Place
) -> None:
    [kept] = json.loads(here.taken(flow))["workflows"].values()

    made = elsewhere.brought(plain(here.taken(flow, "bpmn")))

    [taken] = json.loads(elsewhere.taken(made["id"]))["workflows"].values()
    named = {one.get("title"): one["block"] for _, one, _ in every_step(taken)}
    told = "\n".join(made["notes"])
    lost = [
        title
        for id_, one, _ in every_step(kept)
        if named.get(title := one.get("title") or id_) != one["block"] and title not in told
    ]
    assert lost == []
    assert led(taken) == led(kept)


def test_its_picture_is_well_formed_and_names_each_step(flow: str, here: Place) -> None:
    [kept] = json.loads(here.taken(flow))["workflows"].values()

    drawn = ET.fromstring(here.taken(flow, "svg"))  # noqa: S314  made by Garland

    said = "\n".join(drawn.itertext())
    names = [one.get("title") or id_ for id_, one, _ in every_step(kept)]
    assert drawn.tag == f"{SVG}svg"
    assert [name for name in names if name not in said] == []


def led(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Give what leads to what, by their titles."""
    nodes = {**document["triggers"], **{id_: one for id_, one, _ in every_step(document)}}
    titles = {id_: one.get("title") or id_ for id_, one in nodes.items()}
    return {
        (titles[one["from"].partition(":")[0]], titles[one["to"]]) for one in every_wire(document)
    }


def plain(diagram: bytes) -> bytes:
    """Give a diagram as a tool leaves it that drops what is not of BPMN."""
    root = ET.fromstring(diagram)  # noqa: S314  made by Garland
    for holder in list(root.iter()):
        for inner in holder.findall(f"{BPMN}extensionElements"):
            holder.remove(inner)
        for name in [one for one in holder.attrib if "garland" in one]:
            del holder.attrib[name]
    return bytes(ET.tostring(root))
