"""The pages of use: what was used by the day, what it comes to, and how much may be spent."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from garland.plans.forms import cents_of
from garland.usage import figures
from garland.usage.files import billing_file, file_of
from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, address_with, db_session, render, require, see_other
from runtime.use.recording import day_of
from runtime.use.tmf635.month import final_on
from runtime.use.warnings import gauges_of
from tenancy.plans.assigning import plan_of
from tenancy.plans.caps import caps_of, set_own_cap
from tenancy.plans.price import money
from tenancy.plans.terms import FEATURES, GAUGES, METRICS, QUOTAS, SUPPORT

_CSV = {"kind": "csv", "content_type": "text/csv; charset=utf-8"}
bp = Blueprint("usage", __name__, url_prefix="/t/<tenant>/usage")


@bp.get("")
@require("usage.view")
def show_use() -> AnyResponse:
    """Show what an organisation used in a month, on which plan it is, and what comes of it."""
    return _page({})


@bp.get("/days.csv")
@require("usage.view")
def export_days() -> AnyResponse:
    """Give the days of a month as CSV."""
    today = day_of(utc_now())
    month = figures.month_of(request.args.get("month", ""), today=today)
    days = figures.own_days(db_session(), acting().tenant_id, month, today=today)
    rows = [{"day": one.day.isoformat(), **one.numbers} for one in days]
    return file_of(figures.as_csv(rows, ("day", *figures.COLUMNS)), month, **_CSV)


@bp.post("/cap")
@require("usage.cap")
def set_cap() -> AnyResponse:
    """Set how much may be spent in a month, or lift that."""
    said = request.form.get("cap", "").strip()
    try:
        cents = cents_of(said, "cap") if said else None
        set_own_cap(db_session(), acting(), cents, now=utc_now())
    except InvalidError as error:
        return _page(request.form.to_dict(), error)
    flash("The cap is set. It holds within seconds." if said else "The cap is lifted.", "good")
    return see_other(url_for("usage.show_use"))


@bp.get("/customers")
@require("usage.view")
@require("customers.view")
def show_customers() -> AnyResponse:
    """Show what a month came to for everybody who is looked after."""
    month = figures.month_of(request.args.get("month", ""), today=day_of(utc_now()))
    lines = figures.lines_of(db_session(), acting(), month)
    return render(
        "garland/usage/customers.html",
        month=month,
        lines=sorted(lines, key=lambda one: -(one.cents or 0)),
        total=figures.total_of(lines),
        days=figures.days_of_all(db_session(), acting(), month, today=day_of(utc_now())),
        points_of=figures.points_of,
        METRICS=METRICS,
        money=money,
        is_now=month.last >= day_of(utc_now()),
        is_final=final_on(month.last) <= day_of(utc_now()),
        address_with=address_with,
    )


@bp.get("/customers.csv")
@require("usage.view")
@require("customers.view")
def export_customers() -> AnyResponse:
    """Give the same as CSV."""
    month = figures.month_of(request.args.get("month", ""), today=day_of(utc_now()))
    lines = figures.lines_of(db_session(), acting(), month)
    rows = [figures.line_row(one, month) for one in lines]
    columns = ("month", "organisation", "short_name", "plan", *figures.COLUMNS)
    text = figures.as_csv(rows, (*columns, "cost_cents", "currency"))
    return file_of(text, month, **_CSV)


@bp.get("/month")
@require("usage.view")
def export_month() -> AnyResponse:
    """Give a whole month for billing, the same bytes each time."""
    month = figures.month_of(request.args.get("month", ""), today=day_of(utc_now()))
    return billing_file(month, request.args.get("format", ""))


def _page(said: dict[str, str], error: InvalidError | None = None) -> AnyResponse:
    session, who, now = db_session(), acting(), utc_now()
    month = figures.month_of(request.args.get("month", ""), today=day_of(now))
    days = figures.own_days(session, who.tenant_id, month, today=day_of(now))
    on = plan_of(session, who.tenant_id)
    sums = figures.sums_of_days(days)
    return render(
        "garland/usage/show.html",
        status=error.status if error else 200,
        month=month,
        is_now=month.last >= day_of(now),
        is_final=final_on(month.last) <= day_of(now),
        days=days,
        points_of=figures.points_of,
        sums=sums,
        on=on,
        cost=on.plan.terms.price.cost(sums) if on is not None else None,
        gauges=gauges_of(session, who.tenant_id, now=now),
        caps=caps_of(session, who.tenant_id),
        said=said,
        error=error,
        money=money,
        METRICS=METRICS,
        GAUGES=GAUGES,
        QUOTAS=QUOTAS,
        FEATURES=FEATURES,
        SUPPORT=SUPPORT,
        address_with=address_with,
    )
