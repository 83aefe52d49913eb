"""Workflows over REST, as a program uses them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories.flows import chain_document, flow_document, step
from tests.integration.runtime.flows.conftest import ClientOf

FLOWS = "/api/v1/flows"


@pytest.fixture
def designer(client_of: ClientOf) -> FlaskClient:
    return client_of("designer")


def create(client: FlaskClient, document: dict[str, Any], name: str = "Chain") -> str:
    made = client.post(FLOWS, json={"name": name, "document": document})
    assert made.status_code == 201, made.json
    return str(made.headers["Location"]).removeprefix("http://localhost")


def body(answer: TestResponse) -> Any:
    return answer.json


def pointers(answer: TestResponse) -> list[str]:
    assert answer.content_type == "application/problem+json"
    return [one["pointer"] for one in body(answer)["errors"]]


def test_a_workflow_is_drawn_published_and_started(designer: FlaskClient) -> None:
    address = create(designer, chain_document(2))
    draft = designer.get(f"{address}/draft")
    saved = designer.put(
        f"{address}/draft", json=chain_document(3), headers={"If-Match": draft.headers["ETag"]}
    )

    published = designer.post(f"{address}/publish", json={"note": "three steps"})
    started = designer.post(f"{address}/runs", json={"input": {"n": 1}})

    assert body(saved)["draft_revision"] == 2
    assert (body(published)["number"], body(published)["note"]) == (1, "three steps")
    assert started.status_code == 202
    assert body(started)["state"] == "queued"
    assert body(designer.get(address))["state"] == "live"
    assert len(body(designer.get(f"{address}/versions/1"))["document"]["steps"]) == 3
    run = body(designer.get(started.headers["Location"]))
    assert run["trigger"] == {"kind": "manual", "input": {"n": 1}}


def test_an_idempotency_key_starts_one_run(designer: FlaskClient) -> None:
    address = create(designer, chain_document(1))
    designer.post(f"{address}/publish")
    key = {"Idempotency-Key": "order-7"}

    first = designer.post(f"{address}/runs", headers=key)
    again = designer.post(f"{address}/runs", headers=key)

    assert (first.status_code, again.status_code) == (202, 200)
    assert body(first)["id"] == body(again)["id"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        pytest.param({}, 428, "core.revision_required", id="no If-Match"),
        pytest.param({"If-Match": '"7"'}, 412, "core.revision_moved", id="another revision"),
        pytest.param({"If-Match": '""'}, 412, "core.revision_moved", id="an empty one"),
        pytest.param({"If-Match": '"x"'}, 412, "core.revision_moved", id="no revision at all"),
    ],
)
def test_a_draft_is_saved_on_the_revision_that_was_read(
    designer: FlaskClient, headers: dict[str, str], status: int, code: str
) -> None:
    address = create(designer, chain_document(1))

    answer = designer.put(f"{address}/draft", json=chain_document(2), headers=headers)

    assert (answer.status_code, body(answer)["code"]) == (status, code)
    assert len(body(designer.get(f"{address}/draft"))["steps"]) == 1


def test_an_unchanged_draft_is_not_sent_again(designer: FlaskClient) -> None:
    address = create(designer, chain_document(1))
    tag = designer.get(f"{address}/draft").headers["ETag"]

    assert designer.get(f"{address}/draft", headers={"If-None-Match": tag}).status_code == 304


def test_publishing_names_each_problem(designer: FlaskClient) -> None:
    address = create(designer, flow_document({"a": step("branch")}, ["rule > a"]))

    answer = designer.post(f"{address}/publish")

    assert answer.status_code == 422
    assert pointers(answer) == ["/steps/a/config/when"]
    listed = body(designer.get(f"{address}/draft/problems"))["items"]
    assert [(one["step"], one["severity"]) for one in listed] == [("a", "error"), ("", "warning")]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        pytest.param({}, "/name", id="no name"),
        pytest.param({"name": "x", "colour": 1}, "/colour", id="unknown field"),
        pytest.param({"name": "  "}, "/name", id="blank name"),
        pytest.param({"name": "x", "document": []}, "/document", id="document of another kind"),
        pytest.param({"name": "x", "document": {"flow": 3}}, "/flow", id="unknown format"),
    ],
)
def test_a_malformed_workflow_is_refused_by_field(
    designer: FlaskClient, sent: Any, pointer: str
) -> None:
    answer = designer.post(FLOWS, json=sent)

    assert answer.status_code == 422
    assert pointer in pointers(answer)


def test_a_body_that_is_no_json_is_said(designer: FlaskClient) -> None:
    answer = designer.post(FLOWS, data="{", content_type="application/json")

    assert answer.status_code == 400
    assert "line 1, column 2" in body(answer)["detail"]


def test_lists_come_in_pages(designer: FlaskClient) -> None:
    for name in ("c", "a", "b"):
        create(designer, chain_document(1), name)

    first = body(designer.get(FLOWS, query_string={"limit": 2}))
    rest = body(designer.get(FLOWS, query_string={"limit": 2, "cursor": first["next_cursor"]}))
    found = body(designer.get(FLOWS, query_string={"q": "B"}))

    assert [one["name"] for one in first["items"]] == ["a", "b"]
    assert [one["name"] for one in rest["items"]] == ["c"]
    assert rest["next_cursor"] is None
    assert [one["name"] for one in found["items"]] == ["b"]


def test_a_paused_or_unpublished_workflow_is_not_started(designer: FlaskClient) -> None:
    address = create(designer, chain_document(1))
    unpublished = designer.post(f"{address}/runs")
    designer.post(f"{address}/publish")
    designer.post(f"{address}/pause")

    paused = designer.post(f"{address}/runs")

    assert (unpublished.status_code, paused.status_code) == (409, 409)
    assert body(designer.post(f"{address}/resume"))["state"] == "live"


def test_who_may_only_look_changes_nothing(client_of: ClientOf, designer: FlaskClient) -> None:
    address = create(designer, chain_document(1))
    viewer = client_of("viewer")

    assert viewer.get(address).status_code == 200
    assert viewer.post(f"{address}/publish").status_code == 403
    assert viewer.post(FLOWS, json={"name": "x"}).status_code == 403


@pytest.mark.parametrize("part", ["", "/draft", "/versions", "/versions/1", "/draft/problems"])
def test_what_is_not_there_is_not_found(designer: FlaskClient, part: str) -> None:
    assert designer.get(f"{FLOWS}/{uuid4()}{part}").status_code == 404


def test_long_names_that_begin_alike_get_addresses_of_their_own(designer: FlaskClient) -> None:
    made = [designer.post(FLOWS, json={"name": "a" * 115}) for _ in range(3)]

    assert [one.status_code for one in made] == [201, 201, 201]
    assert len({one.json["slug"] for one in made}) == 3  # type: ignore[index]
