"""The pages of new versions: what comes, what it would break here, freezing, and recalls."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.installs.store import list_installs
from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.impact.finding import candidate, own_differences, own_impact
from marketplace.recalls.model import LOOKS, WORDS
from marketplace.recalls.reading import ReceivedView, list_received
from marketplace.rollouts import forms, stops
from marketplace.rollouts.showing import MEMBER_LOOKS
from marketplace.rollouts.titles import titles_here
from marketplace.shadow.views import own_facts
from marketplace.versions.coming import brought_to, coming_to
from runtime.flows.versions import flow_names

bp = Blueprint("market_versions", __name__, url_prefix="/t/<tenant>/marketplace/versions")


@bp.get("")
@require("blocks.view")
def list_all() -> Response:
    """Show what is about to be brought, what is frozen, and what was brought."""
    return _page()


@bp.post("/freezes")
@require("blocks.edit")
def freeze() -> Response:
    """Let no roll-out of a block, or of any, move one's own workflows."""
    reason = request.form.get("reason", "")
    try:
        block = forms.block_in(request.form)
    except InvalidError as error:
        return _page(status=error.status, error=error.message)
    made = stops.stop(db_session(), acting(), block, reason=reason, now=utc_now())
    name = _titles().get(block, made.listing_id) or "Every block"
    flash(f"{name} stays at the version that you have.", "success")
    return see_other(url_for("market_versions.list_all"))


@bp.post("/freezes/<uuid:stop_id>/lift")
@require("blocks.edit")
def unfreeze(stop_id: UUID) -> Response:
    """Let roll-outs move one's own workflows again."""
    stops.lift(db_session(), acting().tenant_id, stop_id, now=utc_now())
    flash("New versions are brought to you again.", "success")
    return see_other(url_for("market_versions.list_all"))


def _titles() -> dict[str, str]:
    found = list_installs(db_session(), acting().tenant_id)
    return {one.manifest.id: one.manifest.title for one in found}


def _page(*, status: int = 200, error: str = "") -> Response:
    session, tenant_id, now = db_session(), acting().tenant_id, utc_now()
    return render(
        "marketplace/versions/list.html",
        status=status,
        coming=coming_to(session, tenant_id, now=now),
        brought=brought_to(session, tenant_id, now=now),
        freezes=stops.list_stops(session, tenant_id, below=False),
        blocks=sorted(_titles().items(), key=lambda pair: (pair[1].lower(), pair[0])),
        member_looks=MEMBER_LOOKS,
        error=error,
        sent=request.form,
    )


@bp.get("/<digest>")
@require("blocks.view")
def show(digest: str) -> Response:
    """Show what a version would change and break in one's own live workflows, step by step."""
    session, tenant_id = db_session(), acting().tenant_id
    may_see = acting().may("workflows.view")
    return render(
        "marketplace/versions/show.html",
        digest=digest,
        new=candidate(session, tenant_id, digest),
        impact=own_impact(session, tenant_id, digest) if may_see else None,
        differences=own_differences(session, tenant_id, digest),
        may_see=may_see,
        **own_facts(digest),
    )


@bp.get("/recalls")
@require("blocks.view")
def list_recalls() -> Response:
    """Show the recalls that reached one; each run to whoever may see runs."""
    session, tenant_id = db_session(), acting().tenant_id

    def fetch(limit: int, after: list[str] | None) -> list[ReceivedView]:
        return list_received(session, tenant_id, limit=limit, after=after)

    found, more = page_of(fetch, lambda one: [str(one.id)], parts=1, default=10)
    flows = {run.flow_id for one in found for run in one.runs}
    return render(
        "marketplace/versions/recalls.html",
        recalls=found,
        names=flow_names(session, tenant_id, flows),
        titles=titles_here(session, tenant_id, {one.listing_id for one in found}, now=utc_now()),
        looks=LOOKS,
        words=WORDS,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )
