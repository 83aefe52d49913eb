"""The interface's document, its schemas and its page: whole, right behind any host, open to all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from referencing import Registry, Resource

from garland.reference.addresses import addresses
from garland.reference.contracts import CONTRACTS
from garland.reference.published import PUBLISHED
from kernel.schema import check_schema
from tests.support.reference import operations_of

DOCUMENT = "/api/v1/openapi.json"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get(DOCUMENT).json  # type: ignore[assignment]
    return found


def references(said: Any) -> Iterator[str]:
    if isinstance(said, Mapping):
        if isinstance(said.get("$ref"), str):
            yield said["$ref"]
        said = list(said.values())
    if isinstance(said, list):
        for one in said:
            yield from references(one)


def test_the_document_is_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_what_keeps_to_a_contract_of_others_has_a_document_too(
    client: FlaskClient, name: str
) -> None:
    told = client.get(f"/api/v1/contracts/{name}.json").get_json()

    validate(told)
    assert all(path.startswith(CONTRACTS[name].prefixes) for path in told["paths"])


def test_every_schema_of_the_document_is_one_and_refers_to_nothing_outside(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]

    wrong = {
        name: check_schema({**one, "components": document["components"]})
        for name, one in schemas.items()
    }

    assert {name: problems for name, problems in wrong.items() if problems} == {}
    assert all(one.startswith("#/components/") for one in references(document))


def test_every_address_is_in_the_document_and_the_reverse(
    app: Flask, document: dict[str, Any]
) -> None:
    served = {
        (one.method.lower(), one.path)
        for one in addresses(app.url_map.iter_rules(), app.view_functions)
    }
    told = {(method, path) for path, methods in document["paths"].items() for method in methods}

    assert told == served
    assert len(told) > 100
    rest = {one.rule for one in app.url_map.iter_rules() if one.rule.startswith("/api/")}
    assert all(rule.startswith("/api/v1/") for rule in rest)


def test_operations_have_ids_of_their_own_words_and_a_group(document: dict[str, Any]) -> None:
    named = operations_of(document)

    assert len(named) == sum(map(len, document["paths"].values()))
    assert all(one["summary"].endswith(".") for one in named.values())
    assert {tag for one in named.values() for tag in one["tags"]} == {
        one["name"] for one in document["tags"]
    }


def test_whoever_wants_a_token_says_which_permission(document: dict[str, Any]) -> None:
    for name, one in operations_of(document).items():
        is_open = name.split(".")[0] in ("reference", "hooks") or name == "intake.send_to_source"
        assert ("Needs the permission" in one.get("description", "")) is not is_open, name


def test_whatever_wants_if_match_says_how_it_is_refused_without(
    document: dict[str, Any],
) -> None:
    told = operations_of(document)
    wants = {
        name
        for name, one in told.items()
        if any(
            each["name"] == "If-Match" and each["required"] for each in one.get("parameters", [])
        )
    }

    assert all("428" in told[name]["responses"] for name in wants)
    assert {name for name, one in told.items() if "428" in one["responses"]} == wants
    assert wants >= {"rules.put_rule", "flows.put_draft", "services.save_service"}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_names_itself_by_the_public_address_whatever_host_was_asked_for(
    client: FlaskClient, name: str
) -> None:
    answers = [
        client.get(f"/schemas/{name}", base_url=host)
        for host in ("https://garland.example", "http://127.0.0.1:8000")
    ]

    assert answers[0].mimetype == "application/schema+json"
    assert [one.get_json(force=True)["$id"] for one in answers] == [
        f"http://localhost/schemas/{name}"
    ] * 2


def test_references_between_schemas_lead_somewhere(client: FlaskClient) -> None:
    def fetched(address: str) -> Resource[Any]:
        answer = client.get(address.removeprefix("http://localhost"))
        return Resource.from_contents(answer.get_json(force=True))

    registry: Registry[Any] = Registry(retrieve=fetched)  # type: ignore[call-arg]
    for name in PUBLISHED:
        resolver = registry.resolver(f"http://localhost/schemas/{name}")
        schema = resolver.lookup("").contents
        for reference in references(schema):
            assert resolver.lookup(reference).contents is not None


@pytest.mark.parametrize("where", [DOCUMENT, "/schemas/rule"])
def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, where: str) -> None:
    first = client.get(where)

    again = client.get(where, headers={"If-None-Match": first.headers["ETag"]})

    assert "max-age" in first.headers["Cache-Control"]
    assert (again.status_code, again.data) == (304, b"")


def test_the_index_lists_schemas_for_people_and_for_programs(client: FlaskClient) -> None:
    page = client.get("/schemas/", headers={"Accept": "text/html"}).text
    listed: Any = client.get("/schemas/", headers={"Accept": "application/json"}).json

    assert {one["name"] for one in listed["items"]} == set(PUBLISHED)
    assert all(one["url"] in page for one in listed["items"])


def test_a_schema_that_is_none_is_told_with_those_that_are(client: FlaskClient) -> None:
    answer = client.get("/schemas/nothing", headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert "alarm-event" in answer.json["detail"]  # type: ignore[index]


def test_the_page_shows_every_operation_with_a_call(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    page = client.get("/reference").text

    for name in operations_of(document):
        assert f'id="{name}"' in page
    assert "curl http://localhost/api/v1/alarms" in page
    assert '<script src="http' not in page
