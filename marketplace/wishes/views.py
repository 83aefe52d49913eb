"""The pages of wishes: what one's own organisation asked for, and what a provider is asked."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.forms import OPERATION
from kernel.clock import format_instant, utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.catalogue import shelf
from marketplace.search.finding import seen_among
from marketplace.search.seeing import visible_to
from marketplace.wishes import answering, store
from marketplace.wishes.answering import Answer, Asked
from marketplace.wishes.words import LEAST, MOST

bp = Blueprint("wishes", __name__, url_prefix="/t/<tenant>/marketplace/wishes")
FOUND_MAX = 10


@bp.get("")
@require("blocks.view")
def ask() -> Response:
    """Show the organisation's wishes with their answers, and the form; `for` fills it."""
    return _mine({"text": request.args.get("for", ""), "listing": request.args.get("listing", "")})


@bp.post("")
@require("blocks.edit")
def send() -> Response:
    """Ask the provider for something."""
    sent = {name: request.form.get(name, "") for name in ("text", "listing")}
    try:
        store.ask(db_session(), acting(), sent["text"], sent["listing"], now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _mine(sent, status=error.status, refused=error)
    flash("Your provider was asked. The answer comes here.", "success")
    return see_other(url_for("wishes.ask"))


@bp.post("/<uuid:wish_id>/take-back")
@require("blocks.edit")
def take_back(wish_id: UUID) -> Response:
    """Take back a wish that is open."""
    try:
        store.take_back(db_session(), acting(), wish_id)
    except ConflictError as error:
        db_session().rollback()
        return _mine({"text": "", "listing": ""}, status=error.status, refused=error)
    flash("It is taken back.", "success")
    return see_other(url_for("wishes.ask"))


@bp.get("/asked")
@require("catalogue.view")
def list_asked() -> Response:
    """Show what customers ask for: what is open, or what was answered."""
    is_open = request.args.get("state") != "answered"

    def fetch(limit: int, after: list[str] | None) -> list[Asked]:
        return answering.list_asked(
            db_session(), acting(), is_open=is_open, limit=limit, after=after
        )

    found, more = page_of(fetch, lambda one: _place(one.wish, is_open=is_open))
    return render(
        "marketplace/wishes/asked.html",
        asked=found,
        is_open=is_open,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


@bp.get("/asked/<uuid:wish_id>")
@require("catalogue.view")
def show_asked(wish_id: UUID) -> Response:
    """Show one wish with the others for the same, and the form of an answer."""
    return _asked(wish_id)


@bp.post("/asked/<uuid:wish_id>")
@require("catalogue.edit")
def answer(wish_id: UUID) -> Response:
    """Answer a wish or decline it; a button inside of the form only changes the form."""
    if OPERATION in request.form:
        return _asked(wish_id)
    given = Answer(
        words=request.form.get("answer", ""),
        offered=request.form.get("offered", ""),
        is_declined=request.form.get("verdict") == "decline",
        is_for_all="for_all" in request.form,
    )
    try:
        number = answering.answer(db_session(), acting(), wish_id, given, now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _asked(wish_id, status=error.status, refused=error)
    wishes = "One wish is" if number == 1 else f"{number} wishes are"
    flash(f"{wishes} {'declined' if given.is_declined else 'answered'}.", "success")
    return see_other(url_for("wishes.list_asked"))


def _place(one: store.WishView, *, is_open: bool = True) -> list[str]:
    at = one.asked_at if is_open or one.answered_at is None else one.answered_at
    return [format_instant(at), str(one.id)]


def _mine(
    sent: dict[str, str], *, status: int = 200, refused: GarlandError | None = None
) -> Response:
    session, who = db_session(), acting()
    found, more = page_of(
        lambda limit, after: store.list_mine(session, who, limit=limit, after=after), _place
    )
    problems = refused.problems if isinstance(refused, InvalidError) else ()
    return render(
        "marketplace/wishes/mine.html",
        status=status,
        wishes=found,
        seen=seen_among(
            session,
            {one.offered for one in found if one.offered},
            visible=visible_to(session, who.tenant_id),
        ),
        provider=store.provider_of(session, who),
        sent=sent,
        refused=refused,
        problems={one.pointer: one.message for one in problems},
        least=LEAST,
        most=MOST,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


def _asked(wish_id: UUID, *, status: int = 200, refused: GarlandError | None = None) -> Response:
    session, who, now = db_session(), acting(), utc_now()
    one = answering.get_asked(session, who, wish_id)
    q = request.form.get("find", "").strip()
    looked = shelf.Asked(q=q)
    problems = refused.problems if isinstance(refused, InvalidError) else ()
    return render(
        "marketplace/wishes/show.html",
        "marketplace/wishes/_answer.html",
        status=status,
        asked=one,
        same=answering.list_same(session, who, one),
        chosen=_chosen(one),
        q=q,
        found=shelf.list_shown(session, who, looked, limit=FOUND_MAX, now=now) if q else [],
        sent=request.form,
        refused=refused,
        problems={each.pointer: each.message for each in problems},
        most=MOST,
    )


def _chosen(one: Asked) -> str:
    """Give the listing that the form holds, after the button that was pressed."""
    verb, _, subject = request.form.get(OPERATION, "").partition(":")
    if verb == "choose":
        return subject
    return "" if verb == "unchoose" else request.form.get("offered", one.wish.offered)
