"""Approvals as REST shows them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import FLAG, ID, INSTANT, OBJECT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape
from runtime.approvals.model import Choice
from runtime.approvals.store import STATES

APPROVAL = shape(
    "Approval",
    id=ID,
    state=TEXT,
    title=TEXT,
    text=TEXT,
    flow=TEXT,
    subject=TEXT,
    run_id=ID,
    step=TEXT,
    attempt=WHOLE,
    started_by=TEXT,
    roles=TEXTS,
    people=TEXTS,
    needed=WHOLE,
    excludes_starter=FLAG,
    form=OBJECT,
    opened_at=INSTANT,
    until=maybe(INSTANT),
    timeout_port=maybe(TEXT),
    ended_at=maybe(INSTANT),
    may_decide=FLAG,
    why_not=maybe(TEXT),
    decisions=many(
        shape(
            decision=choice(*(one.value for one in Choice)),
            by=TEXT,
            at=maybe(INSTANT),
            comment=TEXT,
            form=OBJECT,
        )
    ),
)
QUERY = {
    "state": choice(*filter(None, STATES)),
    "mine": choice("true", "false"),
    "q": TEXT,
}
