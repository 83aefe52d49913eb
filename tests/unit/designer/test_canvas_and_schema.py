"""The schema of workflows takes what the canvas can make, and the canvas draws what it takes.

The canvas is asked itself: its modules run in Node, without a page, on documents of the schema and
on what deeds in any order make of them. Pictures drawn in Python are held against it.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocks.drawings.faces import NODE_WIDTH
from blocks.drawings.routes import wire_path
from blocks.drawings.sheets import sheet_of
from blocks.registry import standard_registry
from designer.gallery.library import library
from garland.demo import automation, restarts
from kernel.schema import path_of
from runtime.flows._structure import Structure
from runtime.flows._wire_checks import order_problems, wire_problems
from runtime.flows.drawn import picture_of
from runtime.flows.layout import laid_out
from runtime.flows.model import every_step, every_wire, shape_problems
from runtime.flows.picture import entries_of
from runtime.flows.validate import check_flow
from tests.factories.flows import chain_document, step
from tests.support.canvas import Canvas, Deed
from tests.support.size import examples
from tests.unit.runtime.flows.documents import flow_documents

LONG = "x" * 60
DEEDS = (
    *("add", "follow", "insert", "inside", "into", "shift", "connect", "cut", "move", "drop"),
    *("configure", "name", "switch", "group", "note", "mark", "remove", "duplicate", "paste"),
    *("undo", "redo"),
)
SOUND = [
    *(
        one
        for module in (automation, restarts)
        for one in vars(module).values()
        if isinstance(one, dict) and one.get("flow") == 1
    ),
    *(dict(one.flow) for one in library().values() if '"body"' in str(one.flow).replace("'", '"')),
    {"flow": 1, "name": "Empty", "triggers": {}, "steps": {}, "wires": []},
]
DOCUMENTS = [
    *SOUND,
    {**chain_document(3), "steps": {LONG: step("set-data"), "constructor": step("switch")}},
]


PLACES_MOST = 2_000_000
"""How far a node may be drawn: in a body as far from its loop as that is from the middle."""


@pytest.fixture(scope="module")
def canvas() -> Iterator[Canvas]:
    made = Canvas()
    yield made
    made.close()


shares = st.floats(0, 1, width=32)
deeds = st.lists(st.tuples(st.sampled_from(DEEDS), st.tuples(shares, shares, shares)), max_size=25)
slow = settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])


def test_every_deed_of_the_canvas_is_done_here(canvas: Canvas) -> None:
    assert sorted(canvas.deeds) == sorted(DEEDS)


@slow
@given(document=st.sampled_from([laid_out(one) for one in SOUND]), done=deeds)
def test_whatever_is_edited_is_taken_and_drawn_and_can_be_undone(
    canvas: Canvas, document: dict[str, Any], done: list[Deed]
) -> None:
    answer = canvas.asked(document, done)

    made = answer["made"]
    assert [(one.pointer, one.message) for one in shape_problems(made)] == []
    assert wire_ends_that_are_nothing(made) == []
    assert is_drawn(made)
    last, first, last_again = answer["ends"]
    assert (first, last_again) == (answer["again"], last)


@slow
@given(document=flow_documents, done=deeds)
def test_whatever_is_edited_of_any_document_is_taken(
    canvas: Canvas, document: dict[str, Any], done: list[Deed]
) -> None:
    answer = canvas.asked(laid_out(document), done)

    assert [(one.pointer, one.message) for one in shape_problems(answer["made"])] == []
    assert is_finite(answer["made_nodes"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: str(one["name"]))
def test_a_picture_shows_what_the_canvas_shows(canvas: Canvas, document: dict[str, Any]) -> None:
    placed = laid_out(document)
    answer = canvas.asked(placed)

    sheet = sheet_of(placed, entries_of(placed, standard_registry(), lambda _: "puzzle"))

    nodes = [[one.id, one.x, one.y, NODE_WIDTH, one.height] for one in sheet.faces.values()]
    paths = [wire_path(sheet.faces[a], port, sheet.faces[b]) for a, port, b in sheet.wires]
    assert sorted(nodes) == sorted(answer["nodes"])
    assert sorted(map(beginning, paths)) == sorted(map(beginning, answer["wires"]))


@slow
@given(flow_documents)
def test_the_canvas_draws_every_document_and_keeps_it_as_it_was(
    canvas: Canvas, document: dict[str, Any]
) -> None:
    placed = laid_out(document)

    answer = canvas.asked(placed)

    ids = [*placed["triggers"], *(id_ for id_, _, _ in every_step(placed))]
    assert sorted(one[0] for one in answer["nodes"]) == sorted(ids)
    assert all(answer["titles"])
    assert is_finite(answer["nodes"])
    drawn = [one for one in every_wire(placed) if drawable(one, {*ids})]
    assert len(answer["wires"]) == len(drawn)
    assert measured(answer["again"]) == measured(with_wires_at_home(placed))


@settings(max_examples=examples(12))
@given(flow_documents)
def test_every_document_of_the_schema_has_a_place_and_a_picture(document: dict[str, Any]) -> None:
    placed = laid_out(document)
    sheet = sheet_of(placed, entries_of(document, standard_registry(), lambda _: ""))

    assert shape_problems(placed) == []
    assert all("position" in one for _, one, _ in every_step(placed))
    assert set(sheet.faces) == {*document["triggers"], *(id_ for id_, _, _ in every_step(document))}
    assert is_drawn(document)


NODE = {"block": "garland.set-data", "version": "1.0.0"}
LOOP = {
    "block": "garland.for-each",
    "version": "1.0.0",
    "config": {"items": []},
    "body": {"steps": {"in": NODE}, "wires": []},
}


@pytest.mark.parametrize(
    ("path", "value", "pointer", "told"),
    [
        pytest.param("/steps/each/body/steps/a", NODE, "/steps/each/body/steps/a", "a", id="twice"),
        pytest.param("/steps/hand", NODE, "/steps/hand", "a trigger and a step", id="a trigger's"),
        pytest.param("/steps/A", NODE, "/steps", "A", id="an id nobody can write"),
        pytest.param("/steps/a/position", [2e6, 0], "/steps/a/position/0", "1000000", id="too far"),
        pytest.param(
            "/steps/a/position", [math.nan, 0], "/steps/a/position/0", "infinite", id="no number"
        ),
        pytest.param("/steps/a/position", [0], "/steps/a/position", "", id="half a place"),
        pytest.param(
            "/steps/a/within",
            "each",
            "/steps/a/within",
            "within is not a field",
            id="the canvas's own names",
        ),
        pytest.param(
            "/steps/a/colour",
            "red",
            "/steps/a/colour",
            "colour is not a field",
            id="an unknown name",
        ),
        pytest.param(
            "/zoom", 2, "/zoom", "zoom is not a field", id="an unknown name of the workflow"
        ),
        pytest.param(
            "/wires/0", {"from": "hand"}, "/wires/0/to", "to is missing", id="a wire without an end"
        ),
        pytest.param("/wires/0/from", "a:No!", "/wires/0/from", "", id="a port no block has"),
        pytest.param("/wires/0/to", "a:done", "/wires/0/to", "", id="into a port"),
        pytest.param(
            "/canvas/notes/n",
            {"text": "x"},
            "/canvas/notes/n/position",
            "is missing",
            id="a note nowhere",
        ),
        pytest.param(
            "/canvas/notes/n",
            {"text": "x", "position": [0, 0], "size": [9e9, 80]},
            "/canvas/notes/n/size/0",
            "4000",
            id="a note too large",
        ),
        pytest.param(
            "/canvas/groups/g",
            {"title": "G", "colour": "pink", "steps": []},
            "/canvas/groups/g/colour",
            "must be one of",
            id="a colour there is not",
        ),
        pytest.param(
            "/canvas/groups/g",
            {"title": "G", "colour": "red", "steps": ["a", "a"]},
            "/canvas/groups/g/steps",
            "",
            id="twice in a group",
        ),
        pytest.param(
            "/canvas/frames", {}, "/canvas/frames", "frames is not a field", id="what is not drawn"
        ),
    ],
)
def test_what_the_canvas_cannot_show_or_keep_is_not_taken_and_the_place_is_named(
    path: str, value: Any, pointer: str, told: str
) -> None:
    [problem, *_] = shape_problems(changed(path, value))

    assert problem.pointer == pointer
    assert told in problem.message


@pytest.mark.parametrize(
    ("path", "value", "pointer", "told"),
    [
        pytest.param(
            "/wires/0/to", "gone", "/wires/0", "gone, which is not there", id="to nothing"
        ),
        pytest.param("/wires/0/from", "gone", "/wires/0", "comes from gone", id="from nothing"),
        pytest.param(
            "/wires/0/to", "hand", "/wires/0", "which is no step but a trigger", id="to a trigger"
        ),
        pytest.param(
            "/wires/0/from", "hand:done", "/wires/0", "has no port", id="a trigger's port"
        ),
        pytest.param("/wires/1/from", "a:gone", "/wires/1", "has no port gone", id="no such port"),
        pytest.param("/wires/1/from", "hand", "/wires/1", "across the edge", id="across an edge"),
        pytest.param("/wires/1/to", "a", "/wires", "in a circle", id="to itself"),
        pytest.param(
            "/steps/a/body", {"steps": {}, "wires": []}, "/steps/a/body", "is no loop", id="no loop"
        ),
    ],
)
def test_what_the_canvas_would_not_draw_is_a_problem_at_its_place(
    path: str, value: Any, pointer: str, told: str
) -> None:
    found = check_flow(changed(path, value), standard_registry())

    assert [one.message for one in found if one.pointer == pointer and told in one.message]


def test_the_document_that_is_spoiled_here_is_taken() -> None:
    assert shape_problems(changed("/name", "Sound")) == []


def changed(path: str, value: Any) -> dict[str, Any]:
    """A small workflow with another value at a path, what leads there made."""
    document: Any = {
        "flow": 1,
        "name": "It",
        "triggers": {"hand": {"kind": "manual"}},
        "steps": {"a": {**NODE, "position": [0, 0]}, "each": copy.deepcopy(LOOP)},
        "wires": [{"from": "hand", "to": "a"}, {"from": "a:done", "to": "each"}],
    }
    if path == "/wires/1/from" and value == "hand":
        document["wires"][1]["to"] = "in"
    *way, last = path_of(path)
    place = document
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
    place[int(last) if isinstance(place, list) else last] = value
    found: dict[str, Any] = document
    return found


def wire_ends_that_are_nothing(document: dict[str, Any]) -> list[str]:
    """Give what is wrong with ends of wires: they lead nowhere, or leave or enter a body."""
    structure = Structure(document)
    said = wire_problems(structure, dict.fromkeys(structure.steps))
    return [one.message for one in [*said, *order_problems(structure)] if one.severity == "error"]


def with_wires_at_home(document: dict[str, Any]) -> dict[str, Any]:
    """Give a document whose wires stand where their sources do, as the canvas keeps them."""
    containers = {id_: container for id_, _, container in every_step(document)}
    wires = list(every_wire(document))

    def part(held: dict[str, Any], container: str) -> dict[str, Any]:
        mine = [w for w in wires if containers.get(w["from"].partition(":")[0], "") == container]
        steps = {
            id_: {**one, "body": part(one["body"], id_)} if "body" in one else one
            for id_, one in held["steps"].items()
        }
        return {**held, "steps": steps, "wires": mine}

    return part(document, "")


def measured(value: Any) -> Any:
    """Give JSON with numbers as exact as JavaScript has them, places as exact as can be seen."""
    if isinstance(value, dict):
        return {
            name: [round(float(one), 3) for one in part]
            if name == "position" and isinstance(part, list) and all(map(is_number, part))
            else measured(part)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [measured(one) for one in value]
    return float(value) if is_number(value) else value


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_finite(nodes: list[Any]) -> bool:
    """Tell whether each node stands somewhere; JSON has null for what is no number."""
    return all(is_number(number) for _, *place in nodes for number in place)


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
