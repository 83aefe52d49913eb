"""Steps that decide by a decision table: which version of which one, and what that takes and gives.

Pure. A block is one of those when a setting of it picks a decision table. Its schemas say how such
a step looks in general; the table's own face says which inputs and outputs it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blocks.registry import Block, Registry
from blocks.schemas import is_expression, widget_of
from kernel.schema import Schema
from runtime.flows._named_things import named_in
from runtime.flows.model import every_step
from runtime.flows.problems import Face, Known

WIDGET = "decision-table"
DECIDED = "decided"


class TableUse(NamedTuple):
    """What a step says of its table: the setting that picks it, its id, and which version.

    `number` is None for the live one; `follows` tells whether that is asked anew by each step,
    rather than fixed when the workflow is published.
    """

    field: str
    table: str
    number: int | None
    follows: bool

    @property
    def is_to_be_fixed(self) -> bool:
        """Tell whether publishing fixes the version."""
        return self.number is None and not self.follows


def table_use(config: Mapping[str, Any], block: Block | None) -> TableUse | None:
    """Say which table a step decides by; None where it decides by none that is known yet."""
    found = next(named_in(config, block, WIDGET), None) if block is not None else None
    if found is None:
        return None
    number, follows = config.get("version"), config.get("follow") is True
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return TableUse(found.field, found.name, number if is_number and not follows else None, follows)


def computed_table(config: Mapping[str, Any], block: Block) -> str | None:
    """Name the setting that picks a table by an expression, which nobody can check beforehand."""
    properties = block.manifest.config.get("properties", {})
    return next(
        (
            field
            for field, schema in properties.items()
            if widget_of(schema) == WIDGET and is_expression(config.get(field))
        ),
        None,
    )


def tables_used(document: Mapping[str, Any], registry: Registry) -> Iterator[TableUse]:
    """Yield what the steps of a workflow of the right shape decide by, in their undos too."""
    for _, step, _ in every_step(document):
        for holder in (step, step.get("undo")):
            if holder:
                block = registry.find(holder["block"], holder["version"])
                used = table_use(holder.get("config", {}), block)
                if used is not None:
                    yield used


def face_of(config: Mapping[str, Any], block: Block | None, known: Known) -> Face | None:
    """Give the face of the table a step decides by, as far as it is known."""
    used = table_use(config, block)
    table = (known.tables or {}).get(used.table) if used is not None else None
    return table.faces.get(used.number) if used is not None and table is not None else None


def input_schema_of(config: Mapping[str, Any], block: Block, known: Known) -> Schema:
    """Give the schema of a step's input: its values are the table's inputs where it has one."""
    face = face_of(config, block, known)
    if face is None:
        return block.input_schema
    own = block.manifest.input
    values = {**own["properties"]["values"], **face.inputs}
    return Schema({**own, "properties": {**own["properties"], "values": values}})


def fitted(node: Mapping[str, Any], block: Block | None, known: Known) -> dict[str, Any]:
    """Leave out of a step's values what its table, chosen anew, has no input for."""
    face = face_of(node.get("config", {}), block, known)
    given = node.get("input", {})
    if face is None or not isinstance(given.get("values"), dict):
        return dict(node)
    names = face.inputs["properties"]
    values = {name: value for name, value in given["values"].items() if name in names}
    return {**node, "input": {**given, "values": values}}
