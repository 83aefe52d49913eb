"""The pages of one charge: what was paid, and giving it back once that is confirmed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, db_session, only_reads, render, require, see_other
from kernel.numbers import EXACT_MOST, whole_number
from marketplace.money import amending, charges, showing
from marketplace.money.currencies import said
from marketplace.money.posting import REVERSAL
from marketplace.money.refusals import at_controls
from marketplace.money.saying import day_words

bp = Blueprint("market_charges", __name__, url_prefix="/t/<tenant>/marketplace/charges")


@bp.get("/<uuid:charge_id>")
@require("statements.view")
def show_charge(charge_id: UUID) -> Response:
    """Show a charge, what was given back of it, and what is left."""
    return _page(charge_id)


@bp.post("/<uuid:charge_id>/ask")
@only_reads
@require("charges.edit")
def ask(charge_id: UUID) -> Response:
    """Say what giving back would do, to be confirmed."""
    sent = request.form
    try:
        asked = charges.about_to_give_back(
            db_session(),
            acting(),
            charge_id,
            kind=sent.get("kind", ""),
            amount=sent.get("amount", ""),
            reason=sent.get("reason", ""),
        )
    except (ConflictError, InvalidError) as error:
        return _page(charge_id, refused=error)
    return _page(charge_id, asked=asked)


@bp.post("/<uuid:charge_id>/give-back")
@require("charges.edit")
def give_back(charge_id: UUID) -> Response:
    """Give a part back, or all that is left."""
    sent, where = request.form, (db_session(), acting(), charge_id)
    try:
        amending.require_left(*where, whole_number(sent.get("left", ""), most=EXACT_MOST) or 0)
        asked = charges.about_to_give_back(
            *where,
            kind=sent.get("kind", ""),
            amount=sent.get("amount", ""),
            reason=sent.get("reason", ""),
        )
        if asked.kind == REVERSAL:
            amending.reverse_charge(*where, reason=asked.reason, now=utc_now())
        else:
            amending.give_credit(*where, asked.amount, reason=asked.reason, now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _page(charge_id, refused=error)
    flash("It is given back. All sides see it on their statements, with your reason.", "success")
    return see_other(url_for("market_charges.show_charge", charge_id=charge_id))


def _page(
    charge_id: UUID,
    *,
    refused: GarlandError | None = None,
    asked: charges.GivingBack | None = None,
) -> Response:
    found = charges.charge_of(db_session(), acting(), charge_id)
    problems = at_controls(refused)
    return render(
        "marketplace/money/charge.html",
        status=refused.status if refused else 200,
        charge=found,
        asked=asked,
        refused=refused,
        problems=problems,
        errors={one.pointer: one.message for one in problems},
        sent=request.form,
        kinds=showing.KINDS,
        month=found.entries[0].month,
        money=said,
        day=day_words,
    )
