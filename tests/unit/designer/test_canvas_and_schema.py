"""The schema of workflows takes what the canvas can make, and the canvas draws what it takes.

The canvas is asked itself: its modules run in Node, without a page, on documents of the schema and
on what random edits make of them. Pictures drawn in Python are held against it.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from blocks.drawings.faces import NODE_WIDTH
from blocks.drawings.routes import wire_path
from blocks.drawings.sheets import sheet_of
from blocks.registry import standard_registry
from designer.workflows.palette import catalogue
from garland.demo import automation, restarts
from runtime.flows.drawn import picture_of
from runtime.flows.layout import laid_out
from runtime.flows.model import every_step, every_wire, shape_problems
from runtime.flows.picture import entries_of
from tests.factories.flows import chain_document, step
from tests.support.size import examples
from tests.unit.runtime.flows.documents import flow_documents

HARNESS = Path(__file__).parents[2] / "support" / "canvas.mjs"
SEEDS = list(range(examples(6)))
LONG = "x" * 60
DOCUMENTS = [
    *(
        one
        for module in (automation, restarts)
        for one in vars(module).values()
        if isinstance(one, dict) and one.get("flow") == 1
    ),
    {"flow": 1, "name": "Empty", "triggers": {}, "steps": {}, "wires": []},
    {**chain_document(3), "steps": {LONG: step("set-data"), "constructor": step("switch")}},
]


def asked(documents: list[Any], seeds: list[int]) -> list[dict[str, Any]]:
    """Ask the canvas what it draws of documents, and what edits make of them."""
    entries = catalogue(standard_registry(), lambda _: "puzzle")
    sent = json.dumps({"catalogue": entries, "documents": documents, "seeds": seeds})
    done = subprocess.run(
        ["node", HARNESS], input=sent, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@cache
def answers() -> list[dict[str, Any]]:
    return asked([laid_out(one) for one in DOCUMENTS], SEEDS)


@pytest.mark.parametrize("at", range(len(DOCUMENTS)), ids=lambda at: str(DOCUMENTS[at]["name"]))
def test_whatever_is_edited_the_schema_takes_it_and_it_is_drawn(at: int) -> None:
    for made in answers()[at]["edited"]:
        assert [(one.pointer, one.message) for one in shape_problems(made)] == []
        assert is_drawn(made)


@pytest.mark.parametrize("at", range(len(DOCUMENTS)), ids=lambda at: str(DOCUMENTS[at]["name"]))
def test_a_picture_shows_what_the_canvas_shows(at: int) -> None:
    document, answer = laid_out(DOCUMENTS[at]), answers()[at]

    sheet = sheet_of(document, entries_of(document, standard_registry(), lambda _: "puzzle"))

    nodes = [[one.id, one.x, one.y, NODE_WIDTH, one.height] for one in sheet.faces.values()]
    paths = [wire_path(sheet.faces[a], port, sheet.faces[b]) for a, port, b in sheet.wires]
    assert sorted(nodes) == sorted(answer["nodes"])
    assert sorted(map(beginning, paths)) == sorted(map(beginning, answer["wires"]))


@settings(
    max_examples=examples(1),
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(flow_documents, min_size=8, max_size=8))
def test_the_canvas_draws_every_document_of_the_schema(documents: list[dict[str, Any]]) -> None:
    placed = [laid_out(one) for one in documents]

    for document, answer in zip(placed, asked(placed, [0]), strict=True):
        ids = {*document["triggers"], *(id_ for id_, _, _ in every_step(document))}
        assert {one[0] for one in answer["nodes"]} == ids
        assert len(answer["wires"]) == len([w for w in every_wire(document) if drawable(w, ids)])
        assert all(shape_problems(one) == [] for one in answer["edited"])


@settings(max_examples=examples(12))
@given(flow_documents)
def test_every_document_of_the_schema_has_a_place_and_a_picture(document: dict[str, Any]) -> None:
    placed = laid_out(document)
    sheet = sheet_of(placed, entries_of(document, standard_registry(), lambda _: ""))

    assert shape_problems(placed) == []
    assert all("position" in one for _, one, _ in every_step(placed))
    assert set(sheet.faces) == {*document["triggers"], *(id_ for id_, _, _ in every_step(document))}
    assert is_drawn(document)


def beginning(path: str) -> str:
    """Give where a wire leaves; on which way it goes round others, the canvas decides."""
    found = re.match(r"M[-\d.]+ [-\d.]+", path)
    return found[0] if found else path


def drawable(wire: Mapping[str, str], ids: set[str]) -> bool:
    return wire["from"].partition(":")[0] in ids and wire["to"] in ids


def is_drawn(document: dict[str, Any]) -> bool:
    """Tell whether a picture has a face for each node and a path for each wire between such."""
    picture = picture_of(document, standard_registry(), "light")
    ids = {*document["triggers"], *(id_ for id_, _, _ in every_step(document))}
    wires = [one for one in every_wire(document) if drawable(one, ids)]
    faces = len(re.findall(r'<g transform="translate\([^)]*\)">\n<rect width="208"', picture))
    paths = len(
        re.findall(r'<path d="M[^"]*" fill="none" stroke="[^"]*" stroke-width="1.75"', picture)
    )
    return (faces, paths) == (len(ids), len(wires))
