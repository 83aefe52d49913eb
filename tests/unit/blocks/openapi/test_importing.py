"""An OpenAPI document becomes blocks that run, or is refused with the place that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocks.kinds.http import make_run
from blocks.manifest import parse_manifest
from blocks.openapi.importing import Imported, import_openapi
from blocks.openapi.reading import read_document
from blocks.registry import Block
from blocks.testing import run_example
from kernel.errors import InvalidError
from tests.support.size import examples

TMF = Path("/work/shared/data/tmf")
SPECS = {
    "TMF621-Trouble_Ticket-v5.0.1.oas.yaml": 13,
    "TMF639-Resource_Inventory_Management-v5.0.0.oas.yaml": 8,
    "TMF642-Alarm-v4.0.0.swagger.json": 25,
    "TMF642_Alarm_v5.0.1.oas.yaml": 26,
    "TMF656-Service_Problem_Management-v5.0.0.oas.yaml": 21,
    "TMF688-Event-v4.0.0.swagger.json": 13,
}
OK = {"200": {"description": "Fine"}}


def document(operation: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    paths = {
        "/things/{id}": {"put": {"operationId": "putThing", "responses": OK} | (operation or {})}
    }
    where = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    paths["/things/{id}"]["parameters"] = [where]  # type: ignore[assignment]  # a list beside maps
    base = {"openapi": "3.0.3", "info": {"title": "Things", "version": "2.1"}, "paths": paths}
    return base | more


def imported(found: dict[str, Any], **asked: Any) -> Imported:
    return import_openapi(json.dumps(found).encode(), publisher="acme", **asked)


def block(operation: dict[str, Any], **more: Any) -> dict[str, Any]:
    return imported(document(operation, **more)).blocks["things-put-thing"]


def sent(schema: dict[str, Any], **more: Any) -> Any:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    made = block({"requestBody": body}, components={"schemas": more})
    return made["input"]["properties"]["body"]


def problem_of(content: bytes) -> tuple[str, str]:
    with pytest.raises(InvalidError) as caught:
        import_openapi(content, publisher="acme")
    first = caught.value.problems[0]
    return first.pointer, first.message


@pytest.mark.parametrize(("name", "count"), SPECS.items())
def test_every_operation_to_call_becomes_a_block_whose_examples_run(name: str, count: int) -> None:
    if not TMF.is_dir():
        pytest.skip(f"{TMF} is not there")

    found = import_openapi((TMF / name).read_bytes(), publisher="acme")

    assert len(found.blocks) == count
    for one in found.blocks.values():
        manifest = parse_manifest(one)
        made = Block(manifest=manifest, run=make_run(manifest, Path()), folder=Path())
        assert len(manifest.examples) == 2
        assert [run_example(made, example) for example in manifest.examples] == [[], []]


def test_names_are_the_same_each_time_and_short() -> None:
    long = document({"operationId": "replaceTheWholeThingWithAnotherOneOfItsKindAtOnce"})

    (name,) = imported(long).blocks

    assert len(name) <= 40
    assert list(imported(long).blocks) == [name]


def test_what_others_call_is_left_out_unless_it_is_selected() -> None:
    listens = {
        "post": {"operationId": "listen", "tags": ["notification listener"], "responses": OK}
    }
    found = document()
    found["paths"]["/listener/x"] = listens

    assert [what for what, _ in imported(found).left_out] == ["listen"]
    assert list(imported(found, select=["listen"]).blocks) == ["things-listen"]


def test_an_unknown_selection_says_what_there_is() -> None:
    with pytest.raises(InvalidError) as caught:
        imported(document(), select=["nope"])

    assert "putThing" in caught.value.problems[0].message


def test_what_only_the_server_writes_is_not_asked_for() -> None:
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}},
    }

    assert sent(schema) == {
        "title": "Body",
        "type": "object",
        "properties": {"name": {"title": "Name", "type": "string"}},
        "additionalProperties": False,
        "required": ["name"],
    }


def test_a_schema_that_holds_itself_is_cut_and_said() -> None:
    node = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Node"}}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Node"}}}}

    found = imported(document({"requestBody": body}, components={"schemas": {"Node": node}}))

    made = found.blocks["things-put-thing"]["input"]["properties"]["body"]
    assert made["properties"]["child"] == {"title": "Child"}
    assert "holds itself" in found.notes["things-put-thing"][0]


def test_all_of_adds_up_and_one_of_offers_the_fields_of_all() -> None:
    base = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    forms = [
        {"properties": {"b": {"type": "string"}, "same": {"type": "integer"}}, "required": ["b"]},
        {"properties": {"c": {"type": "string"}, "same": {"type": "string"}}},
    ]

    made = sent({"allOf": [{"$ref": "#/components/schemas/Base"}, {"oneOf": forms}]}, Base=base)

    assert sorted(made["properties"]) == ["a", "b", "c", "same"]
    assert made["required"] == ["a"]
    assert made["properties"]["same"] == {"title": "Same"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"type": ["integer", "null"]}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"type": ["string", "integer"]}),
        (
            {"type": "integer", "minimum": 1, "exclusiveMinimum": True, "format": "int32"},
            {"type": "integer", "minimum": 1, "exclusiveMinimum": 1},
        ),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        (
            {"type": "string", "format": "password"},
            {"type": "string", "x-garland": {"widget": "secret"}},
        ),
        ({"type": "string", "pattern": "(?=a)b"}, {"type": "string"}),
        ({"type": "string", "enum": ["a", 5, "a"]}, {"type": "string", "enum": ["a"]}),
        ({"items": {"type": "string"}}, {"type": "array", "items": {"type": "string"}}),
        ({"type": "string", "default": "x"}, {"type": "string"}),
    ],
)
def test_reads_each_dialect(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    made = sent({"type": "object", "properties": {"x": schema}})["properties"]["x"]

    assert made == {"title": "X"} | expected


def test_what_comes_back_keeps_its_structure_and_no_limits() -> None:
    fields = {"n": {"type": "integer", "maximum": 5}, "l": {"type": "array", "items": {}}}
    schema = {"type": "object", "required": ["n"], "properties": fields}
    answers = {"200": {"content": {"application/json": {"schema": schema}}}}

    made = block({"responses": answers})["outputs"][0]["schema"]["properties"]["body"]

    assert made["properties"]["n"] == {"title": "N"}
    assert made["properties"]["l"] == {"title": "L", "type": "array", "items": {}}
    assert "required" not in made


@pytest.mark.parametrize(
    ("scheme", "accepts"),
    [
        ({"type": "http", "scheme": "basic"}, ["basic"]),
        ({"type": "http", "scheme": "bearer"}, ["bearer", "oauth2_client"]),
        ({"type": "oauth2", "flows": {"clientCredentials": {}}}, ["bearer", "oauth2_client"]),
        ({"type": "mutualTLS"}, ["mtls"]),
    ],
)
def test_security_becomes_a_slot(scheme: dict[str, Any], accepts: list[str]) -> None:
    made = block({}, security=[{"who": []}], components={"securitySchemes": {"who": scheme}})

    (slot,) = made["secrets"]
    assert (slot["accepts"], slot["required"]) == (accepts, True)
    assert made["request"]["connection"] == slot["slot"]


def test_a_key_goes_where_the_document_says() -> None:
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key"}
    made = block({}, security=[{"k": []}, {}], components={"securitySchemes": {"k": scheme}})

    assert made["secrets"][0]["inject"] == {"as": "header", "name": "X-Key"}
    assert made["secrets"][0]["required"] is False


def test_a_parameter_that_no_place_can_name_gets_another_field() -> None:
    odd = {"name": "filter[status]", "in": "query", "schema": {"type": "string"}}

    made = block({"parameters": [odd]})

    assert "filter_status" in made["input"]["properties"]
    assert made["request"]["query"]["filter[status]"] == {
        "value": "${input.filter_status}",
        "list": "repeat",
    }


def test_an_operation_that_cannot_become_a_block_is_left_out_and_said() -> None:
    found = document()
    upload = {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}
    found["paths"]["/files"] = {
        "post": {"operationId": "up", "requestBody": upload, "responses": OK}
    }

    ((what, why),) = imported(found).left_out

    assert what == "up"
    assert "multipart/form-data" in why


@pytest.mark.parametrize(
    "reference", ["https://evil.example/x.json#/A", "other.yaml", "/etc/passwd"]
)
def test_a_reference_to_another_document_is_refused(reference: str) -> None:
    body = {"content": {"application/json": {"schema": {"$ref": reference}}}}

    pointer, message = problem_of(json.dumps(document({"requestBody": body})).encode())

    assert pointer.endswith("/schema/$ref")
    assert reference in message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[1]", id="a list"),
        pytest.param(b"a: [", id="broken YAML"),
        pytest.param(b"openapi: 3.0.0", id="no paths"),
        pytest.param(b"openapi: 4.0.0\npaths: {}", id="another version"),
        pytest.param(b"openapi: 3.0.0\npaths: {}", id="nothing to call"),
        pytest.param(b"a: !!python/object/apply:os.system [id]", id="a tag that builds"),
        pytest.param(b"a: 1\na: 2", id="a field twice"),
        pytest.param(b"a: &a [*a]", id="an alias of itself"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b"a: " + b" " * (9 * 1024 * 1024), id="too large"),
    ],
)
def test_refuses_what_is_no_document(content: bytes) -> None:
    with pytest.raises(InvalidError):
        import_openapi(content, publisher="acme")


def test_refuses_an_alias_bomb() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    assert "500000 values" in problem_of("\n".join(lines).encode())[1]


def test_yaml_words_stay_words() -> None:
    found = read_document(b"a: no\nb: 2020-01-01\nc: true\nd: 012\ne: 1.5\nf: ~\n200: x")

    assert found == {
        "a": "no",
        "b": "2020-01-01",
        "c": True,
        "d": "012",
        "e": 1.5,
        "f": None,
        "200": "x",
    }


NAMES = st.sampled_from(
    ["type", "properties", "$ref", "allOf", "oneOf", "items", "schema", "in", "name", "content",
     "application/json", "parameters", "requestBody", "responses", "200", "get", "post", "required",
     "enum", "pattern", "default", "security", "tags", "operationId", "/a/{b}", "servers", "url"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["object", "array", "string", "path", "query", "body", "#/paths", "#/x", ""]),
    st.text(max_size=5),
)  # fmt: skip
TREES = st.recursive(
    LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=4)
)


@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(NAMES, TREES, max_size=4),
    st.sampled_from([{"openapi": "3.1.0"}, {"swagger": "2.0"}]),
    st.dictionaries(NAMES, TREES, max_size=4),
)
def test_no_document_breaks_the_importer(
    item: dict[str, Any], version: dict[str, str], more: dict[str, Any]
) -> None:
    found = {**more, **version, "paths": {"/a/{b}": item, "/c": {"post": item, "get": item}}}
    try:
        made = imported(found)
    except InvalidError:
        return

    assert all(parse_manifest(manifest) for manifest in made.blocks.values())


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, TREES, max_size=5))
def test_no_schema_breaks_the_importer(schema: dict[str, Any]) -> None:
    body = {"content": {"application/json": {"schema": schema}}}
    try:
        made = imported(document({"requestBody": body}))
    except InvalidError:
        return

    assert all(parse_manifest(manifest) for manifest in made.blocks.values())
