"""What goes live as REST shows it, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import FLAG, ID, INSTANT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape, with_more
from runtime.going_live.model import RequestState

MODES = ("live", "observe", "workflows")
REQUEST = shape(
    "PublishRequest",
    id=ID,
    kind=choice("workflow", "rule", "table"),
    subject_id=ID,
    name=TEXT,
    mode=maybe(TEXT),
    digest=TEXT,
    draft_revision=WHOLE,
    live_number=maybe(WHOLE),
    authors=TEXTS,
    note=TEXT,
    asked_at=INSTANT,
    asked_by=TEXT,
    until=INSTANT,
    state=choice(*(one.value for one in RequestState)),
    ended_at=maybe(INSTANT),
    ended_by=TEXT,
    reason=TEXT,
    published_number=maybe(WHOLE),
    may_approve=FLAG,
    why_not=maybe(TEXT),
    is_mine=FLAG,
)
REQUEST_WITH_CHANGES = with_more(
    "PublishRequestWithChanges",
    REQUEST,
    moved_on=FLAG,
    changes=many(
        shape(part=TEXT, title=TEXT, change=choice("added", "removed", "changed"), lines=TEXTS)
    ),
)
POLICY = shape(
    "PublishingPolicy",
    workflows=choice("one", "two", "effects"),
    rules=choice("one", "two"),
    yes_role=choice("", "admin"),
    effects_need_approval=FLAG,
)
