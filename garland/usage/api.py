"""Use over REST: what was used by the day, a month of all customers, caps, files for billing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from garland.usage import figures
from garland.usage.files import billing_file
from kernel.clock import utc_now
from kernel.http import acting, db_session, json_body, require
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import ID, TEXT, WHOLE, choice, describe, many, maybe, shape
from kernel.schema import Schema
from runtime.use.recording import day_of
from runtime.use.tmf635.month import FORMATS
from tenancy.customers.charge import get_customer
from tenancy.plans.caps import Caps, caps_of, set_cap_of, set_own_cap
from tenancy.plans.terms import CENTS_MAX

api = Blueprint("usage_api", __name__, url_prefix="/api/v1")
_MONTH = {**TEXT, "description": "Such as 2026-11; the present one where left out"}
_NUMBERS = dict.fromkeys(figures.COLUMNS, WHOLE)
_DAY = shape("UsageDay", day={"type": "string", "format": "date"}, **_NUMBERS)
_LINE = shape(
    "UsageOfCustomer",
    id=ID,
    slug=TEXT,
    name=TEXT,
    plan=maybe(TEXT),
    **_NUMBERS,
    cost_cents=maybe(WHOLE),
    currency=maybe(TEXT),
)
_CAPS = shape("SpendCaps", own_cents=maybe(WHOLE), provider_cents=maybe(WHOLE), cents=maybe(WHOLE))
_CENTS = {"type": ["integer", "null"], "minimum": 0, "maximum": CENTS_MAX}
_CAP = Schema(
    {
        "type": "object",
        "required": ["cents"],
        "additionalProperties": False,
        "properties": {"cents": _CENTS},
    }
)
_CAP_SAID = "a cap is an amount in cents for a calendar month, or null for none"


@api.get("/usage")
@describe(
    query={"month": _MONTH},
    answer=shape("UsageOfMonth", month=TEXT, days=many(_DAY), sums=shape(**_NUMBERS)),
)
@require("usage.view")
def show_use() -> Response:
    """Give what the acting organisation used in a month, by the day and added up.

    Of storage and members the most of a day counts.
    """
    month = _month()
    days = figures.own_days(db_session(), acting().tenant_id, month, today=day_of(utc_now()))
    told = [{"day": one.day.isoformat(), **_numbers(one.numbers)} for one in days]
    sums = _numbers(figures.sums_of_days(days))
    return jsonify(month=month.word, days=told, sums=sums)


@api.get("/usage/customers")
@describe(
    query={"month": _MONTH},
    answer=shape("UsageOfCustomers", month=TEXT, items=many(_LINE), sums=shape(**_NUMBERS)),
)
@require("usage.view")
@require("customers.view")
def show_customers() -> Response:
    """Give what a month came to for each that one looks after, by name, priced by today's plan.

    A vendor is given its CSPs, each with all that stand below it, and no prices.
    """
    month = _month()
    lines = figures.lines_of(db_session(), acting(), month)
    items = [_line(one) for one in lines]
    return jsonify(month=month.word, items=items, sums=_numbers(figures.total_of(lines)))


@api.get("/usage/month")
@describe(
    query={
        "month": {**TEXT, "description": "Such as 2026-10", "required": True},
        "format": {**choice(*FORMATS), "description": "csv where left out"},
    },
    answer=TEXT,
    gives=("text/csv", "application/x-ndjson"),
    refuses=(409,),
)
@require("usage.view")
def export_month() -> Response:
    """Give a whole month for billing: every usage of TMF635, the same bytes each time.

    A month that is not counted to its end is 409, and says from which day on it is.
    """
    return billing_file(_month(), request.args.get("format", ""))


@api.get("/spend-cap")
@describe(answer=_CAPS, is_tagged=True)
@require("usage.view")
def get_cap() -> Response:
    """Give what the acting organisation may spend in a month; the lower of both caps counts."""
    return _caps(acting().tenant_id)


@api.put("/spend-cap")
@describe(body=_CAP, answer=_CAPS, is_tagged=True, takes_tag=True)
@require("usage.cap")
def set_cap() -> Response:
    """Set what the acting organisation may spend in a month, or with null lift that."""
    said = json_body()
    _CAP.require(said, _CAP_SAID)
    require_unchanged(_document(caps_of(db_session(), acting().tenant_id)), "cap")
    set_own_cap(db_session(), acting(), said["cents"], now=utc_now())
    return _caps(acting().tenant_id)


@api.get("/organisations/<uuid:organisation_id>/spend-cap")
@describe(answer=_CAPS, is_tagged=True)
@require("plans.edit")
def get_cap_of(organisation_id: UUID) -> Response:
    """Give what one that is looked after may spend in a month."""
    return _caps(get_customer(db_session(), acting(), organisation_id).id)


@api.put("/organisations/<uuid:organisation_id>/spend-cap")
@describe(body=_CAP, answer=_CAPS, is_tagged=True, takes_tag=True)
@require("plans.edit")
def set_cap_of_customer(organisation_id: UUID) -> Response:
    """Set the provider's cap of one that is looked after, or with null lift that."""
    said = json_body()
    _CAP.require(said, _CAP_SAID)
    one = get_customer(db_session(), acting(), organisation_id)
    require_unchanged(_document(caps_of(db_session(), one.id)), "cap")
    set_cap_of(db_session(), acting(), one.id, said["cents"], now=utc_now())
    return _caps(one.id)


def _month() -> figures.Month:
    return figures.month_of(request.args.get("month", ""), today=day_of(utc_now()))


def _numbers(found: Any) -> dict[str, int]:
    return {name: found.get(name, 0) for name in figures.COLUMNS}


def _line(one: figures.Line) -> dict[str, Any]:
    return {
        "id": str(one.organisation.id),
        "slug": one.organisation.slug,
        "name": one.organisation.name,
        "plan": one.plan or None,
        **_numbers(one.numbers),
        "cost_cents": one.cents,
        "currency": one.currency or None,
    }


def _document(caps: Caps) -> dict[str, int | None]:
    return {"own_cents": caps.own, "provider_cents": caps.provider, "cents": caps.cents}


def _caps(organisation_id: UUID) -> Response:
    document = _document(caps_of(db_session(), organisation_id))
    return with_tag_of(jsonify(document), document)
