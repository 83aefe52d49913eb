"""Workflows as files: the text is stable, and what is read back writes the same text again."""

from __future__ import annotations

import copy
import difflib
import json
import random
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from blocks.registry import STANDARD_FOLDER, standard_registry
from garland.demo import automation, restarts
from kernel.errors import InvalidError
from runtime.flows.exchange.canonical import canonical_text
from runtime.flows.exchange.envelope import FORMAT, read_envelope, write_envelope
from runtime.flows.exchange.files import read_file, zip_of
from runtime.flows.exchange.secrets import without_secrets
from runtime.flows.model import shape_problems
from tests.factories.flows import chain_document, flow_document, step
from tests.support.size import examples
from tests.unit.runtime.flows.documents import flow_documents

ROOT = Path(__file__).parents[4]
DEMO = [
    found
    for module in (automation, restarts)
    for found in vars(module).values()
    if isinstance(found, dict) and found.get("flow") == 1
]
FILES = [
    *sorted(STANDARD_FOLDER.glob("*/docs/flow.json")),
    ROOT / "examples" / "workflows" / "ticket-a-critical-link.json",
]


def document_of(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def again(text: str) -> str:
    """Read a file and write what it had."""
    carried = read_file(text.encode())
    tables = carried[0].tables
    return write_envelope({one.slug: one.document for one in carried}, standard_registry(), tables)


def shuffled(value: Any, by: random.Random) -> Any:
    """Give JSON that says the same in another order of names."""
    if isinstance(value, dict):
        names = list(value)
        by.shuffle(names)
        return {name: shuffled(value[name], by) for name in names}
    return [shuffled(one, by) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "document",
    [*DEMO, *map(document_of, FILES)],
    ids=[*(one["name"] for one in DEMO), *(one.parents[1].name for one in FILES)],
)
def test_every_workflow_that_comes_with_garland_travels_there_and_back(
    document: dict[str, Any],
) -> None:
    text = write_envelope({"it": document}, standard_registry())

    assert again(text) == text


@settings(max_examples=examples(30))
@given(flow_documents)
def test_any_workflow_of_the_schema_travels_there_and_back(document: dict[str, Any]) -> None:
    assert shape_problems(document) == []
    safe, _ = without_secrets(document, standard_registry())

    text = write_envelope({"it": safe}, standard_registry())

    assert again(text) == text
    (carried,) = read_file(text.encode())
    assert canonical_text(carried.document) == canonical_text(safe)


@settings(max_examples=examples(30))
@given(flow_documents)
def test_the_order_things_were_written_in_says_nothing(document: dict[str, Any]) -> None:
    document.pop("input", None)
    by = random.Random(7)  # noqa: S311  no secret
    other = shuffled(document, by)
    by.shuffle(other["wires"])

    assert canonical_text(other) == canonical_text(document)


def test_the_form_of_the_input_keeps_its_order() -> None:
    document = chain_document(1)
    document["input"] = {"type": "object", "properties": {"site": {}, "at": {}}}

    read = json.loads(canonical_text(document))

    assert list(read["input"]["properties"]) == ["site", "at"]


def test_one_change_is_few_lines() -> None:
    before, after = chain_document(9), chain_document(9)
    after["steps"]["s5"]["position"] = [272.0, 16]
    after["wires"].append({"from": "s1:error", "to": "s9"})

    lines = [
        line
        for line in difflib.ndiff(
            canonical_text(before).splitlines(), canonical_text(after).splitlines()
        )
        if line[0] in "+-"
    ]

    assert lines == [
        "-       }",
        "+       },",
        '+       "position": [272, 16]',
        '+     {"from": "s1:error", "to": "s9"},',
    ]


def test_a_file_says_what_its_workflows_need_and_names_no_version_of_garland() -> None:
    steps = {
        "site": step("look-up-table", config={"table": "sites"}, input={"key": "x"}),
        "call": step("http-request", connections={"login": "Ticket desk"}),
    }
    found = json.loads(write_envelope({"it": flow_document(steps, [])}, standard_registry()))

    assert list(found) == ["garland", "format", "workflows", "needs"]
    assert found["needs"] == {
        "blocks": ["garland.http-request@1.0.0", "garland.look-up-table@1.0.0"],
        "connections": ["Ticket desk"],
        "look_up_tables": ["sites"],
    }


def test_secrets_stay_behind_and_are_named() -> None:
    steps = {"call": step("http-request", config={"headers": {"Authorization": "Bearer top"}})}
    document = {**flow_document(steps, []), "vars": {"token": "hidden", "site": "ZRH"}}

    text = write_envelope({"it": document}, standard_registry())

    assert "top" not in text
    assert "hidden" not in text
    (carried,) = read_file(text.encode())
    assert carried.left_out == ("/steps/call/config/headers/Authorization", "/vars/token")
    assert carried.document["vars"] == {"site": "ZRH"}


def test_a_workflow_without_an_envelope_is_taken_too() -> None:
    (carried,) = read_file(json.dumps(chain_document(2, name="Two steps")).encode())

    assert carried.slug == "two-steps"


def test_a_zip_has_a_file_for_each_and_the_same_bytes_each_time() -> None:
    texts = {
        f"{name}.json": write_envelope({name: chain_document(1, name=name)}, standard_registry())
        for name in ("b", "a")
    }
    packed = zip_of(texts)

    assert [one.slug for one in read_file(packed)] == ["a", "b"]
    assert packed == zip_of(dict(reversed(texts.items())))


def envelope(**more: Any) -> bytes:
    workflows = {"it": chain_document(1)}
    made = {"garland": "workflows", "format": FORMAT, "workflows": workflows, **more}
    return json.dumps(made).encode()


def packed(*files: tuple[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b" ", "choose a file", id="nothing"),
        pytest.param(b"{", "is not JSON", id="no JSON"),
        pytest.param(b"[]", "no workflows as they are exported", id="no object"),
        pytest.param(
            envelope(garland="rules"), "no workflows as they are exported", id="other things"
        ),
        pytest.param(envelope(format=2), "a format that is not known", id="a later format"),
        pytest.param(envelope(workflows={}), "1 to 200 workflows", id="none in it"),
        pytest.param(envelope(workflows={"it": {}}), "it: ", id="no workflow"),
        pytest.param(b"x" * (6 << 20), "part it", id="too large"),
        pytest.param(b"[" * 200_000, "not JSON that can be read", id="too deep"),
        pytest.param(b"PK\x03\x04rubbish", "damaged", id="a damaged zip"),
        pytest.param(packed(("a.txt", b"x")), "has 0 workflows", id="an empty zip"),
        pytest.param(
            packed(*((f"{n}.json", b" " * (3 << 20)) for n in range(8))), "unpacks to", id="a bomb"
        ),
        pytest.param(
            packed(*((f"{n}.xml", b"<a/>" * 90_000) for n in range(5))),
            "large together",
            id="many tags",
        ),
        pytest.param(
            packed(("a.json", envelope()), ("b.json", envelope())), "two workflows", id="twice"
        ),
        pytest.param(b"<html/>", "no BPMN 2.0", id="other XML"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(content: bytes, told: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_file(content)

    said = [refused.value.message, *(one.message for one in refused.value.problems)]
    assert told in " ".join(said)


def test_a_file_may_lie_about_everything_but_its_workflows() -> None:
    (carried,) = read_envelope(json.loads(envelope(needs=[1], left_out={"it": [3, {}]}, more=1)))

    assert (carried.left_out, carried.tables) == ((), {})


def test_a_document_is_not_changed_by_being_written() -> None:
    document = copy.deepcopy(DEMO[0])

    canonical_text(document)

    assert document == DEMO[0]
