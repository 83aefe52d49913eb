"""Webhooks over REST: what each role may see and change, and that no list tells a secret."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from kernel.clock import utc_now
from runtime.hooks.signature import key_of, new_signing_secret
from tenancy.scope import as_tenant
from tenancy.tokens import create_token
from tests.factories.flows import flow_document, step
from tests.factories.tenancy import make_customer
from tests.integration.runtime.hooks.conftest import Hooked, code

BODY = b"{}"


def client(hooked: Hooked, role: str = "designer") -> FlaskClient:
    with hooked.bench.writing() as session:
        where = (session, hooked.bench.tenant_id)
        secret = create_token(*where, name=role, role=role, now=utc_now())
    made = hooked.app.test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return made


def at(hooked: Hooked, *parts: str) -> str:
    return "/".join([f"/api/v1/flows/{hooked.flow_id}/webhooks", *parts])


def test_publishing_makes_the_address(hooked: Hooked) -> None:
    designer = client(hooked)
    triggers = {"hook": {"kind": "webhook"}}
    document = flow_document({"end": step("end")}, ["hook > end"], triggers=triggers)
    flow = designer.post("/api/v1/flows", json={"name": "F", "document": document}).json or {}

    before = designer.get(f"/api/v1/flows/{flow['id']}/webhooks").json or {}
    designer.post(f"/api/v1/flows/{flow['id']}/publish")
    listed = designer.get(f"/api/v1/flows/{flow['id']}/webhooks").json or {}
    address = designer.get(f"/api/v1/flows/{flow['id']}/webhooks/hook/address").json or {}

    assert before["items"] == []
    assert listed["items"][0]["address_made_at"]
    assert hooked.app.test_client().post(address["address"], json={}).status_code == 202


def test_the_list_says_how_a_webhook_is_set_up_and_no_secret(hooked: Hooked) -> None:
    hooked.publish(signed=True, respond="when_done", correlate="= trigger.body.id", title="Shop")
    hooked.call(data=BODY, **hooked.signed(BODY))

    answers = [
        client(hooked, "admin").get(at(hooked, *one)) for one in ((), ("hook", "deliveries"))
    ]

    (item,) = (answers[0].json or {})["items"]
    assert {"trigger": "hook", "title": "Shop", "signed": True}.items() <= item.items()
    assert (item["respond"], item["correlate"]) == ("when_done", "= trigger.body.id")
    assert item["starts_runs"] is True
    key = hooked.path().removeprefix("/hooks/")
    for answer in answers:
        assert key not in answer.text
        assert hooked.secret not in answer.text


def test_a_renewed_address_is_given_and_the_old_one_stops(hooked: Hooked) -> None:
    hooked.publish()
    old = hooked.path()

    renewed = client(hooked).post(at(hooked, "hook", "renew"))

    assert renewed.json == {"address": f"http://localhost{hooked.path()}"}
    assert hooked.app.test_client().post(old, json={}).status_code == 404


def test_a_secret_is_made_or_taken_over_and_given_once(hooked: Hooked) -> None:
    hooked.publish(signed=True, with_secret=False)
    designer, theirs = client(hooked), new_signing_secret()

    made = designer.post(at(hooked, "hook", "secret"))
    taken = designer.post(at(hooked, "hook", "secret"), json={"secret": theirs})
    wrong = designer.post(at(hooked, "hook", "secret"), json={"secret": "hunter2"})

    assert (made.status_code, taken.json) == (201, {"secret": theirs})
    assert len(key_of((made.json or {})["secret"])) == 32
    assert code(wrong) == (422, "core.invalid")
    assert (wrong.json or {})["errors"][0]["pointer"] == "/secret"
    assert hooked.call(data=BODY, **hooked.signed(BODY, secret=theirs)).status_code == 202
    assert designer.delete(at(hooked, "hook", "old-secret")).status_code == 204
    (item,) = (designer.get(at(hooked)).json or {})["items"]
    assert item["old_secret_until"] is None


def test_deliveries_are_listed_newest_first(hooked: Hooked) -> None:
    hooked.publish()
    run = (hooked.call({}, User_Agent="probe/1").json or {})["run"]
    hooked.call(data=b"{")

    items: list[Any] = (client(hooked, "viewer").get(at(hooked, "hook", "deliveries")).json or {})[
        "items"
    ]

    assert [(one["outcome"], one["status"]) for one in items] == [
        ("refused", 400),
        ("started", 202),
    ]
    assert (items[1]["run_id"], items[1]["sender"]) == (run, "127.0.0.1 probe/1")
    assert items[0]["message"].startswith("the body is not JSON")


@pytest.mark.parametrize(
    ("method", "what", "roles"),
    [
        pytest.param("get", ("hook", "address"), {"designer", "admin"}, id="address"),
        pytest.param("post", ("hook", "renew"), {"designer", "admin"}, id="renew"),
        pytest.param("post", ("hook", "secret"), {"designer", "admin"}, id="secret"),
        pytest.param("delete", ("hook", "old-secret"), {"designer", "admin"}, id="old secret"),
        pytest.param("get", (), {"viewer", "operator", "designer", "admin"}, id="list"),
    ],
)
def test_only_those_may_who_may_change_the_workflow(
    hooked: Hooked, method: str, what: tuple[str, ...], roles: set[str]
) -> None:
    hooked.publish(signed=True)

    allowed = {
        role
        for role in ("viewer", "operator", "designer", "admin")
        if client(hooked, role).open(at(hooked, *what), method=method.upper()).status_code < 400
    }

    assert allowed == roles


@pytest.mark.parametrize("what", ["address", "renew", "secret", "deliveries", "old-secret"])
def test_what_is_not_there_or_anothers_is_not_found(hooked: Hooked, what: str) -> None:
    hooked.publish()
    method = {"renew": "POST", "secret": "POST", "old-secret": "DELETE"}.get(what, "GET")
    other = _of_another_tenant(hooked)

    for who, path in (
        (client(hooked), at(hooked, "nothing", what)),
        (client(hooked), f"/api/v1/flows/{uuid4()}/webhooks/hook/{what}"),
        (other, at(hooked, "hook", what)),
    ):
        assert who.open(path, method=method).status_code == 404


def _of_another_tenant(hooked: Hooked) -> FlaskClient:
    with hooked.bench.sessions.begin() as session:
        other = make_customer(session, "Other")
        with as_tenant(session, other.id):
            secret = create_token(session, other.id, name="t", role="admin", now=utc_now())
    made = hooked.app.test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return made
