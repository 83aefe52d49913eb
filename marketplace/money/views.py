"""The page of statements: a month of what is paid and received, and its files."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from kernel.clock import utc_now
from kernel.http import acting, address_with, db_session, page_of, render, require
from marketplace.money import showing
from marketplace.money.api import statement_file
from marketplace.money.currencies import said
from marketplace.money.had import trials_of
from marketplace.money.months import read_month
from marketplace.money.saying import day_words, price_words, trial_words
from marketplace.money.statements import (
    EntryView,
    entry_place,
    list_entries,
    other_names,
    statement_of,
    summaries_of,
)
from runtime.use.recording import day_of

bp = Blueprint("market_money", __name__, url_prefix="/t/<tenant>/marketplace/statements")


@bp.get("")
@require("statements.view")
def show_statement() -> AnyResponse:
    """Show the statement of a month, the present one where none is chosen."""
    today, tenant_id = day_of(utc_now()), acting().tenant_id
    month = read_month(request.args.get("month", ""), today=today)
    statement = statement_of(db_session(), tenant_id, month)
    found = summaries_of(db_session(), tenant_id)
    return render(
        "marketplace/money/statement.html",
        statement=statement,
        month=showing.month_words(month),
        months=showing.months_to_choose(found, chosen=month, today=today),
        parts=showing.parts_of(statement),
        money=said,
        trials=trials_of(db_session(), tenant_id, now=utc_now()),
        trial_words=trial_words,
        words=price_words,
    )


@bp.get("/<month>/entries")
@require("statements.view")
def show_entries(month: str) -> AnyResponse:
    """Show what a month is made of, by day; of one listing where one is named."""
    session, tenant_id = db_session(), acting().tenant_id
    asked = read_month(month, today=day_of(utc_now()))
    listing_id = request.args.get("listing_id", "").strip()

    def fetch(limit: int, after: list[str] | None) -> list[EntryView]:
        return list_entries(
            session, tenant_id, asked, listing_id=listing_id, limit=limit, after=after
        )

    found, more = page_of(fetch, entry_place)
    return render(
        "marketplace/money/entries.html",
        month=asked,
        month_words=showing.month_words(asked),
        listing_id=listing_id,
        entries=found,
        names=other_names(session, found),
        kinds=showing.KINDS,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
        money=said,
        day=day_words,
    )


@bp.get("/<month>/file")
@require("statements.view")
def export_statement(month: str) -> AnyResponse:
    """Give a statement as a file."""
    return statement_file(month)
