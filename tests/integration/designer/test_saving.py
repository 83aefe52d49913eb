"""A published workflow becomes a block: named on a page, downloaded as its package."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, sessionmaker

from blocks.kinds.composite import read_carried
from blocks.manifest import parse_manifest
from blocks.packages.archive import read_archive
from blocks.registry import standard_registry
from kernel.json_text import read_json
from runtime.flows.composites import composite_problems
from runtime.flows.versions import FlowView
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.integration.conftest import SignedIn

Make = Callable[..., FlowView]
GOOD = {
    "/id": "acme.greet",
    "/version": "1.0.0",
    "/title": "Greet",
    "/summary": "Greets people",
    "/category": "other",
    "/licence": "MIT",
}
FLOW = flow_document({"over": step("end")}, ["hand > over"], name="Greeting people")
CALLING = flow_document(
    {"call": step("call-workflow", config={"flow": "greeting-people"})},
    ["hand > call"],
    name="Caller",
)


@pytest.fixture
def make(sessions: sessionmaker[Session], acme: OrganisationView) -> Make:
    def make(document: dict[str, object] | None = None, *, publish: bool = True) -> FlowView:
        with sessions.begin() as session, as_tenant(session, acme.id):
            return make_flow(session, acme.id, document or FLOW, publish=publish)

    return make


def test_the_form_begins_with_the_workflows_name(
    signed_in: SignedIn, acme: OrganisationView, make: Make
) -> None:
    page = signed_in("admin").get(f"/t/{acme.slug}/workflows/{make().id}/block").text

    assert f'value="{acme.slug}.greeting-people"' in page
    assert 'value="Greeting people"' in page


def test_what_is_downloaded_is_the_package_of_the_block(
    signed_in: SignedIn, acme: OrganisationView, make: Make
) -> None:
    answer = signed_in("admin").post(f"/t/{acme.slug}/workflows/{make().id}/block", data=GOOD)

    assert 'filename="acme.greet-1.0.0.gblk"' in answer.headers["Content-Disposition"]
    files = read_archive(answer.data)
    manifest = parse_manifest(read_json(files["block.json"], what="it"))
    carried = read_carried(files["flow.json"])
    assert composite_problems(manifest, carried, standard_registry()) == []
    assert b"- `over`: Over" in files["README.md"]


def test_a_name_that_is_none_for_a_block_is_told_beside_its_field(
    signed_in: SignedIn, acme: OrganisationView, make: Make
) -> None:
    path = f"/t/{acme.slug}/workflows/{make().id}/block"

    answer = signed_in("admin").post(path, data={**GOOD, "/id": "Greet"})

    assert answer.status_code == 422
    assert 'id="field--id-error"' in answer.text
    assert 'value="Greet"' in answer.text


def test_a_workflow_that_cannot_be_carried_says_why(
    signed_in: SignedIn, acme: OrganisationView, make: Make
) -> None:
    make()
    path = f"/t/{acme.slug}/workflows/{make(CALLING).id}/block"

    answer = signed_in("admin").post(path, data=GOOD)

    assert answer.status_code == 422
    assert "it calls a workflow of this organisation" in answer.text


def test_a_workflow_that_is_not_published_is_told_to_be_published_first(
    signed_in: SignedIn, acme: OrganisationView, make: Make
) -> None:
    flow = make(publish=False)

    answer = signed_in("admin").get(f"/t/{acme.slug}/workflows/{flow.id}/block")

    assert (answer.status_code, "publish it first" in answer.text) == (409, True)


def test_who_may_not_publish_may_not_save_a_block(
    signed_in: SignedIn, acme: OrganisationView, make: Make
) -> None:
    answer = signed_in("viewer").get(f"/t/{acme.slug}/workflows/{make().id}/block")

    assert answer.status_code in (403, 404)
