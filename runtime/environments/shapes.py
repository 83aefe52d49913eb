"""Environments and promotions as REST shows them, as JSON Schemas."""

from __future__ import annotations

from kernel.rest import FLAG, ID, INSTANT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape
from runtime.environments._tables import PromotionState
from runtime.environments.named import DIFFERENT, KINDS, MISSING, PERMISSIONS, VERDICTS

ENVIRONMENT = shape("Environment", slug=TEXT, name=TEXT, is_live=FLAG, is_here=FLAG)
ENVIRONMENTS = shape(items=many(ENVIRONMENT), next_cursor=maybe(TEXT))
_KIND = choice("workflow", "rule", "table")
LIVE = shape(kind=_KIND, key=TEXT, title=TEXT, number=WHOLE)
_ALONG = choice(*PERMISSIONS)
NAMED = shape(
    "PromotionNamed",
    kind=choice(*KINDS),
    name=TEXT,
    used_by=TEXTS,
    also_used_by=TEXTS,
    verdict=choice(*VERDICTS),
    difference=maybe(shape(new=WHOLE, changed=WHOLE, removed=WHOLE, head=FLAG)),
    seen=maybe(TEXT),
    problem=maybe(TEXT),
)
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
    named=many(NAMED),
)
PROMOTION = shape(
    "Promotion",
    id=ID,
    **{"from": TEXT},
    items=many(LIVE),
    along=many(shape(kind=_ALONG, name=TEXT, verdict=choice(MISSING, DIFFERENT))),
    note=TEXT,
    state=choice(*(one.value for one in PromotionState)),
    asked_at=INSTANT,
    asked_by=TEXT,
    ended_at=maybe(INSTANT),
    ended_by=TEXT,
    reason=TEXT,
    why_not=maybe(TEXT),
)
