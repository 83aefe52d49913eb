"""What tidying reads from a document: places, sizes, and what stands in what."""

from __future__ import annotations

from blocks.registry import standard_registry
from designer.tidying.arranging import Rect
from designer.tidying.reading import drawing_of
from runtime.flows.picture import entries_of
from tests.factories.flows import flow_document, step


def test_reads_nodes_as_tall_as_they_are_drawn_bodies_and_notes() -> None:
    inner = {"p": step("write-log", position=[10, 10]), "q": step("write-log")}
    body = {"steps": inner, "wires": [{"from": "p:done", "to": "q"}]}
    steps = {
        "each": step("for-each", config={"items": [1]}, position=[256, 0], body=body),
        "way": step("branch", config={"when": "true"}, position=[600, 0]),
    }
    document = flow_document(steps, ["each:done > way", "way:no > end"])
    document["canvas"] = {
        "groups": {"g": {"title": "", "colour": "blue", "steps": ["way"]}},
        "notes": {"n": {"text": "", "position": [5, 6]}},
    }

    found = drawing_of(document, entries_of(document, standard_registry(), lambda _block: ""))

    assert found.nodes["p"] == Rect(x=290, y=186, w=208, h=98)
    assert found.nodes["way"].h == 120
    assert found.within["p"] == "each"
    assert found.loops == {"each"}
    assert found.notes == {"n": Rect(x=5, y=6, w=208, h=144)}
    assert found.groups == [["way"]]
    rows = {(tie.source, tie.target): tie.row for tie in found.ties}
    assert rows[("p", "q")] == 0
    assert rows[("way", "end")] == 1
