"""The first pages of a catalogue: what is offered and kept back, and what no rule speaks of."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.catalogue import foreseeing, shelf, store
from marketplace.catalogue.overlay import Effect
from marketplace.catalogue.store import NOT_THERE

bp = Blueprint("catalogue", __name__, url_prefix="/t/<tenant>/marketplace/catalogue")


@bp.get("")
@require("catalogue.view")
def list_offered() -> Response:
    """Show what is offered, with what was decided on each; `q` and `mark` narrow it."""
    return _list("marketplace/catalogue/offered.html", is_kept_back=False)


@bp.get("/kept-back")
@require("catalogue.view")
def list_kept_back() -> Response:
    """Show what comes down to this catalogue and is not offered on, each with the reason."""
    return _list("marketplace/catalogue/kept_back.html", is_kept_back=True)


@bp.get("/default")
@require("catalogue.edit")
def ask_default() -> Response:
    """Show what the other choice for what no rule speaks of would change, and ask."""
    session, who = db_session(), acting()
    then = _effect(request.args.get("unmatched", ""))
    overlay = foreseeing.with_unmatched(foreseeing.overlay_now(session, who), then)
    return render(
        "marketplace/catalogue/default.html",
        then=then,
        glance=store.glance_of(session, who),
        foreseen=foreseeing.foresee(session, who, overlay, now=utc_now()),
    )


@bp.post("/default")
@require("catalogue.edit")
def set_default() -> Response:
    """Choose what becomes of what no rule speaks of."""
    then = _effect(request.form.get("unmatched", ""))
    store.set_unmatched(db_session(), acting(), then, now=utc_now())
    flash(f"What no rule speaks of is {WORDS[then]} now.", "success")
    return see_other(url_for("catalogue.list_offered"))


WORDS = {Effect.ALLOW: "offered", Effect.REFUSE: "kept back"}


def _effect(word: str) -> Effect:
    """Read which choice is meant; an address that names none leads nowhere."""
    found = {one.value: one for one in Effect}.get(word)
    if found is None:
        raise NotFoundError(NOT_THERE)
    return found


def _list(page: str, *, is_kept_back: bool) -> Response:
    session, who, now = db_session(), acting(), utc_now()
    mark = request.args.get("mark", "")
    asked = shelf.Asked(
        q=request.args.get("q", ""),
        mark=mark if mark in shelf.MARKS else "",
        is_kept_back=is_kept_back,
    )

    def fetch(limit: int, after: list[str] | None) -> list[shelf.Shown]:
        start = after[0] if after else ""
        return shelf.list_shown(session, who, asked, limit=limit, after=start, now=now)

    found, more = page_of(fetch, lambda one: [one.listing_id], parts=1)
    return render(
        page,
        "marketplace/catalogue/_rows.html",
        found=found,
        asked=asked,
        marks=shelf.MARKS,
        glance=store.glance_of(session, who),
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )
