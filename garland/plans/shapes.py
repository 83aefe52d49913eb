"""How plans are written over REST, and what is taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from garland.plans.looking_ahead import Loss
from kernel.clock import format_instant
from kernel.rest import ID, INSTANT, OBJECT, TEXT, TEXTS, WHOLE, choice, many, maybe, shape
from kernel.schema import Schema
from tenancy.life_cycle.states import TRIAL_DAYS_MAX
from tenancy.plans._tables import PLAN_NAME_MAX, WORDS_MAX
from tenancy.plans.assigning import OnPlan
from tenancy.plans.on_it import OnIt
from tenancy.plans.price import FREE
from tenancy.plans.store import PlanView, Wanted
from tenancy.plans.terms import (
    BLOCKS_MAX,
    CENTS_MAX,
    FEATURES,
    METRICS,
    NUMBER_MAX,
    QUOTAS,
    SUPPORT,
)


def _upto(most: int, least: int = 0) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


def _closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


_METERED = _closed(
    {
        "included": _upto(NUMBER_MAX),
        "per": _upto(NUMBER_MAX, 1),
        "cents": _upto(CENTS_MAX),
    },
    "included",
)
_TERMS = {
    "quotas": _closed({name: _upto(one.most, 1) for name, one in QUOTAS.items()}),
    "blocks": {
        "type": ["array", "null"],
        "maxItems": BLOCKS_MAX,
        "items": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    "features": {"type": "array", "uniqueItems": True, "items": choice(*FEATURES)},
    "support": choice(*SUPPORT),
    "price": _closed(
        {
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "monthly_cents": _upto(CENTS_MAX),
            "metered": _closed(dict.fromkeys(METRICS, _METERED)),
        }
    ),
}
WANTED = Schema(
    _closed(
        {
            "name": {"type": "string", "minLength": 1, "maxLength": PLAN_NAME_MAX},
            "words": {"type": "string", "maxLength": WORDS_MAX},
            **_TERMS,
        },
        "name",
    )
)
PUT_ON = Schema(_closed({"plan_id": maybe(ID), "trial_days": _upto(TRIAL_DAYS_MAX)}, "plan_id"))
PLAN = shape(
    "Plan",
    id=ID,
    name=TEXT,
    words=TEXT,
    quotas=OBJECT,
    blocks=maybe(TEXTS),
    features=TEXTS,
    support=choice(*SUPPORT),
    price=shape(currency=TEXT, monthly_cents=WHOLE, metered=OBJECT),
    revision=WHOLE,
    retired_at=maybe(INSTANT),
    changed_at=INSTANT,
    changed_by=TEXT,
    on_it=WHOLE,
)
ON_IT = shape("OnPlan", id=ID, slug=TEXT, name=TEXT, since=INSTANT, until=maybe(INSTANT))
_HELD = shape(
    id=ID,
    name=TEXT,
    quotas=OBJECT,
    blocks=maybe(TEXTS),
    features=TEXTS,
    support=TEXT,
    price=shape(currency=TEXT, monthly_cents=WHOLE, metered=OBJECT),
)
STANDING = shape(
    "PlanStanding",
    plan=maybe(_HELD),
    since=maybe(INSTANT),
    trial_until=maybe(INSTANT),
    then=maybe(TEXT),
)
PREVIEW = shape("PlanPreview", stops=many(shape(what=TEXT, stands=TEXT, then=TEXT)))


def wanted_of(said: Any) -> Wanted:
    """Read a plan as somebody wants it; raises InvalidError."""
    WANTED.require(said, "a plan takes a name, and what it holds where you say so")
    document = {name: said[name] for name in _TERMS if name in said}
    document.setdefault("price", FREE.document())
    return Wanted(name=said["name"], words=said.get("words", ""), document=document)


def plan_document(one: PlanView) -> dict[str, Any]:
    """Write a plan for its provider."""
    return {
        "id": str(one.id),
        "name": one.name,
        "words": one.words,
        **one.terms.document(),
        "revision": one.revision,
        "retired_at": _instant(one.retired_at),
        "changed_at": format_instant(one.changed_at),
        "changed_by": one.changed_by,
        "on_it": one.on_it,
    }


def on_it_document(one: OnIt) -> dict[str, Any]:
    """Write who is on a plan."""
    organisation = one.organisation
    return {
        "id": str(organisation.id),
        "slug": organisation.slug,
        "name": organisation.name,
        "since": format_instant(one.since),
        "until": _instant(one.until),
    }


def standing_document(on: OnPlan | None) -> dict[str, Any]:
    """Write which plan an organisation is on, what it holds, and what follows a trial."""
    if on is None:
        return {"plan": None, "since": None, "trial_until": None, "then": None}
    held = {"id": str(on.plan.id), "name": on.plan.name, **on.plan.terms.document()}
    return {
        "plan": held,
        "since": format_instant(on.since),
        "trial_until": _instant(on.until),
        "then": on.then or None,
    }


def loss_document(one: Loss) -> dict[str, str]:
    """Write one thing that would stop."""
    return {"what": one.what, "stands": one.stands, "then": one.then}


def _instant(at: datetime | None) -> str | None:
    return format_instant(at) if at is not None else None
