"""Versions and settings of workflows over REST: retire, restore, compare, replace a part."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.factories.flows import chain_document
from tests.integration.runtime.flows.conftest import ClientOf
from tests.integration.runtime.flows.test_api import body, create, pointers


@pytest.fixture
def designer(client_of: ClientOf) -> FlaskClient:
    return client_of("designer")


@pytest.fixture
def address(designer: FlaskClient) -> str:
    """A workflow of two versions: three steps live, two before."""
    address = create(designer, chain_document(2))
    designer.post(f"{address}/publish")
    put(designer, address, chain_document(3))
    designer.post(f"{address}/publish")
    return address


def tag(client: FlaskClient, address: str) -> dict[str, str]:
    return {"If-Match": client.get(f"{address}/draft").headers["ETag"]}


def put(client: FlaskClient, address: str, document: dict[str, Any]) -> None:
    client.put(f"{address}/draft", json=document, headers=tag(client, address))


def test_a_version_is_retired_and_brought_back(designer: FlaskClient, address: str) -> None:
    retired = designer.post(f"{address}/versions/1/retire")
    again = designer.post(f"{address}/versions/1/retire")
    back = designer.post(f"{address}/versions/1/bring-back")

    assert body(retired)["retired_at"] is not None
    assert body(again) == body(retired)
    assert body(back)["retired_at"] is None


def test_a_version_in_use_is_refused_with_each_use(designer: FlaskClient, address: str) -> None:
    refused = designer.post(f"{address}/versions/2/retire")

    assert refused.status_code == 409
    assert body(refused)["code"] == "flow.version_in_use"
    assert pointers(refused) == ["/live"]


def test_a_version_is_restored_into_the_draft(designer: FlaskClient, address: str) -> None:
    restored = designer.post(f"{address}/versions/1/restore", headers=tag(designer, address))
    again = designer.post(
        f"{address}/versions/1/restore", headers={"If-Match": restored.headers["ETag"]}
    )

    assert body(restored)["draft_revision"] == 3
    assert body(designer.get(f"{address}/draft")) == chain_document(2)
    assert body(again)["draft_revision"] == 3


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 428, id="no revision said"),
        pytest.param({"If-Match": '"1"'}, 412, id="the draft moved on"),
    ],
)
def test_no_draft_is_overwritten_unseen(
    designer: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    restored = designer.post(f"{address}/versions/1/restore", headers=headers)
    changed = designer.patch(f"{address}/draft/settings", json={"vars": {"n": 1}}, headers=headers)

    assert (restored.status_code, changed.status_code) == (status, status)
    assert body(designer.get(f"{address}/draft")) == chain_document(3)


def test_tells_what_changed_between_versions(designer: FlaskClient, address: str) -> None:
    found = body(designer.get(f"{address}/versions/1/diff?with=2"))

    assert (found["from"], found["to"]) == (1, 2)
    assert [(one["part"], one["change"]) for one in found["changes"]] == [
        ("/wires", "changed"),
        ("/steps/s3", "added"),
    ]
    assert body(designer.get(f"{address}/versions/2/diff"))["changes"] == []


def test_a_diff_with_what_is_no_version_is_refused(designer: FlaskClient, address: str) -> None:
    assert pointers(designer.get(f"{address}/versions/1/diff?with=last")) == ["/with"]


def test_one_part_of_the_settings_is_replaced_and_the_others_stay(
    designer: FlaskClient, address: str
) -> None:
    at = f"{address}/draft/settings"
    first = designer.patch(at, json={"vars": {"n": 1}}, headers=tag(designer, address))
    settings = {"concurrency": {"policy": "skip"}}

    second = designer.patch(
        at, json={"settings": settings}, headers={"If-Match": first.headers["ETag"]}
    )

    assert body(second) == {"settings": settings, "vars": {"n": 1}, "input": {}}
    assert body(designer.get(at)) == body(second)
    assert designer.get(at).headers["ETag"] == second.headers["ETag"]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        pytest.param({"steps": {}}, "/steps", id="not a setting"),
        pytest.param(
            {"settings": {"concurrency": {"policy": "no"}}},
            "/settings/concurrency/policy",
            id="no such policy",
        ),
    ],
)
def test_settings_of_the_wrong_shape_are_refused_by_field(
    designer: FlaskClient, address: str, sent: dict[str, Any], pointer: str
) -> None:
    refused = designer.patch(f"{address}/draft/settings", json=sent, headers=tag(designer, address))

    assert refused.status_code == 422
    assert pointers(refused) == [pointer]


def test_operators_read_versions_and_change_none(client_of: ClientOf, address: str) -> None:
    operator = client_of("operator")

    answers = [
        operator.post(f"{address}/versions/1/retire"),
        operator.post(f"{address}/versions/1/bring-back"),
        operator.post(f"{address}/versions/1/restore", headers={"If-Match": '"2"'}),
        operator.patch(f"{address}/draft/settings", json={}, headers={"If-Match": '"2"'}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert operator.get(f"{address}/versions/1/diff").status_code == 200


@pytest.mark.parametrize(
    "part", ["draft", "draft/settings", "versions/1", "versions/1/diff?with=2"]
)
def test_who_may_only_look_sees_no_secret(
    client_of: ClientOf, designer: FlaskClient, part: str
) -> None:
    """Those who may change it are given it whole: saving it must not lose them."""
    address = create(designer, _with_key("k-1"))
    designer.post(f"{address}/publish")
    put(designer, address, _with_key("k-2"))
    designer.post(f"{address}/publish")

    seen, whole = (client_of(role).get(f"{address}/{part}") for role in ("viewer", "designer"))

    assert seen.status_code == whole.status_code == 200
    assert "k-" not in seen.text
    assert "k-" in whole.text


def _with_key(key: str) -> dict[str, Any]:
    return {**chain_document(2), "vars": {"api_key": key}}


def test_a_very_long_idempotency_key_starts_one_run(designer: FlaskClient, address: str) -> None:
    headers = {"Idempotency-Key": "k" * 400}

    sent = [designer.post(f"{address}/runs", headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in sent] == [202, 200]
    assert body(sent[0])["id"] == body(sent[1])["id"]


def test_a_start_that_is_skipped_answers_409(designer: FlaskClient, address: str) -> None:
    skip = {"settings": {"concurrency": {"policy": "skip"}}}
    designer.patch(f"{address}/draft/settings", json=skip, headers=tag(designer, address))
    designer.post(f"{address}/publish")
    designer.post(f"{address}/runs")

    refused = designer.post(f"{address}/runs")

    assert (refused.status_code, body(refused)["code"]) == (409, "runtime.start_skipped")


def test_a_step_is_tried_alone(designer: FlaskClient, address: str) -> None:
    sent = {"pins": {"s1": {"output": {"n": 5}}}, "trigger": {"kind": "rule", "alarm": {}}}
    headers = {"Idempotency-Key": "once"}

    tried = designer.post(f"{address}/steps/s2/try", json=sent, headers=headers)
    again = designer.post(f"{address}/steps/s2/try", json=sent, headers=headers)
    past = designer.post(f"{address}/steps/s3/try", json={"from_run": body(tried)["id"]})

    assert (tried.status_code, again.status_code, past.status_code) == (202, 200, 202)
    assert body(tried)["is_trial"] is True
    assert body(again)["id"] == body(tried)["id"]
    assert body(past)["trigger_kind"] == "rule"


@pytest.mark.parametrize(
    ("step", "sent", "status"),
    [
        pytest.param("none", {}, 404, id="no such step"),
        pytest.param("s1", {"pins": {"s2": {"result": 1}}}, 422, id="no such part of a pin"),
        pytest.param("s1", {"item": 1}, 422, id="an item outside a loop"),
        pytest.param(
            "s1", {"from_run": "01a218ff-9aa3-76fe-8fee-b9a04cf583e4"}, 404, id="no such run"
        ),
    ],
)
def test_a_step_is_not_tried_with_what_does_not_fit(
    designer: FlaskClient, address: str, step: str, sent: dict[str, Any], status: int
) -> None:
    assert designer.post(f"{address}/steps/{step}/try", json=sent).status_code == status


def test_a_copy_is_made_once_for_the_same_key(designer: FlaskClient, address: str) -> None:
    headers = {"Idempotency-Key": "once"}

    made = [designer.post(f"{address}/copy", headers=headers) for _ in range(2)]
    named = designer.post(f"{address}/copy", json={"name": "Another"})

    assert [answer.status_code for answer in made] == [201, 200]
    assert body(made[0])["id"] == body(made[1])["id"]
    assert (body(made[0])["name"], body(named)["name"]) == ("Copy of Chain", "Another")
    assert body(designer.get(f"{made[0].headers['Location']}/draft"))["name"] == "Copy of Chain"


def test_many_workflows_are_paused_at_once(designer: FlaskClient, address: str) -> None:
    mine, nobodys = address.rpartition("/")[2], "01a218ff-9aa3-76fe-8fee-b9a04cf583e4"

    done = designer.post("/api/v1/flows/bulk", json={"action": "pause", "ids": [mine, nobodys]})

    assert (body(done)["done"], body(done)["failed"]) == (1, 1)
    assert body(designer.get(address))["state"] == "paused"
    assert designer.post(f"{address}/runs").status_code == 409


def test_a_workflow_is_deleted_unless_its_draft_moved_on_or_it_is_needed(
    designer: FlaskClient, address: str
) -> None:
    moved = designer.delete(address, headers={"If-Match": '"1"'})
    run = designer.post(f"{address}/runs")
    needed = designer.delete(address)
    designer.post(f"/api/v1/runs/{body(run)['id']}/cancel")

    assert (moved.status_code, needed.status_code) == (412, 409)
    assert body(needed)["code"] == "flow.in_use"
    assert "under way or waiting" in body(needed)["errors"][0]["message"]


def test_a_workflow_that_nothing_needs_is_deleted(designer: FlaskClient, address: str) -> None:
    assert designer.delete(address, headers=tag(designer, address)).status_code == 204
    assert designer.get(address).status_code == 404
