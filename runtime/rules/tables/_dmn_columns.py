"""The heads of a DMN table: its inputs and outputs as columns, with a note for what is not taken.

Pure. An input that is no field of an alarm is read as an attribute of that name; an output becomes
a plain value. So a foreign table can be saved, tried, and then given something to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import Problem
from runtime.rules.fields import ATTRIBUTES, find_field
from runtime.rules.tables._schema import INPUT_KIND_NAMES, INPUTS_MAX, OUTPUTS_MAX, TARGETS
from runtime.rules.tables.cell_text import CellError
from runtime.rules.tables.columns import output_columns
from runtime.rules.tables.dmn import OWN
from runtime.rules.tables.feel import read_literal, split_list
from runtime.xml_files import Element

_KINDS = {
    "number": "number", "integer": "number", "long": "number", "double": "number",
    "boolean": "truth", "string": "text",
}  # fmt: skip


@dataclass(slots=True)
class Imported:
    """A document, good or not, and what was not taken or taken differently."""

    document: dict[str, Any] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)

    def note(self, pointer: str, message: str) -> None:
        """Add a note on a part of the document."""
        self.notes.append(Problem(pointer, message))


def own(element: Element, key: str) -> str | None:
    """Give an attribute that only Garland writes."""
    return element.attributes.get(f"{OWN} {key}")


def read_inputs(table: Element, found: Imported) -> list[dict[str, Any]]:
    """Read the input columns, one more than may be at most: the check then says so."""
    elements = list(table.all("input"))[: INPUTS_MAX + 1]
    return [_input(index, one, found) for index, one in enumerate(elements)]


def _input(index: int, element: Element, found: Imported) -> dict[str, Any]:
    expression = element.first("inputExpression")
    path = expression.said("text") if expression is not None else ""
    label = element.attributes.get("label", "").strip()
    pointer = f"/inputs/{index}/field"
    if element.first("inputValues") is not None:
        found.note(pointer, f"{label or path}: the list of allowed values was left out")
    if find_field(path) is not None:
        typed = path.startswith(ATTRIBUTES) and own(element, "kind") is None
        kind = _kind(expression, pointer, found) if typed else ""
        return {"field": path} | ({"kind": kind} if kind else {}) | _owned(element)
    name = " ".join((path or label or f"input{index + 1}").split())
    found.note(pointer, f"{name} is no field of an alarm: attributes.{name} is read")
    kind = _kind(expression, pointer, found)
    return {"field": ATTRIBUTES + name, "kind": kind or "text", "title": label or name}


def _owned(element: Element) -> dict[str, str]:
    title, kind = own(element, "title"), own(element, "kind")
    said = {"title": title, "kind": kind if kind in INPUT_KIND_NAMES else None}
    return {key: text for key, text in said.items() if text is not None}


def _kind(element: Element | None, pointer: str, found: Imported) -> str:
    """Read a type; "" where it is text, which is what is meant where none is said."""
    named = element.attributes.get("typeRef", "") if element is not None else ""
    kind = _KINDS.get(named.rpartition(":")[2].strip().lower())
    if named and kind is None:
        found.note(pointer, f"the type {named} is read as text")
    return "" if kind in (None, "text") else kind


def read_outputs(table: Element, found: Imported) -> list[dict[str, Any]]:
    """Read the output columns, one more than may be at most: the check then says so."""
    elements = list(table.all("output"))[: OUTPUTS_MAX + 1]
    return [_output(index, one, found) for index, one in enumerate(elements)]


def _output(index: int, element: Element, found: Imported) -> dict[str, Any]:
    to, pointer = own(element, "to"), f"/outputs/{index}"
    label = element.attributes.get("label", "").strip()
    name = element.attributes.get("name", "").strip() or label or f"output{index + 1}"
    if to not in TARGETS:
        kind = _kind(element, pointer, found)
        made = {"to": "value", "name": name} | ({"kind": kind} if kind else {})
        made |= {"title": label} if label and label != name else {}
    else:
        made = {"to": to} | ({"name": name} if to in ("set", "value") else {}) | _owned(element)
    order = list(_order(element, made, f"{pointer}/order", found))
    if element.first("defaultOutputEntry") is not None and found.document["hit"] != "first":
        found.note(pointer, f"{name}: the default output was left out: add rows for the rest")
    return {**made, "order": order} if order else made


def _order(output: Element, made: dict[str, Any], pointer: str, found: Imported) -> Iterator[str]:
    values = output.first("outputValues")
    [column] = output_columns({"outputs": [made]})
    for text in split_list(values.said("text")) if values is not None else ():
        try:
            yield read_literal(text, column.kind)
        except CellError as error:
            found.note(pointer, f"order of {made.get('name', made['to'])}: {error}")
