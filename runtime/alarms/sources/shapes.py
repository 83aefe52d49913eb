"""Sources as REST shows them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import ID, INSTANT, OBJECT, TEXT, WHOLE, choice, maybe, shape, with_more
from runtime.alarms.sources.kinds import KINDS
from runtime.alarms.sources.listing import SourceState
from runtime.alarms.sources.mapping import MAPPING_SCHEMA
from runtime.alarms.sources.order import SORTS

SOURCE = shape(
    "Source",
    id=ID,
    kind=choice(*KINDS),
    name=TEXT,
    state=choice(*SourceState),
    created_at=INSTANT,
    last_seen_at=maybe(INSTANT),
    paused_at=maybe(INSTANT),
    silent_since=maybe(INSTANT),
    accepted=WHOLE,
    rejected=WHOLE,
    duplicates=WHOLE,
    unknown_objects=WHOLE,
    last_unknown_object=TEXT,
    last_problem=TEXT,
    last_problem_at=maybe(INSTANT),
    config=OBJECT,
    mapping_version=maybe(WHOLE),
)
SOURCE_WITH_ADDRESS = with_more(
    "SourceWithAddress",
    SOURCE,
    address={
        "type": ["string", "null"],
        "description": "Where to send to, told this once; null for what the listener takes",
    },
)
MAPPING = maybe(shape(version=WHOLE, mapping=MAPPING_SCHEMA, created_at=INSTANT, created_by=TEXT))
QUERY = {
    "q": TEXT,
    "kind": choice(*KINDS),
    "state": choice(*SourceState),
    "sort": choice(*SORTS),
}
