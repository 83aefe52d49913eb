"""Workflows taken away as files and brought again, over pages and REST."""

from __future__ import annotations

import copy
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from blocks.registry import standard_registry
from runtime.flows.exchange.canonical import canonical_text
from runtime.flows.exchange.carried import Carried
from runtime.flows.exchange.envelope import write_envelope
from runtime.flows.exchange.exporting import FORMATS
from runtime.flows.exchange.files import read_file
from runtime.flows.versions import FlowView, get_flow, list_flows, save_draft
from runtime.inventory.lookups.store import create_table
from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import chain_document, flow_document, make_flow, step
from tests.factories.tenancy import NOON, make_customer
from tests.integration.conftest import SignedIn, client_of

Make = Callable[[dict[str, Any]], FlowView]
See = Callable[[], dict[str, FlowView]]
API = "/api/v1/flows"


@pytest.fixture
def make(sessions: sessionmaker[Session], acme: OrganisationView) -> Make:
    def make(document: dict[str, Any]) -> FlowView:
        with sessions.begin() as session, as_tenant(session, acme.id):
            return make_flow(session, acme.id, document, publish=False)

    return make


@pytest.fixture
def see(sessions: sessionmaker[Session], acme: OrganisationView) -> See:
    def see() -> dict[str, FlowView]:
        with sessions() as session, as_tenant(session, acme.id):
            return {flow.slug: flow for flow in list_flows(session, acme.id)}

    return see


@pytest.fixture
def at(acme: OrganisationView) -> str:
    return f"/t/{acme.slug}/workflows"


@pytest.fixture
def designer(signed_in: SignedIn) -> FlaskClient:
    return signed_in("designer")


@pytest.fixture
def client_of_acme(
    app: Flask, sessions: sessionmaker[Session], acme: OrganisationView
) -> FlaskClient:
    return client_of(app, sessions, acme, "designer")


def said(answer: TestResponse) -> Any:
    return answer.json


def file_of(**documents: dict[str, Any]) -> bytes:
    return write_envelope(
        {slug.replace("_", "-"): one for slug, one in documents.items()}, standard_registry()
    ).encode()


def staged(client: FlaskClient, at: str, content: bytes, name: str = "flows.json") -> str:
    """Send a file; give the address of its plan."""
    answer = client.post(f"{at}/import", data={"file": (BytesIO(content), name)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def calling(name: str, flow: str) -> dict[str, Any]:
    return flow_document({"call": step("call-workflow", config={"flow": flow})}, [], name=name)


def test_a_workflow_goes_out_and_comes_in_as_it_was(
    designer: FlaskClient, at: str, make: Make, see: See
) -> None:
    flow = make(chain_document(3))
    first = designer.get(f"{at}/{flow.id}/export.json")
    content = first.data.replace(b'"chain": {', b'"other": {')

    designer.post(staged(designer, at, content), data={"as/other": "new"})

    other = see()["other"]
    second = designer.get(f"{at}/{other.id}/export.json").data
    assert second.replace(b'"other": {', b'"chain": {') == first.data
    assert first.headers["Content-Disposition"] == 'attachment; filename="chain.json"'


def test_a_plan_is_shown_before_anything_is_made(
    designer: FlaskClient, at: str, make: Make, see: See
) -> None:
    make(chain_document(2))
    changed = chain_document(3)
    missing = flow_document({"x": {"block": "acme.gone", "version": "2.0.0"}}, [], name="New one")

    page = designer.get(staged(designer, at, file_of(chain=changed, new_one=missing))).text

    assert "2 parts differ from the draft of “Chain”" in page
    assert "the block acme.gone is not installed: install or replace it" in page
    assert {slug: flow.draft_revision for slug, flow in see().items()} == {"chain": 1}


def test_what_is_there_becomes_a_new_draft_and_the_rest_is_made(
    designer: FlaskClient, at: str, make: Make, see: See
) -> None:
    make(chain_document(2))
    place = staged(designer, at, file_of(chain=chain_document(3), fresh=chain_document(1)))

    done = designer.post(
        place, data={"as/chain": "draft", "revision/chain": "1", "as/fresh": "new"}
    )

    assert done.status_code == 303
    found = see()
    assert len(found["chain"].draft["steps"]) == 3
    assert found["chain"].draft_revision == 2
    assert found["fresh"].live_number is None


@pytest.mark.parametrize("how", ["page", "REST"])
def test_a_file_is_read_before_anybody_is_held_up(
    designer: FlaskClient,
    client_of_acme: FlaskClient,
    at: str,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    """On SQLite a transaction that may write holds the one lock until it ends."""
    seen = []

    def read(content: bytes, *, name: str) -> list[Carried]:
        seen.append("db_session" in g and g.db_session.in_transaction())
        return read_file(content, name=name)

    monkeypatch.setattr("designer.exchange.views.read_file", read)
    monkeypatch.setattr("runtime.flows.exchange.api.read_file", read)

    if how == "page":
        staged(designer, at, file_of(chain=chain_document(1)))
    else:
        client_of_acme.post(f"{API}/import", data=file_of(chain=chain_document(1)))

    assert seen == [False]


def test_it_is_all_or_nothing(
    designer: FlaskClient,
    at: str,
    make: Make,
    see: See,
    sessions: sessionmaker[Session],
    acme: OrganisationView,
) -> None:
    flow = make(chain_document(2))
    place = staged(designer, at, file_of(chain=chain_document(3), also=chain_document(1)))
    with sessions.begin() as session, as_tenant(session, acme.id):
        save_draft(
            session,
            acme.id,
            flow.id,
            document=chain_document(5),
            expected_revision=1,
            by="Berta",
            now=NOON,
        )

    refused = designer.post(place, data={"as/chain": "draft", "revision/chain": "1"})

    assert refused.status_code == 409
    assert "Berta saved this workflow meanwhile" in refused.text
    assert set(see()) == {"chain"}
    assert len(see()["chain"].draft["steps"]) == 5


def test_an_import_is_made_once(designer: FlaskClient, at: str, see: See) -> None:
    place = staged(designer, at, file_of(chain=chain_document(1)))
    designer.post(place, data={"as/chain": "new"})

    again = designer.post(place, data={"as/chain": "new"}, follow_redirects=True)

    assert "already" in again.text
    assert set(see()) == {"chain"}


def test_nothing_chosen_makes_nothing_and_says_so(designer: FlaskClient, at: str, see: See) -> None:
    place = staged(designer, at, file_of(chain=chain_document(1)))

    refused = designer.post(place, data={"as/chain": "leave"})

    assert (refused.status_code, see()) == (422, {})
    assert "choose at least one workflow" in refused.text


def test_calls_between_workflows_of_a_file_hold_together(
    designer: FlaskClient, at: str, make: Make, see: See
) -> None:
    make(chain_document(1))
    caller = calling("Caller", "chain")
    caller["settings"] = {"on_failure": {"flow": "chain"}}
    place = staged(designer, at, file_of(chain=chain_document(2), caller=caller))

    designer.post(place, data={"as/chain": "new", "as/caller": "new"})

    found = see()["caller"].draft
    assert set(see()) == {"chain", "chain-2", "caller"}
    assert found["steps"]["call"]["config"]["flow"] == "chain-2"
    assert found["settings"]["on_failure"]["flow"] == "chain-2"


def test_a_secret_that_stayed_behind_is_kept_by_the_draft_it_comes_back_to(
    designer: FlaskClient, at: str, make: Make, see: See
) -> None:
    document = {**chain_document(1), "vars": {"token": "hidden"}}
    flow = make(document)
    sent = designer.get(f"{at}/{flow.id}/export.json")
    place = staged(designer, at, sent.data)

    designer.post(place, data={"as/chain": "draft"})

    assert b"hidden" not in sent.data
    assert see()["chain"].draft["vars"] == {"token": "hidden"}


def test_a_secret_that_is_missing_is_to_be_filled_in(designer: FlaskClient, at: str) -> None:
    document = {**chain_document(1), "vars": {"token": "hidden"}}

    page = designer.get(staged(designer, at, file_of(chain=document))).text

    assert "Vars token: fill in the secret, which stayed behind" in page


def test_a_diagram_of_another_tool_says_what_could_not_be_taken(
    designer: FlaskClient, at: str, see: See
) -> None:
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" '
        'name="Theirs"><laneSet id="lanes"/><serviceTask id="t" name="Call it"/></process>'
        "</definitions>"
    )
    sent = designer.post(f"{at}/import", data={"text": text})

    page = designer.get(sent.headers["Location"]).text
    designer.post(sent.headers["Location"], data={"as/theirs": "new"})

    assert "LaneSet lanes: left out" in page
    assert "became a placeholder that only writes to the log" in page
    assert see()["theirs"].draft["steps"]["call_it"]["title"] == "Call it"


@pytest.mark.parametrize(
    ("form", "media", "begins"),
    [
        pytest.param("json", "application/json", b"{", id="JSON"),
        pytest.param("bpmn", "application/bpmn+xml", b"<?xml", id="BPMN"),
        pytest.param("svg", "image/svg+xml", b"<svg", id="a picture"),
    ],
)
def test_whoever_sees_a_workflow_takes_it_away_without_its_secrets(
    signed_in: SignedIn, at: str, make: Make, form: str, media: str, begins: bytes
) -> None:
    steps = {"call": step("http-request", config={"headers": {"Authorization": "Bearer top"}})}
    flow = make({**flow_document(steps, []), "vars": {"token": "hidden"}})

    sent = signed_in("viewer").get(f"{at}/{flow.id}/export.{form}")

    assert (sent.status_code, sent.mimetype) == (200, media)
    assert sent.data.startswith(begins)
    assert b"top" not in sent.data
    assert b"hidden" not in sent.data


def test_ticked_workflows_go_into_one_zip(designer: FlaskClient, at: str, make: Make) -> None:
    flows = [make(chain_document(1)), make(chain_document(1, name="Other"))]

    sent = designer.post(f"{at}/export", data={"flow": [str(one.id) for one in flows]})

    assert [one.slug for one in read_file(sent.data)] == ["chain", "other"]


def test_who_may_not_change_workflows_imports_none(signed_in: SignedIn, at: str) -> None:
    viewer = signed_in("viewer")

    answers = [viewer.get(f"{at}/import"), viewer.post(f"{at}/import", data={"text": "{}"})]

    assert [one.status_code for one in answers] == [403, 403]


def test_a_program_plans_an_import_and_then_makes_it(client_of_acme: FlaskClient) -> None:
    sent = file_of(caller=calling("Caller", "gone"))

    plan = said(client_of_acme.post(f"{API}/import?dry_run=true", data=sent))
    before = said(client_of_acme.get(API))["items"]
    done = said(client_of_acme.post(f"{API}/import", data=sent))

    assert (plan["applied"], before, done["applied"]) == (False, [], True)
    assert plan["items"][0]["action"] == "new"
    assert any("gone" in line for line in plan["items"][0]["todo"])
    assert said(client_of_acme.get(f"{API}/{done['items'][0]['id']}"))["slug"] == "caller"


def test_a_program_takes_all_workflows_as_one_file(client_of_acme: FlaskClient, make: Make) -> None:
    made = [make(chain_document(1, name=name)) for name in ("One", "Two")]

    sent = client_of_acme.get(f"{API}/export")

    assert list(said(sent)["workflows"]) == ["one", "two"]
    alone = [client_of_acme.get(f"{API}/{made[0].id}/export.{form}") for form in FORMATS]
    assert [one.status_code for one in alone] == [200] * len(FORMATS)
    assert client_of_acme.get(f"{API}/export?ids=x").status_code == 422


def test_nothing_of_another_tenant_goes_out_or_is_written_over(
    client_of_acme: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        other = make_customer(session, "Other")
    with sessions.begin() as session, as_tenant(session, other.id):
        theirs = make_flow(session, other.id, chain_document(1), publish=False)
        create_table(session, other.id, name="sites", columns=["city"])

    lookup = flow_document(
        {"s": step("look-up-table", config={"table": "sites"}, input={"key": "x"})}, []
    )
    plan = said(
        client_of_acme.post(
            f"{API}/import?dry_run=1", data=file_of(chain=chain_document(2), look=lookup)
        )
    )

    assert [
        client_of_acme.get(f"{API}/{theirs.id}/export.{form}").status_code
        for form in ("json", "bpmn", "svg")
    ] == [404, 404, 404]
    assert [one["action"] for one in plan["items"]] == ["new", "new"]
    assert any("sites" in line for line in plan["items"][1]["todo"])


def test_an_import_does_not_change_what_is_drawn(designer: FlaskClient, at: str, see: See) -> None:
    document = copy.deepcopy(chain_document(2))
    document["canvas"] = {"notes": {"n": {"text": "Why", "position": [0, 0]}}}

    designer.post(staged(designer, at, file_of(chain=document)), data={"as/chain": "new"})

    assert canonical_text(see()["chain"].draft) == canonical_text(document)


def test_the_draft_of_the_same_text_says_so(designer: FlaskClient, at: str, make: Make) -> None:
    flow = make(chain_document(2))
    sent = designer.get(f"{at}/{flow.id}/export.json").data

    assert "The draft that is there says the same" in designer.get(staged(designer, at, sent)).text


def test_an_earlier_version_goes_out_by_its_number(
    designer: FlaskClient, at: str, sessions: sessionmaker[Session], acme: OrganisationView
) -> None:
    with sessions.begin() as session, as_tenant(session, acme.id):
        flow = make_flow(session, acme.id, chain_document(2))
        save_draft(
            session,
            acme.id,
            flow.id,
            document=chain_document(4),
            expected_revision=1,
            by="t",
            now=NOON,
        )
        assert get_flow(session, acme.id, flow.id).draft_revision == 2

    sent = said(designer.get(f"{at}/{flow.id}/export.json?version=1"))

    assert len(sent["workflows"]["chain"]["steps"]) == 2
    assert designer.get(f"{at}/{flow.id}/export.json?version=9").status_code == 404
    assert designer.get(f"{at}/{flow.id}/export.json?version=x").status_code == 422
