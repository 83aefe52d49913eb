"""Workflows as REST shows them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import FLAG, ID, INSTANT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape, with_more
from runtime.flows.model import FLOW_SCHEMA

FLOW = shape(
    "Workflow",
    id=ID,
    slug=TEXT,
    name=TEXT,
    state=TEXT,
    draft_revision=WHOLE,
    live_number=maybe(WHOLE),
    has_unpublished_changes=FLAG,
    created_at=INSTANT,
    updated_at=INSTANT,
    updated_by=TEXT,
)
VERSION = shape(
    "WorkflowVersion",
    id=ID,
    flow_id=ID,
    number=WHOLE,
    digest=TEXT,
    note=TEXT,
    published_at=INSTANT,
    published_by=TEXT,
    retired_at=maybe(INSTANT),
)
VERSION_WITH_DOCUMENT = with_more("WorkflowVersionWithDocument", VERSION, document=FLOW_SCHEMA)
FLAW = shape(pointer=TEXT, message=TEXT, step=maybe(TEXT), severity=choice("error", "warning"))
DIFF = {
    **shape(
        to={"anyOf": [WHOLE, {"const": "draft"}]},
        changes=many(
            shape(part=TEXT, title=TEXT, change=choice("added", "removed", "changed"), lines=TEXTS)
        ),
    ),
}
DIFF["properties"]["from"] = WHOLE
WORDS = {
    "pause": "Pause a workflow: nothing starts it.",
    "resume": "Let a paused workflow be started again.",
}
MANY_DONE = shape(done=WHOLE, failed=WHOLE, items=many(shape(id=ID, done=FLAG)))
