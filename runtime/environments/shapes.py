"""Environments and promotions as REST shows them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import FLAG, ID, INSTANT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape
from runtime.environments._tables import PromotionState

ENVIRONMENT = shape("Environment", slug=TEXT, name=TEXT, is_live=FLAG, is_here=FLAG)
ENVIRONMENTS = shape(items=many(ENVIRONMENT), next_cursor=maybe(TEXT))
_KIND = choice("workflow", "rule", "table")
LIVE = shape(kind=_KIND, key=TEXT, title=TEXT, number=WHOLE)
PLAN = shape(
    "PromotionPlan",
    possible=FLAG,
    needs_yes=FLAG,
    items=many(
        shape(
            kind=_KIND,
            key=TEXT,
            title=TEXT,
            version=WHOLE,
            verdict=choice("new", "changed", "same"),
            live_number=maybe(WHOLE),
            changes=TEXTS,
            problems=TEXTS,
        )
    ),
)
PROMOTION = shape(
    "Promotion",
    id=ID,
    **{"from": TEXT},
    items=many(LIVE),
    note=TEXT,
    state=choice(*(one.value for one in PromotionState)),
    asked_at=INSTANT,
    asked_by=TEXT,
    ended_at=maybe(INSTANT),
    ended_by=TEXT,
    reason=TEXT,
    why_not=maybe(TEXT),
)
