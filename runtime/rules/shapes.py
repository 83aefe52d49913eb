"""Rules and decision tables as REST shows and takes them, as JSON Schemas."""

from __future__ import annotations

from typing import Any

from kernel.rest import (
    ANYTHING,
    FLAG,
    ID,
    INSTANT,
    OBJECT,
    TEXT,
    TEXTS,
    WHOLE,
    Shape,
    choice,
    listed,
    many,
    maybe,
    shape,
    with_more,
)
from runtime.rules.model import RULE_SCHEMA, Mode
from runtime.rules.tables.model import TABLE_SCHEMA

DOCUMENT = {"anyOf": [RULE_SCHEMA, TABLE_SCHEMA]}
RULE = shape(
    "KeptRule",
    id=ID,
    kind=choice("rule", "table"),
    name=TEXT,
    mode=choice(*Mode),
    draft_revision=WHOLE,
    live_number=maybe(WHOLE),
    left_out=WHOLE,
    updated_at=INSTANT,
    updated_by=TEXT,
)
RULE_LISTED = with_more("ListedRule", RULE, fired=WHOLE, last_fired_at=maybe(INSTANT))
RULE_WITH_DRAFT = with_more("RuleWithDraft", RULE, draft=DOCUMENT)
_NOTE = shape(pointer=TEXT, message=TEXT)
RULE_WITH_NOTES = with_more("RuleWithNotes", RULE_WITH_DRAFT, notes=many(_NOTE))
VERSION = shape(
    number=WHOLE, is_live=FLAG, published_at=INSTANT, published_by=TEXT, drafted_by=TEXT
)
VERSION_WITH_DOCUMENT = shape(number=WHOLE, document=DOCUMENT)
_TALLY = Shape(
    "Tally",
    shape(
        fired=WHOLE,
        hidden=WHOLE,
        started={"type": "object", "additionalProperties": WHOLE},
        derived=WHOLE,
        notices=WHOLE,
        left_out=WHOLE,
        firings=many(shape(seq=maybe(WHOLE), at=INSTANT, alarm=maybe(OBJECT), why=ANYTHING)),
    ),
)
BACKTESTED = shape(
    events=WHOLE,
    alarms=WHOLE,
    since=maybe(INSTANT),
    until=maybe(INSTANT),
    is_complete=FLAG,
    draft=_TALLY,
    live=maybe(_TALLY),
    only_draft=WHOLE,
    only_live=WHOLE,
    limits={"type": "object", "additionalProperties": WHOLE},
    judged_later=WHOLE,
    recorded=maybe(shape(firings=WHOLE, found=WHOLE, others=WHOLE)),
)
DECIDED: dict[str, Any] = {
    "type": "object",
    "required": ["port"],
    "properties": {"port": TEXT},
    "description": "The port that the answer leaves by, and what the table puts out",
}
_SAID = shape(message=TEXT, pointer=TEXT, is_bad=FLAG)
FINDINGS = shape(
    problems=many(_NOTE),
    gaps=many(_SAID),
    overlaps=many(_SAID),
    is_complete=FLAG,
    input=OBJECT,
    output=OBJECT,
    used_by=TEXTS,
)
LISTED = listed(RULE_LISTED)
