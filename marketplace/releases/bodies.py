"""What the REST interface takes of publishers and reviewers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.rest import FLAG, choice
from kernel.schema import Schema
from marketplace.releases._tables import (
    SUMMARY_MAX,
    SUPPORT_MAX,
    TEXT_MAX,
    TITLE_MAX,
    Verdict,
)
from marketplace.releases.shapes import DAY
from marketplace.releases.states import Channel


def _body(needed: tuple[str, ...] = (), **fields: Mapping[str, Any]) -> Schema:
    return Schema(
        {
            "type": "object",
            "additionalProperties": False,
            "required": list(needed),
            "properties": fields,
        }
    )


def _text(most: int) -> Mapping[str, Any]:
    return {"type": "string", "maxLength": most}


CLAIMED = _body(
    ("namespace", "title", "support", "proof"),
    namespace=_text(40),
    title=_text(TITLE_MAX),
    support=_text(SUPPORT_MAX),
    proof=_text(TEXT_MAX),
)
ANSWERED = _body(("verified",), verified=FLAG, reason=_text(TEXT_MAX))
KEYED = _body(("public_key", "label"), public_key=_text(100), label=_text(TITLE_MAX))
DRAFTED = _body(title=_text(TITLE_MAX), summary=_text(SUMMARY_MAX), support=_text(SUPPORT_MAX))
CHANNEL = choice(*(one.value for one in Channel))
CHANGED = _body(channel=CHANNEL, changelog=_text(TEXT_MAX))
DEPRECATED = _body(("reason", "ends_on"), reason=_text(TEXT_MAX), ends_on=DAY, successor=_text(81))
SAID = _body(("text",), text=_text(TEXT_MAX))
DECIDED = _body(
    ("verdict",),
    verdict=choice(*(one.value for one in Verdict)),
    reasons=_text(TEXT_MAX),
    checklist={"type": "array", "maxItems": 50, "items": _text(40)},
)
