"""The pages of roll-outs: which there are, beginning one, and watching and steering it."""

from __future__ import annotations

from collections.abc import Mapping
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
    page_of,
    render,
    require,
    see_other,
    wants_part,
)
from marketplace.impact.finding import report_for
from marketplace.impact.model import BREAKS_WORDS
from marketplace.rollouts import forms, store
from marketplace.rollouts.choosing import newer_versions
from marketplace.rollouts.model import Plan
from marketplace.rollouts.showing import (
    DEEDS,
    MEMBER_LOOKS,
    STATE_LOOKS,
    deeds_of,
    failed_percent,
    is_last_ring,
)
from marketplace.rollouts.titles import titles_here
from marketplace.rollouts.watching import watch
from marketplace.shadow.views import below_facts

bp = Blueprint("rollouts", __name__, url_prefix="/t/<tenant>/marketplace/rollouts")

LINES_SHOWN = 200
"""So many organisations are listed on the page of a roll-out; the others are found by name."""
_DONE = {
    "pause": "The roll-out is paused.",
    "resume": "The roll-out goes on.",
    "halt": "The roll-out is halted: nobody is moved any more.",
    "go-on": "The next ring begins.",
    "finish": "The roll-out is finished.",
    "roll-back": "Everybody gets back what they had. This takes a while.",
}


@bp.get("")
@require("rollouts.edit")
def list_all() -> Response:
    """Show the roll-outs that are under way, and the others, the newest first."""

    def fetch(limit: int, after: list[str] | None) -> list[store.RolloutView]:
        where = (db_session(), acting().tenant_id)
        return store.list_rollouts(*where, limit=limit, after=after, under_way=False)

    found, more = page_of(fetch, lambda one: [str(one.id)], parts=1)
    where = (db_session(), acting().tenant_id)
    going = store.list_rollouts(*where, limit=LINES_SHOWN, under_way=True)
    return render(
        "marketplace/rollouts/list.html",
        under_way=going,
        over=found,
        titles=titles_here(*where, {one.listing_id for one in (*going, *found)}, now=utc_now()),
        looks=STATE_LOOKS,
        member_looks=MEMBER_LOOKS,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


@bp.get("/new")
@require("rollouts.edit")
def choose() -> Response:
    """Show the versions that are higher than what customers use, to choose one."""
    q = request.args.get("q", "")
    found = newer_versions(db_session(), acting(), q=q, now=utc_now())
    return render("marketplace/rollouts/choose.html", choices=found, q=q)


@bp.get("/new/<digest>")
@require("rollouts.edit")
def plan(digest: str) -> Response:
    """Show what a version would touch and break, and the plan to bring it with."""
    return _plan_page(digest, forms.filled(Plan()))


@bp.post("/new/<digest>")
@require("rollouts.edit")
def begin(digest: str) -> Response:
    """Begin a roll-out with the plan that was filled in."""
    try:
        wanted = forms.read_form(request.form)
        made = store.begin_rollout(db_session(), acting(), digest, wanted, now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _plan_page(digest, forms.sent(request.form), refused=error)
    flash("The roll-out has begun. The first ring is moved within seconds.", "success")
    return see_other(url_for("rollouts.show", rollout_id=made.id))


@bp.get("/<uuid:rollout_id>")
@require("rollouts.edit")
def show(rollout_id: UUID) -> Response:
    """Show one: who is where, what failed, what happens next; htmx asks for the part alone."""
    return _page(rollout_id)


@bp.get("/<uuid:rollout_id>/organisations")
@require("rollouts.edit")
def show_lines(rollout_id: UUID) -> Response:
    """Show who is where, as a part; a whole page is that of the roll-out."""
    one = store.get_rollout(db_session(), acting().tenant_id, rollout_id)
    if not wants_part():
        return see_other(url_for("rollouts.show", rollout_id=rollout_id))
    return render("marketplace/rollouts/_table.html", **_lines(one))


@bp.post("/<uuid:rollout_id>/<any(pause,resume,halt,'go-on',finish,'roll-back'):verb>")
@require("rollouts.edit")
def steer(rollout_id: UUID, verb: str) -> Response:
    """Pause, resume, send on, halt, finish or take back a roll-out."""
    reason = request.form.get("reason", "")
    try:
        store.steer(db_session(), acting(), rollout_id, verb, reason=reason, now=utc_now())
    except ConflictError as error:
        db_session().rollback()
        return _page(rollout_id, refused=error)
    flash(_DONE[verb], "success")
    return see_other(url_for("rollouts.show", rollout_id=rollout_id))


def _plan_page(
    digest: str, form: Mapping[str, Any], *, refused: GarlandError | None = None
) -> Response:
    return render(
        "marketplace/rollouts/plan.html",
        status=refused.status if refused else 200,
        digest=digest,
        report=report_for(db_session(), acting(), digest),
        breaks=BREAKS_WORDS,
        form=form,
        refused=refused,
        wrong={one.pointer.strip("/"): one.message for one in getattr(refused, "problems", ())},
        **below_facts(digest),
    )


def _page(rollout_id: UUID, *, refused: GarlandError | None = None) -> Response:
    watched = watch(db_session(), acting(), rollout_id, now=utc_now())
    is_last = is_last_ring(watched.view.ring, watched.rings)
    return render(
        "marketplace/rollouts/show.html",
        "marketplace/rollouts/_watched.html",
        status=refused.status if refused else 200,
        watched=watched,
        title=_title(watched.view.listing_id),
        looks=STATE_LOOKS,
        failed=failed_percent(watched.measured),
        deeds=deeds_of(watched.view.state, is_last=is_last),
        all_deeds=DEEDS,
        refused=refused,
        **_lines(watched.view),
    )


def _title(block_id: str) -> str:
    return titles_here(db_session(), acting().tenant_id, {block_id}, now=utc_now())[block_id]


def _lines(one: store.RolloutView) -> dict[str, Any]:
    """Give those of a roll-out that are looked for, by name and by where they are."""
    q, where = request.args.get("q", "").strip(), request.args.get("where", "")
    found = [
        line
        for line in store.member_lines(db_session(), acting(), one.id)
        if q.lower() in line.name.lower()
        and (not where or any(state.value == where for state in line.states))
    ]
    return {
        "one": one,
        "lines": found[:LINES_SHOWN],
        "found": len(found),
        "q": q,
        "where": where,
        "member_looks": MEMBER_LOOKS,
    }
