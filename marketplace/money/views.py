"""The page of statements: a month of what is paid and received, and its files."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from kernel.clock import utc_now
from kernel.http import acting, db_session, render, require
from marketplace.money import showing
from marketplace.money.api import statement_file
from marketplace.money.currencies import said
from marketplace.money.months import read_month
from marketplace.money.statements import statement_of, summaries_of
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
    )


@bp.get("/<month>/file")
@require("statements.view")
def export_statement(month: str) -> AnyResponse:
    """Give a statement as a file."""
    return statement_file(month)
