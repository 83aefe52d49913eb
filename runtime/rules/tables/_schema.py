"""The table document as JSON Schema 2020-12; what it cannot say is checked in `_check`."""

from __future__ import annotations

from typing import Any

from kernel.schema import SOME_LETTER
from runtime.rules._schema import NAME_MAX, TRANSITIONS, WEEK_S
from runtime.rules.fields import PATH_MAX
from runtime.rules.tables.cell_text import CELL_MAX

ROWS_MAX = 300
INPUTS_MAX = 12
OUTPUTS_MAX = 8
ORDER_MAX = 24
NOTE_MAX = 200

HIT_POLICIES = ("unique", "first", "any", "priority", "collect")
AGGREGATES = ("sum", "min", "max", "count")
INPUT_KIND_NAMES = ("text", "number", "truth")
TARGETS = ("set", "start", "do", "value")
OUTPUT_KIND_NAMES = ("text", "number", "truth")

_path = {"type": "string", "minLength": 1, "maxLength": PATH_MAX + 20}
_title = {"type": "string", "maxLength": NAME_MAX}
_cell = {"type": "string", "maxLength": CELL_MAX}


def _listed(items: dict[str, Any], least: int, most: int) -> dict[str, Any]:
    return {"type": "array", "minItems": least, "maxItems": most, "items": items}


def _shape(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


TABLE_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/decision-table",
    "title": "Decision table",
    **_shape(
        ("table", "name", "hit", "inputs", "outputs", "rows"),
        table={"const": 1},
        name={"type": "string", "minLength": 1, "maxLength": NAME_MAX, "pattern": SOME_LETTER},
        notes={"type": "string", "maxLength": 4000},
        priority={"type": "integer", "minimum": 0, "maximum": 1000},
        on=_listed({"type": "string", "enum": list(TRANSITIONS)}, 1, len(TRANSITIONS))
        | {"uniqueItems": True},
        hit={"type": "string", "enum": list(HIT_POLICIES)},
        aggregate={"type": "string", "enum": list(AGGREGATES)},
        cooldown_s={"type": "integer", "minimum": 0, "maximum": WEEK_S},
        inputs=_listed(
            _shape(
                ("field",),
                field=_path,
                kind={"type": "string", "enum": list(INPUT_KIND_NAMES)},
                title=_title,
            ),
            1,
            INPUTS_MAX,
        ),
        outputs=_listed(
            _shape(
                ("to",),
                to={"type": "string", "enum": list(TARGETS)},
                name=_path,
                kind={"type": "string", "enum": list(OUTPUT_KIND_NAMES)},
                title=_title,
                order=_listed(_cell, 1, ORDER_MAX) | {"uniqueItems": True},
            ),
            1,
            OUTPUTS_MAX,
        ),
        rows=_listed(
            _shape(
                ("when", "then"),
                when=_listed(_cell, 1, INPUTS_MAX),
                then=_listed(_cell, 1, OUTPUTS_MAX),
                note={"type": "string", "maxLength": NOTE_MAX},
            ),
            1,
            ROWS_MAX,
        ),
    ),
}
