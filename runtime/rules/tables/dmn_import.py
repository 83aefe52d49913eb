"""A DMN file as a table document: exactly what Garland wrote, as far as it goes what others wrote.

Pure. Everything that is not taken, or taken differently, has a note. A cell that is not taken
keeps its text, so that the check of the document shows it beside the cell; nothing is dropped in
silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kernel.errors import InvalidError, Problem
from runtime.rules._schema import NAME_MAX
from runtime.rules.fields import Kind
from runtime.rules.tables._dmn_columns import Imported, own, read_inputs, read_outputs
from runtime.rules.tables._schema import AGGREGATES, HIT_POLICIES, ROWS_MAX
from runtime.rules.tables.cell_text import CellError, write_cell
from runtime.rules.tables.columns import input_columns, output_columns
from runtime.rules.tables.feel import compares_case, read_feel, read_literal
from runtime.xml_files import Element, read_xml

__all__ = ["Imported", "read_dmn"]

_OMG = ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")
_ORDERED = ("RULE ORDER", "OUTPUT ORDER")
_LEFT = ("businessKnowledgeModel", "knowledgeSource", "inputData", "itemDefinition")


def read_dmn(body: bytes) -> Imported:
    """Read the first decision table of a DMN file.

    Raises:
        InvalidError: the file is no DMN, or has no decision table.
    """
    root = read_xml(body, what="the file")
    if root.local != "definitions" or not root.namespace.startswith(_OMG):
        raise _refusal("the file is XML but no DMN: export a decision table as DMN 1.1 to 1.5")
    decisions = [one for one in root.walk() if _has_table(one)]
    if not decisions:
        raise _refusal("the file has no decision table: draw one as a decision's logic")
    found = Imported()
    _read_decision(decisions[0], found)
    for other in decisions[1:]:
        found.note("", f"the table {_name(other)} was left out: import a file with it alone")
    _note_rest(root, decisions[0], found)
    return found


def _has_table(element: Element) -> bool:
    return element.local == "decision" and element.first("decisionTable") is not None


def _refusal(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("", message)])


def _name(element: Element) -> str:
    return element.attributes.get("name") or element.attributes.get("id") or "without a name"


def _read_decision(decision: Element, found: Imported) -> None:
    table = decision.first("decisionTable")
    if table is None:
        return
    document = found.document
    document |= {"table": 1, "name": _name(decision)[:NAME_MAX]}
    description = decision.first("description")
    if description is not None and description.text:
        document["notes"] = description.text
    for key in ("priority", "cooldown_s"):
        text = own(decision, key) or ""
        if text.isascii() and text.isdigit():
            document[key] = int(text)
    if on := own(decision, "on"):
        document["on"] = on.split()
    _read_policy(table, found)
    document["inputs"] = read_inputs(table, found)
    document["outputs"] = read_outputs(table, found)
    document["rows"] = list(_rows(table, found))
    _add_default(table, found)


def _read_policy(table: Element, found: Imported) -> None:
    policy = table.attributes.get("hitPolicy", "UNIQUE").strip().upper()
    if policy in _ORDERED:
        found.note("/hit", f"{policy} became collect: every row acts, in the order of the rows")
        policy = "COLLECT"
    if policy.lower() not in HIT_POLICIES:
        found.note("/hit", f"the hit policy {policy} is not known: first is used")
        policy = "FIRST"
    found.document["hit"] = policy.lower()
    aggregation = table.attributes.get("aggregation", "").strip().lower()
    if aggregation in AGGREGATES:
        found.document["aggregate"] = aggregation
    elif aggregation:
        found.note("/aggregate", f"the aggregation {aggregation} is not known: left out")


def _rows(table: Element, found: Imported) -> Iterator[dict[str, Any]]:
    inputs, outputs = input_columns(found.document), output_columns(found.document)
    for index, rule in enumerate(list(table.all("rule"))[: ROWS_MAX + 1]):
        at = f"/rows/{index}"
        entries = list(rule.all("inputEntry"))
        conclusions = list(rule.all("outputEntry"))
        row: dict[str, Any] = {
            "when": [
                _input_cell(one, column.kind, f"{at}/when/{i}", found)
                for i, (one, column) in enumerate(zip(entries, inputs, strict=False))
            ],
            "then": [
                _output_cell(one, column.kind, f"{at}/then/{i}", found)
                for i, (one, column) in enumerate(zip(conclusions, outputs, strict=False))
            ],
        }
        description = rule.first("description")
        if description is not None and description.text:
            row["note"] = description.text
        yield row


def _input_cell(entry: Element, kind: Kind, pointer: str, found: Imported) -> str:
    own, text = _own_cell(entry), entry.said("text")
    if own is not None:
        return own
    try:
        cell = read_feel(text, kind)
    except CellError as error:
        found.note(pointer, f"{_place(pointer)}: {error}")
        return text
    if compares_case(text):
        found.note(pointer, f"{_place(pointer)}: {text} is taken whatever the case of the letters")
    return write_cell(cell)


def _output_cell(entry: Element, kind: Kind, pointer: str, found: Imported) -> str:
    own, text = _own_cell(entry), entry.said("text")
    if own is not None:
        return own
    try:
        return read_literal(text, kind)
    except CellError as error:
        found.note(pointer, f"{_place(pointer)}: {error}")
        return text


def _own_cell(entry: Element) -> str | None:
    """Give the text Garland wrote, unless another tool changed what stands beside it since."""
    is_unchanged = own(entry, "feel") == entry.said("text")
    return own(entry, "cell") if is_unchanged else None


def _place(pointer: str) -> str:
    _, _, row, part, column = pointer.split("/")
    side = "input" if part == "when" else "output"
    return f"row {int(row) + 1}, {side} {int(column) + 1}"


def _add_default(table: Element, found: Imported) -> None:
    """Write default outputs as a last row for everything else, where rows go by their order."""
    defaults = [one.first("defaultOutputEntry") for one in table.all("output")]
    if found.document["hit"] != "first" or not any(defaults):
        return
    columns, at = output_columns(found.document), f"/rows/{len(found.document['rows'])}/then"
    then = [
        _output_cell(one, column.kind, f"{at}/{i}", found) if one is not None else ""
        for i, (one, column) in enumerate(zip(defaults, columns, strict=False))
    ]
    found.document["rows"].append({"when": ["-"] * len(found.document["inputs"]), "then": then})


def _note_rest(root: Element, decision: Element, found: Imported) -> None:
    for one in root.children:
        if one.local in _LEFT or (one.local == "decision" and not _has_table(one)):
            found.note("", f"{one.local} {_name(one)} was left out: a table reads alarms only")
    if decision.first("informationRequirement") is not None:
        found.note("", "what the decision required was left out: its inputs read the alarm itself")
