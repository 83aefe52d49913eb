"""A decision table as a DMN 1.3 file, for other tools to show and for `dmn_import` to read back.

Pure. What DMN has no place for (a priority among rules, which events, what a column does) are
attributes of a namespace of Garland's own, which other tools keep or ignore; so is a cell's own
text where FEEL says the same differently.

Source: DMN 1.3 (OMG formal/2021-02-01), 8.3 and the XML schema DMN13.xsd.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.rules.fields import Kind
from runtime.rules.tables.cell_text import CellError, parse_cell, write_cell
from runtime.rules.tables.columns import Input, Output, input_columns, output_columns
from runtime.rules.tables.feel import read_feel, read_literal, write_feel, write_literal
from runtime.rules.tables.outputs import read_output
from runtime.rules.tables.words import input_title, output_title
from runtime.xml_files import write_element

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
OWN = "https://garland.invalid/dmn"
_TYPES = {Kind.NUMBER: "number", Kind.TRUTH: "boolean"}


def write_dmn(document: Mapping[str, Any]) -> str:
    """Write a good table document as DMN."""
    inputs, outputs = input_columns(document), output_columns(document)
    names = {"xmlns": MODEL, "xmlns:garland": OWN}
    head = {"id": "definitions", "name": document["name"], "namespace": OWN}
    notes = _text("description", document.get("notes", ""))
    table = _table(document, inputs, outputs)
    decision = write_element(
        "decision",
        {"id": "decision", "name": document["name"], **_own(document)},
        children=(notes, table) if notes else (table,),
    )
    declared = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return declared + write_element("definitions", {**names, **head}, children=(decision,)) + "\n"


def _own(document: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for key in ("priority", "cooldown_s"):
        if key in document:
            found[f"garland:{key}"] = str(document[key])
    if "on" in document:
        found["garland:on"] = " ".join(document["on"])
    return found


def _text(name: str, text: str) -> str:
    return write_element(name, text=text) if text else ""


def _table(
    document: Mapping[str, Any], inputs: tuple[Input, ...], outputs: tuple[Output, ...]
) -> str:
    policy = {"id": "table", "hitPolicy": document["hit"].upper()}
    if "aggregate" in document:
        policy["aggregation"] = document["aggregate"].upper()
    written = [
        *(_input(i, one, document["inputs"][i]) for i, one in enumerate(inputs)),
        *(_output(i, one, document["outputs"][i]) for i, one in enumerate(outputs)),
        *(_rule(i, row, inputs, outputs) for i, row in enumerate(document["rows"])),
    ]
    return write_element("decisionTable", policy, children=tuple(written))


def _input(number: int, column: Input, document: Mapping[str, Any]) -> str:
    own = {f"garland:{key}": document[key] for key in ("kind", "title") if key in document}
    expression = write_element(
        "inputExpression",
        {"id": f"expression{number + 1}", "typeRef": _TYPES.get(column.kind, "string")},
        children=(write_element("text", text=column.field),),
    )
    head = {"id": f"input{number + 1}", "label": input_title(column)}
    return write_element("input", {**head, **own}, children=(expression,))


def _output(number: int, column: Output, document: Mapping[str, Any]) -> str:
    own = {f"garland:{key}": document[key] for key in ("to", "kind", "title") if key in document}
    head = {
        "id": f"output{number + 1}",
        "name": column.name or column.to.value,
        "label": output_title(column),
        "typeRef": _TYPES.get(column.kind, "string"),
    }
    order = ", ".join(map(write_literal, column.order))
    values = write_element("text", text=order)
    children = (write_element("outputValues", children=(values,)),) if order else ()
    return write_element("output", {**head, **own}, children=children)


def _rule(
    number: int,
    row: Mapping[str, Any],
    inputs: tuple[Input, ...],
    outputs: tuple[Output, ...],
) -> str:
    entries = [_text("description", row.get("note", ""))]
    for text, column in zip(row["when"], inputs, strict=True):
        feel = write_feel(parse_cell(text, column.kind), column.kind)
        entries.append(_entry("inputEntry", feel, text, read_input(feel, column.kind)))
    for text, to in zip(row["then"], outputs, strict=True):
        value = read_output(text, to, None)
        feel = "" if value is None else write_literal(value)
        entries.append(_entry("outputEntry", feel, text, read_literal(feel, to.kind)))
    return write_element("rule", {"id": f"rule{number + 1}"}, children=tuple(filter(None, entries)))


def read_input(feel: str, kind: Kind) -> str | None:
    """Read an input entry as a cell's text; None where it is not taken."""
    try:
        return write_cell(read_feel(feel, kind))
    except CellError:
        return None


def _entry(name: str, feel: str, text: str, read: str | None) -> str:
    """Write a cell, and its own text where that is not what is read back."""
    own = {} if text == read else {"garland:cell": text, "garland:feel": feel}
    return write_element(name, own, children=(write_element("text", text=feel),))
