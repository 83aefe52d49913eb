"""Money over REST: prices, shares, statements and their files, and giving charges back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, json_body, page_of, require, writing_apart
from kernel.rest import TEXT, choice, describe, listed
from marketplace.money import agreements, amending, asking, pricing, shapes, statements
from marketplace.money.exports import FORMATS, statement_document
from marketplace.money.months import read_month
from runtime.use.recording import day_of
from tenancy.audit.trail import note

api = Blueprint("market_money_api", __name__, url_prefix="/api/v1/marketplace")
_FILE = {"type": ["string", "object"]}
_OF_LISTING = {"listing_id": {**TEXT, "description": "Only of this block or pack"}}


@api.get("/prices")
@describe(query=_OF_LISTING, answer=listed(shapes.PRICE_SHAPE), pages=True)
@require("prices.edit")
def list_prices() -> Response:
    """List the prices that the acting organisation set, by listing, the latest first."""
    listing_id = request.args.get("listing_id", "")
    found, more = page_of(
        lambda limit, after: pricing.list_prices(
            db_session(), acting(), listing_id=listing_id, limit=limit, after=after
        ),
        pricing.place_of,
    )
    return jsonify(items=[shapes.price_document(one) for one in found], next_cursor=more)


@api.post("/prices")
@describe(body=shapes.PRICE_WANTED, answer=shapes.PRICE_SHAPE, status=201)
@require("prices.edit")
def set_price() -> Response:
    """Set what a listing costs from a day on, tomorrow at the earliest.

    `wholesale` is a publisher's for its own listings, `retail` a CSP's for its customers. Amounts
    are whole numbers of the currency's smallest unit.
    """
    said = json_body()
    shapes.PRICE_WANTED.require(said, "say the listing_id, the hop and the price")
    made = pricing.set_price(
        db_session(),
        acting(),
        said["listing_id"],
        said["price"],
        hop=said["hop"],
        valid_from=shapes.read_day(said.get("valid_from")),
        now=utc_now(),
    )
    return _made(shapes.price_document(made))


@api.delete("/prices/<uuid:price_id>")
@describe(status=204)
@require("prices.edit")
def withdraw_price(price_id: UUID) -> Response:
    """Withdraw a price that does not hold yet; one that does is 409."""
    pricing.withdraw_price(db_session(), acting(), price_id, now=utc_now())
    return Response(status=204)


@api.get("/listings/<listing_id>/price")
@describe(answer=shapes.PRICE_ASKED)
@require("blocks.view")
def show_price(listing_id: str) -> Response:
    """Say what the acting organisation would pay for a listing, now and later, with its trial.

    `retail` is what a CSP asks its customers, `wholesale` what CSPs are asked. `trial` is null
    where the price has none; its `last_day` is null before the listing was ever installed.
    """
    session = db_session()
    found = asking.known_price(session, acting().tenant_id, listing_id, now=utc_now())
    return jsonify(shapes.asked_document(found))


@api.get("/shares")
@describe(answer=listed(shapes.SHARE_SHAPE), refuses=(404,))
@require("statements.view")
def list_shares() -> Response:
    """List the vendor's shares, the latest first; a publisher is given those that count for it.

    For others they are 404. `set_by` is for the vendor alone.
    """
    found = agreements.list_shares(db_session(), acting())
    return jsonify(items=[shapes.share_document(one) for one in found], next_cursor=None)


@api.post("/shares")
@describe(body=shapes.SHARE_WANTED, answer=shapes.SHARE_SHAPE, status=201)
@require("prices.edit")
def set_share() -> Response:
    """Set the vendor's share of what a publisher, or with null any other, is paid; of the vendor.

    In basis points: 2,000 is a fifth.
    """
    said = json_body()
    shapes.SHARE_WANTED.require(said, "say the vendor_bp, and the publisher_id where it is one's")
    made = agreements.set_share(
        db_session(),
        acting(),
        shapes.read_publisher(said.get("publisher_id")),
        int(said["vendor_bp"]),
        valid_from=shapes.read_day(said.get("valid_from")),
        now=utc_now(),
    )
    return _made(shapes.share_document(made))


@api.delete("/shares/<uuid:share_id>")
@describe(status=204)
@require("prices.edit")
def withdraw_share(share_id: UUID) -> Response:
    """Withdraw a share that does not hold yet; one that does is 409."""
    agreements.withdraw_share(db_session(), acting(), share_id, now=utc_now())
    return Response(status=204)


@api.get("/statements")
@describe(answer=listed(shapes.SUMMARY))
@require("statements.view")
def list_statements() -> Response:
    """List the months in which something was owed or earned, the latest first, with totals."""
    found = statements.summaries_of(db_session(), acting().tenant_id)
    return jsonify(items=[shapes.summary_document(one) for one in found], next_cursor=None)


@api.get("/statements/<month>")
@describe(answer=shapes.STATEMENT, refuses=(422,))
@require("statements.view")
def show_statement(month: str) -> Response:
    """Give the statement of a month such as 2026-11; while `closed_at` is null it still grows.

    Amounts above nought are received, below it paid; each currency has totals of its own.
    """
    return jsonify(statement_document(_statement(month)))


@api.get("/statements/<month>/entries")
@describe(query=_OF_LISTING, answer=listed(shapes.ENTRY), pages=True)
@require("statements.view")
def list_entries(month: str) -> Response:
    """List what a statement is made of, by day; `charge_id` is what can be given back."""
    where = (db_session(), acting().tenant_id, read_month(month, today=day_of(utc_now())))
    listing_id = request.args.get("listing_id", "")
    found, more = page_of(
        lambda limit, after: statements.list_entries(
            *where, listing_id=listing_id, limit=limit, after=after
        ),
        statements.entry_place,
    )
    return jsonify(items=[shapes.entry_document(one) for one in found], next_cursor=more)


@api.get("/statements/<month>/file")
@describe(
    query={"format": {**choice(*FORMATS), "description": "csv where left out"}},
    answer=_FILE,
    gives=("text/csv", "application/json"),
)
@require("statements.view")
def export_statement(month: str) -> Response:
    """Give a statement as a file: CSV, or as bills in the shape of TMF678."""
    return statement_file(month)


@api.post("/charges/<uuid:charge_id>/credit")
@describe(body=shapes.CREDIT_WANTED, answer=shapes.GIVEN_BACK, status=201)
@require("charges.edit")
def give_credit(charge_id: UUID) -> Response:
    """Give a part of a charge back to who paid the acting organisation; 409 where less is left."""
    said = json_body()
    shapes.CREDIT_WANTED.require(said, "say the amount, in smallest units, and the reason")
    where = (db_session(), acting(), charge_id)
    made = amending.give_credit(*where, int(said["amount"]), reason=said["reason"], now=utc_now())
    return _made({"id": str(made)})


@api.post("/charges/<uuid:charge_id>/reverse")
@describe(body=shapes.REVERSAL_WANTED, answer=shapes.GIVEN_BACK, status=201)
@require("charges.edit")
def reverse_charge(charge_id: UUID) -> Response:
    """Give back all that is left of a charge; the vendor does it for all sides."""
    said = json_body()
    shapes.REVERSAL_WANTED.require(said, "say the reason")
    where = (db_session(), acting(), charge_id)
    made = amending.reverse_charge(*where, reason=said["reason"], now=utc_now())
    return _made({"id": str(made)})


def statement_file(month: str) -> Response:
    """Answer with a statement as a file of the `format` that is asked for; noted in the audit."""
    form = request.args.get("format", "") or "csv"
    if form not in FORMATS:
        message = f"format: choose of {', '.join(FORMATS)}"
        raise InvalidError(message, problems=[Problem("/format", message)])
    found, who = _statement(month), acting()
    write, content_type, ending = FORMATS[form]
    with writing_apart() as noting:
        facts = {"month": found.month, "format": form}
        note(noting, who.tenant_id, "statement.exported", now=utc_now(), facts=facts)
    response = Response(write(found), content_type=content_type)
    name = f"statement-{who.tenant_slug}-{found.month}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _statement(month: str) -> statements.Statement:
    asked = read_month(month, today=day_of(utc_now()))
    return statements.statement_of(db_session(), acting().tenant_id, asked)


def _made(document: dict[str, object]) -> Response:
    response = jsonify(document)
    response.status_code = 201
    return response
