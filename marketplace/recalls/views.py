"""The pages of recalls: which were made, making one, and what became of runs."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError, Problem
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.recalls import reading, store
from marketplace.recalls.model import LOOKS, Fate
from marketplace.recalls.weighing import weigh
from marketplace.rollouts.choosing import versions_in_use
from marketplace.rollouts.store import latest_of
from marketplace.rollouts.titles import titles_here

bp = Blueprint("recalls", __name__, url_prefix="/t/<tenant>/marketplace/recalls")


@bp.get("")
@require("rollouts.edit")
def list_all() -> Response:
    """Show the recalls that were made, the newest first."""

    def fetch(limit: int, after: list[str] | None) -> list[reading.RecallView]:
        return reading.list_recalls(db_session(), acting().tenant_id, limit=limit, after=after)

    found, more = page_of(fetch, lambda one: [str(one.id)], parts=1)
    return render(
        "marketplace/recalls/list.html",
        recalls=found,
        titles=_titles({one.listing_id for one in found}),
        under_way=Fate.UNDER_WAY,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


@bp.get("/new")
@require("rollouts.edit")
def choose() -> Response:
    """Show the versions that somebody below has, to choose one."""
    q = request.args.get("q", "")
    found = versions_in_use(db_session(), acting(), q=q, now=utc_now())
    return render("marketplace/recalls/choose.html", choices=found, q=q)


@bp.get("/new/<digest>")
@require("rollouts.edit")
def ask(digest: str) -> Response:
    """Show what a recall would reach, and ask why and how."""
    return _ask_page(digest)


@bp.post("/new/<digest>")
@require("rollouts.edit")
def make(digest: str) -> Response:
    """Recall a version, where its block's id was typed."""
    form = request.form
    wish = store.Wish(form.get("reason", ""), form.get("running") == "finish", form.get("to", ""))
    try:
        _require_typed(digest)
        made = store.recall(db_session(), acting(), digest, wish, now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _ask_page(digest, refused=error)
    flash(f"{made.listing_id} {made.version} is recalled.", "success")
    return see_other(url_for("recalls.show", recall_id=made.id))


@bp.get("/<uuid:recall_id>")
@require("rollouts.edit")
def show(recall_id: UUID) -> Response:
    """Show one: what became of runs, and what could not be done with it."""
    where = (db_session(), acting().tenant_id)
    found = reading.get_recall(*where, recall_id)
    return render(
        "marketplace/recalls/show.html",
        "marketplace/recalls/_fates.html",
        one=found,
        title=_titles({found.listing_id})[found.listing_id],
        lines=reading.lines_of(db_session(), acting(), recall_id),
        rollout=latest_of(*where, found.replacement) if found.replacement else None,
        goes_on=bool(found.runs.get(Fate.UNDER_WAY)),
        looks=LOOKS,
    )


def _titles(block_ids: Collection[str]) -> dict[str, str]:
    return titles_here(db_session(), acting().tenant_id, block_ids, now=utc_now())


def _require_typed(digest: str) -> None:
    block_id = store.block_to_recall(db_session(), acting(), digest)
    if request.form.get("typed", "").strip() != block_id:
        told = f"Type the block's id, {block_id}, to say that you mean it."
        raise InvalidError("it was not confirmed", problems=[Problem("/typed", told)])


def _ask_page(digest: str, *, refused: GarlandError | None = None) -> Response:
    problems = getattr(refused, "problems", ())
    return render(
        "marketplace/recalls/ask.html",
        status=refused.status if refused else 200,
        digest=digest,
        weight=weigh(db_session(), acting(), digest, now=utc_now()),
        form=request.form,
        refused=refused if refused and not problems else None,
        wrong={one.pointer.strip("/"): one.message for one in problems},
    )
