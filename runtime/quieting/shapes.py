"""Storm protection as REST shows and takes it, as JSON Schemas."""

from __future__ import annotations

from typing import Any

from kernel.rest import ANYTHING, INSTANT, NUMBER, TEXT, WHOLE, many, maybe, shape
from runtime.alarms.storms import PARTS, SCOPES, WINDOW_MAX_S

_MARKS = maybe(shape(begin_per_s=NUMBER, end_per_s=NUMBER))
PROTECTION: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "window_s": {"type": "number", "minimum": PARTS, "maximum": WINDOW_MAX_S},
        **dict.fromkeys(SCOPES, _MARKS),
    },
}
PROTECTED = shape(
    protection=maybe(PROTECTION),
    storms=many(
        shape(scope=TEXT, key=TEXT, title=TEXT, began_at=INSTANT, held=WHOLE, severities=ANYTHING)
    ),
)
