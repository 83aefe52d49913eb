"""Wishes over REST: one's own, and those that a provider is asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.rest import ID, INSTANT, TEXT, WHOLE, choice, describe, listed, maybe, shape, with_more
from kernel.schema import Schema
from marketplace.wishes import answering, store
from marketplace.wishes._tables import ID_MAX, WishState
from marketplace.wishes.answering import Answer, Asked
from marketplace.wishes.store import WishView
from marketplace.wishes.words import MOST

api = Blueprint("wishes_api", __name__, url_prefix="/api/v1/wishes")
WISH = shape(
    "Wish",
    id=ID,
    text=TEXT,
    listing_id=TEXT,
    state=choice(*(one.value for one in WishState)),
    asked_at=INSTANT,
    asked_by=TEXT,
    answer=TEXT,
    offered=TEXT,
    answered_at=maybe(INSTANT),
    answered_by=TEXT,
)
ASKED = with_more("WishAsked", WISH, organisation=TEXT, organisations=WHOLE)
ANSWERED = shape("WishesAnswered", answered=WHOLE)
ASKS = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["text"],
        "properties": {
            "text": {"type": "string", "maxLength": MOST},
            "listing_id": {"type": "string", "maxLength": ID_MAX},
        },
    }
)
ANSWERS = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "answer": {"type": "string", "maxLength": MOST},
            "offered": {"type": "string", "maxLength": ID_MAX},
            "declined": {"type": "boolean"},
            "for_all": {"type": "boolean"},
        },
    }
)


@api.get("")
@describe(answer=listed(WISH), pages=True)
@require("blocks.view")
def list_wishes() -> Response:
    """List the organisation's own wishes with their answers, the newest first."""
    found, more = page_of(
        lambda limit, after: store.list_mine(db_session(), acting(), limit=limit, after=after),
        lambda one: [format_instant(one.asked_at), str(one.id)],
    )
    return jsonify(items=[_document(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=ASKS, answer=WISH, status=201)
@require("blocks.edit")
def ask() -> tuple[Response, int]:
    """Ask the provider for a block, in 20 to 1,000 characters; `listing_id` names one it could be.

    Of an organisation 20 wishes may be open at once.
    """
    body = json_body()
    ASKS.require(body, "this cannot be asked so")
    about = body.get("listing_id", "")
    found = store.ask(db_session(), acting(), body["text"], about, now=utc_now())
    return jsonify(_document(found)), 201


@api.get("/<uuid:wish_id>")
@describe(answer=WISH)
@require("blocks.view")
def get_wish(wish_id: UUID) -> Response:
    """Give one wish of the organisation's own."""
    return jsonify(_document(store.get_mine(db_session(), acting(), wish_id)))


@api.delete("/<uuid:wish_id>")
@describe(status=204)
@require("blocks.edit")
def take_back(wish_id: UUID) -> Response:
    """Take back a wish that is open."""
    store.take_back(db_session(), acting(), wish_id)
    return Response(status=204)


@api.get("/asked")
@describe(query={"state": choice("open", "answered")}, answer=listed(ASKED), pages=True)
@require("catalogue.view")
def list_asked() -> Response:
    """List what customers ask for: what is open, the oldest first, or what was `answered`.

    `organisations` counts those that have an open wish for the same.
    """
    is_open = request.args.get("state") != "answered"

    def place(one: Asked) -> list[str]:
        at = one.wish.asked_at if is_open else one.wish.answered_at or one.wish.asked_at
        return [format_instant(at), str(one.wish.id)]

    found, more = page_of(
        lambda limit, after: answering.list_asked(
            db_session(), acting(), is_open=is_open, limit=limit, after=after
        ),
        place,
    )
    return jsonify(items=[_asked_document(one) for one in found], next_cursor=more)


@api.post("/asked/<uuid:wish_id>/answer")
@describe(body=ANSWERS, answer=ANSWERED)
@require("catalogue.edit")
def answer(wish_id: UUID) -> Response:
    """Answer a wish with words, a listing that is `offered`, or both; or decline it with a reason.

    Unless `for_all` is false, each open wish for the same is answered with it.
    """
    body = json_body()
    ANSWERS.require(body, "this is no answer")
    given = Answer(
        words=body.get("answer", ""),
        offered=body.get("offered", ""),
        is_declined=body.get("declined", False),
        is_for_all=body.get("for_all", True),
    )
    number = answering.answer(db_session(), acting(), wish_id, given, now=utc_now())
    return jsonify(answered=number)


def _document(one: WishView) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "text": one.text,
        "listing_id": one.listing_id,
        "state": one.state.value,
        "asked_at": format_instant(one.asked_at),
        "asked_by": one.asked_by,
        "answer": one.answer,
        "offered": one.offered,
        "answered_at": format_instant(one.answered_at) if one.answered_at else None,
        "answered_by": one.answered_by,
    }


def _asked_document(one: Asked) -> dict[str, Any]:
    return {
        **_document(one.wish),
        "organisation": one.organisation,
        "organisations": one.number,
    }
