"""What the REST interface says of blocks and installs."""

from __future__ import annotations

from blocks.registry import Standing
from kernel.rest import FLAG, INSTANT, TEXT, choice, many, shape

STATE = choice(*(one.value for one in Standing))
ASKS = many({"type": "object"})
_WHICH = {
    "block": TEXT,
    "version": TEXT,
    "digest": TEXT,
    "kind": TEXT,
    "title": TEXT,
    "summary": TEXT,
    "publisher": TEXT,
    "state": STATE,
}
BLOCK = shape("Block", **_WHICH, category=TEXT, permissions=ASKS)
INSTALL = shape(
    "Install",
    id=TEXT,
    **_WHICH,
    asks_for=ASKS,
    signed=FLAG,
    lets_finish=FLAG,
    reason=TEXT,
    consented_at=INSTANT,
    consented_by=TEXT,
    installed_at=INSTANT,
    installed_by=TEXT,
)
OFFERED = shape(
    "Package",
    block=TEXT,
    version=TEXT,
    digest=TEXT,
    title=TEXT,
    asks_for=ASKS,
    new_asks=ASKS,
    signed=FLAG,
    needs_consent=FLAG,
    replaces=TEXT,
)
_CONFIG = {"type": "object"}
IMPACT = shape(
    "Impact",
    flow_id=TEXT,
    flow=TEXT,
    step=TEXT,
    verdict=choice("fits", "is migrated", "needs hands"),
    before=_CONFIG,
    after=_CONFIG,
    problems=many(shape(pointer=TEXT, message=TEXT)),
)
UPGRADE = shape(
    "Upgrade",
    version=TEXT,
    differences=many(shape(message=TEXT, needs_consent=FLAG)),
    impacts=many(IMPACT),
)
UPGRADED = shape("Upgraded", flows=many(TEXT))
HOLD = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "reason": {"type": "string", "maxLength": 200},
        "lets_finish": {"type": "boolean"},
    },
}
