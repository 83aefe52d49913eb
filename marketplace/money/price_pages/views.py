"""The pages of prices: what each listing costs and will cost, and setting that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import (
    acting,
    address_with,
    db_session,
    only_reads,
    page_of,
    render,
    require,
    see_other,
)
from marketplace.money import margins, price_forms, pricelists, pricing, saying
from marketplace.money.currencies import PLACES, said
from marketplace.money.entries import RETAIL, WHOLESALE
from marketplace.money.prices import Price
from marketplace.money.refusals import at_controls
from marketplace.money.shares import share_words
from marketplace.releases.publishers import owns_namespace
from runtime.use.reading import DAY
from runtime.use.recording import day_of

bp = Blueprint("market_prices", __name__, url_prefix="/t/<tenant>/marketplace/prices")
HISTORY = 100
"""So many prices of a listing its page shows, the latest first."""


@bp.get("")
@require("prices.edit")
def list_prices() -> Response:
    """Show what each listing costs, listing by listing."""
    q = request.args.get("q", "").strip()

    def fetch(limit: int, after: list[str] | None) -> list[pricelists.PriceLine]:
        return pricelists.list_lines(
            db_session(), acting(), q=q, limit=limit, after=after, now=utc_now()
        )

    found, more = page_of(fetch, pricelists.line_place, parts=1)
    return render(
        "marketplace/prices/list.html",
        lines=found,
        q=q,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
        has_shares=has_shares(),
        **_words(),
    )


@bp.get("/<listing_id>")
@require("prices.edit")
def of_listing(listing_id: str) -> Response:
    """Show one listing's prices, and the form of the next."""
    return _page(listing_id)


@bp.post("/<listing_id>")
@require("prices.edit")
def set_price(listing_id: str) -> Response:
    """Set what it costs from a day on."""
    line = pricelists.line_of(db_session(), acting(), listing_id, now=utc_now())
    form, hop = price_forms.read_form(request.form), _hop(line)
    try:
        price, day = price_forms.said_in(form, now=utc_now())
        where = (db_session(), acting(), listing_id, price.document())
        made = pricing.set_price(*where, hop=hop, valid_from=day, now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _page(listing_id, form=form, refused=error)
    flash(f"From {saying.day_words(made.valid_from)}: {saying.price_words(made.price)}.", "success")
    if hop == RETAIL and (loss := margins.loss_words(line.wholesale, made.price, made.valid_from)):
        flash(loss, "warning")
    return see_other(url_for("market_prices.of_listing", listing_id=listing_id, hop=hop))


@bp.post("/<listing_id>/preview")
@only_reads
@require("prices.edit")
def preview(listing_id: str) -> Response:
    """Say what an example month would come to; or show the form with more rows of tiers."""
    return _page(
        listing_id,
        form=price_forms.read_form(request.form, more="more" in request.form),
        part="marketplace/prices/_bill.html",
    )


@bp.post("/<listing_id>/<uuid:price_id>/withdraw")
@require("prices.edit")
def withdraw_price(listing_id: str, price_id: UUID) -> Response:
    """Withdraw a price that does not hold yet."""
    try:
        pricing.withdraw_price(db_session(), acting(), price_id, now=utc_now())
    except ConflictError as error:
        db_session().rollback()
        return _page(listing_id, refused=error)
    flash("It is withdrawn. What held before goes on.", "success")
    hop = request.form.get("hop")
    return see_other(url_for("market_prices.of_listing", listing_id=listing_id, hop=hop))


def has_shares() -> bool:
    """Tell whether who acts has shares to look at: it sets them, or they count for it."""
    who = acting()
    return who.tenant_kind == "vendor" or owns_namespace(db_session(), who.tenant_id)


def _page(
    listing_id: str,
    *,
    form: price_forms.PriceForm | None = None,
    refused: GarlandError | None = None,
    part: str | None = None,
) -> Response:
    session, who, now = db_session(), acting(), utc_now()
    line = pricelists.line_of(session, who, listing_id, now=now)
    hop = _hop(line)
    history = [
        one
        for one in pricing.list_prices(session, who, listing_id=listing_id, limit=HISTORY)
        if one.hop == hop
    ]
    tomorrow = day_of(now) + DAY
    given = form or price_forms.form_of(history[0].price if history else Price(), tomorrow)
    problems = at_controls(refused)
    return render(
        "marketplace/prices/show.html",
        part,
        status=refused.status if refused else 200,
        line=line,
        hop=hop,
        history=history,
        today=day_of(now),
        tomorrow=tomorrow,
        form=given,
        bill=price_forms.example_bill(given),
        left=_left(line, given) if hop == RETAIL else [],
        kept=margins.kept_of(session, who, line.wholesale.price, day=day_of(now))
        if hop == WHOLESALE
        else None,
        percent=share_words,
        refused=refused,
        problems=problems,
        errors={one.pointer: one.message for one in problems},
        currencies=sorted(PLACES),
        **_words(),
    )


def _left(line: pricelists.PriceLine, form: price_forms.PriceForm) -> list[margins.Left]:
    """Say what the price of a form would leave; nothing while it says none."""
    try:
        day = price_forms.day_in(form) or day_of(utc_now()) + DAY
        return margins.left_of(line.wholesale, price_forms.price_in(form), day)
    except InvalidError:
        return []


def _hop(line: pricelists.PriceLine) -> str:
    """Give the hop that is asked for where it is who acts' to set, or the first that is."""
    wanted = request.form.get("hop") or request.args.get("hop", "")
    return wanted if wanted in line.hops else line.hops[0]


def _words() -> dict[str, Any]:
    return {
        "words": saying.price_words,
        "sentence": saying.price_sentence,
        "day": saying.day_words,
        "money": said,
    }
