"""Decision tables over REST: asked, exchanged, published, compared and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tenancy.organisations import OrganisationView
from tenancy.scope import as_tenant
from tests.factories.flows import flow_document, make_flow, step
from tests.factories.rules import make_rule_document
from tests.factories.tables import make_row, make_table_document
from tests.integration.runtime.rules.test_api import RULES, designer, tenant

__all__ = ["designer", "tenant"]
MAJOR = {"perceived_severity": "major", "attributes.load": 95}


def made(designer: FlaskClient, **changes: Any) -> str:
    """Make a table; give its address."""
    answer = designer.post(RULES, json=make_table_document(**changes))
    assert answer.status_code == 201, answer.text
    return f"{RULES}/{json_of(answer)['id']}"


def json_of(answer: Any) -> Any:
    assert answer.json is not None, answer.text
    return answer.json


def test_a_table_is_told_from_a_rule(designer: FlaskClient) -> None:
    made(designer)
    designer.post(RULES, json=make_rule_document())

    items = json_of(designer.get(f"{RULES}?kind=table"))["items"]

    assert [one["kind"] for one in items] == ["table"]


def test_the_live_version_answers_until_another_is_published(designer: FlaskClient) -> None:
    table = made(designer)
    designer.post(f"{table}/publish", json={"mode": "workflows"})
    rows = [make_row(["-", "-"], ["noc", ""])]
    tag = designer.get(table).headers["ETag"]
    designer.put(table, json=make_table_document(rows=rows), headers={"If-Match": tag})

    teams = [
        json_of(designer.post(f"{table}/evaluate", json={"values": MAJOR, **which}))["values"]
        for which in ({}, {"version": 1}, {"version": "draft"})
    ]

    assert [one["team"] for one in teams] == ["core", "core", "noc"]


def test_a_table_published_for_workflows_judges_no_alarm(designer: FlaskClient) -> None:
    table = made(designer)

    done = json_of(designer.post(f"{table}/publish", json={"mode": "workflows"}))

    assert (done["mode"], done["live_number"]) == ("off", 1)


def test_a_rule_is_not_published_for_workflows(designer: FlaskClient) -> None:
    rule = json_of(designer.post(RULES, json=make_rule_document()))["id"]

    answer = designer.post(f"{RULES}/{rule}/publish", json={"mode": "workflows"})

    assert answer.status_code == 422


def test_a_table_that_was_never_published_is_asked_as_a_draft(designer: FlaskClient) -> None:
    table = made(designer)

    answer = designer.post(f"{table}/evaluate", json={"values": MAJOR})

    assert answer.status_code == 404
    assert "version draft" in json_of(answer)["detail"]


def test_a_value_of_another_kind_is_refused_at_its_place(designer: FlaskClient) -> None:
    asked = {"values": {"attributes.load": "much"}, "version": "draft"}

    answer = designer.post(f"{made(designer)}/evaluate", json=asked)

    assert answer.status_code == 422
    assert json_of(answer)["errors"][0]["pointer"] == "/values/attributes.load"


def test_findings_name_gaps_and_what_the_table_gives(designer: FlaskClient) -> None:
    found = json_of(designer.get(f"{made(designer)}/findings"))

    assert found["problems"] == []
    assert found["gaps"]
    assert set(found["input"]["properties"]) == set(MAJOR)
    assert found["used_by"] == []


def test_an_exported_table_makes_the_same_table_again(designer: FlaskClient) -> None:
    sent = designer.get(f"{made(designer)}/table.dmn")

    answer = designer.post(f"{RULES}/import", data=sent.data)

    assert answer.status_code == 201
    assert (json_of(answer)["draft"], json_of(answer)["notes"]) == (make_table_document(), [])


def test_a_file_replaces_the_draft_that_if_match_names(designer: FlaskClient) -> None:
    table = made(designer)
    sent = designer.get(f"{table}/table.csv")
    text = sent.text.replace("core", "elite")

    answers = [
        designer.put(f"{table}/table.csv", data=text.encode(), headers=headers).status_code
        for headers in ({}, {"If-Match": sent.headers["ETag"]}, {"If-Match": sent.headers["ETag"]})
    ]

    assert answers == [428, 200, 412]
    assert json_of(designer.get(table))["draft"]["rows"][0]["then"][0] == "elite"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        pytest.param(b"<html/>", "decision table", id="another document"),
        pytest.param(b"<!DOCTYPE a><a/>", "document type", id="a document type"),
        pytest.param(b"", "", id="nothing"),
    ],
)
def test_a_file_that_is_no_table_makes_nothing(
    designer: FlaskClient, body: bytes, word: str
) -> None:
    answer = designer.post(f"{RULES}/import", data=body)

    assert answer.status_code == 422
    assert word in answer.text
    assert json_of(designer.get(RULES))["items"] == []


def test_versions_are_listed_compared_and_taken_back(designer: FlaskClient) -> None:
    table = made(designer)
    designer.post(f"{table}/publish", json={"mode": "live"})
    tag = designer.get(table).headers["ETag"]
    changed = make_table_document(hit="any", rows=[make_row(["-", "-"], ["noc", ""])])
    tag = designer.put(table, json=changed, headers={"If-Match": tag}).headers["ETag"]

    changes = json_of(designer.get(f"{table}/versions/1/diff"))["changes"]
    back = designer.post(f"{table}/versions/1/restore", headers={"If-Match": tag})

    assert [one["title"] for one in changes] == ["Hit policy", "Rows"]
    assert "+row 1: any: Set team noc" in changes[1]["lines"]
    assert json_of(back)["draft"] == make_table_document()
    (version,) = json_of(designer.get(f"{table}/versions"))["items"]
    assert (version["number"], version["is_live"]) == (1, True)


def test_a_rule_does_not_become_a_table(designer: FlaskClient) -> None:
    table = made(designer)
    tag = designer.get(table).headers["ETag"]

    answer = designer.put(table, json=make_rule_document(), headers={"If-Match": tag})

    assert answer.status_code == 422
    assert "stays one" in json_of(answer)["detail"]


def test_a_table_is_simulated_with_the_row_that_decides(designer: FlaskClient) -> None:
    alarm = {"managed_object": "l", "perceived_severity": "major", "attributes": {"load": 95}}
    body = {"rule": make_table_document(), "alarms": [alarm, alarm | {"managed_object": "m"}]}

    told = json_of(designer.post(f"{RULES}/simulate", json=body))

    assert [one["decision"]["rows"] for one in told["steps"]] == [[1], [1]]
    assert told["firings"][0]["why"]["table"]["values"] == {}


def test_a_table_that_a_workflow_decides_by_is_not_deleted(
    designer: FlaskClient, sessions: sessionmaker[Session], tenant: OrganisationView
) -> None:
    table = made(designer)
    table_id = table.rpartition("/")[2]
    ask = step("decide", config={"table": table_id}, input={"values": {}})
    with sessions.begin() as session, as_tenant(session, tenant.id):
        document = flow_document({"ask": ask}, ["hand > ask"], name="Route it")
        make_flow(session, tenant.id, document, publish=False)

    answer = designer.delete(table)

    assert answer.status_code == 409
    assert "Route it" in json_of(answer)["detail"]
    assert json_of(designer.get(f"{table}/findings"))["used_by"] == ["Route it"]


def test_a_rule_nobody_needs_is_deleted(designer: FlaskClient) -> None:
    table = made(designer)

    assert designer.delete(table).status_code == 204
    assert designer.get(table).status_code == 404


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/findings"),
        ("GET", "/table.dmn"),
        ("POST", "/evaluate"),
        ("GET", "/versions"),
        ("DELETE", ""),
    ],
)
def test_a_table_that_is_not_there_is_not_found(
    designer: FlaskClient, verb: str, path: str
) -> None:
    nobody = "01990000-0000-7000-8000-000000000000"

    answer = designer.open(f"{RULES}/{nobody}{path}", method=verb, json={})

    assert answer.status_code == 404
