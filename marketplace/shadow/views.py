"""Shadow runs on pages: asked for, followed and stopped beside what a version means by schema."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError
from kernel.http import acting, db_session, render, require, see_other, wants_part
from marketplace.impact.finding import candidate
from marketplace.shadow import store
from marketplace.shadow.model import VERDICT_LOOKS, reasons_of, total_of

bp = Blueprint("shadow", __name__, url_prefix="/t/<tenant>/marketplace/shadow")


@bp.get("/below/<digest>")
@require("rollouts.edit")
def show_below(digest: str) -> Response:
    """Show how far it is with those below, as a part; a whole page is that of the roll-out."""
    candidate(db_session(), acting().tenant_id, digest)  # else it is not there, part or page
    if not wants_part():
        return see_other(url_for("rollouts.plan", digest=digest))
    return render("marketplace/shadow/_below.html", digest=digest, **below_facts(digest))


@bp.post("/below/<digest>")
@require("rollouts.edit")
def ask_below(digest: str) -> Response:
    """Try a version on what steps of those below were last given."""
    return _asked(digest, below=True)


@bp.post("/below/<digest>/<uuid:shadow_id>/stop")
@require("rollouts.edit")
def stop_below(digest: str, shadow_id: UUID) -> Response:
    """Stop trying a version on those below."""
    return _stopped(digest, shadow_id, below=True)


@bp.get("/own/<digest>")
@require("runs.view")
def show_own(digest: str) -> Response:
    """Show how far it is with one's own, as a part; a whole page is that of the version."""
    candidate(db_session(), acting().tenant_id, digest)
    if not wants_part():
        return see_other(url_for("market_versions.show", digest=digest))
    return render("marketplace/shadow/_own.html", digest=digest, **own_facts(digest))


@bp.post("/own/<digest>")
@require("blocks.edit")
def ask_own(digest: str) -> Response:
    """Try a version on what one's own steps were last given."""
    require_runs()
    return _asked(digest, below=False)


@bp.post("/own/<digest>/<uuid:shadow_id>/stop")
@require("blocks.edit")
def stop_own(digest: str, shadow_id: UUID) -> Response:
    """Stop trying a version on one's own."""
    require_runs()
    return _stopped(digest, shadow_id, below=False)


def require_runs() -> None:
    """Let only who may see runs have them tried; raises ForbiddenError."""
    if not acting().may("runs.view"):
        raise ForbiddenError(
            "your role does not show runs, so it cannot have them tried: ask an admin",
            permission="runs.view",
        )


def below_facts(digest: str) -> dict[str, Any]:
    """Give the last shadow run of those below one, in numbers."""
    found = store.latest_shadow(db_session(), acting().tenant_id, digest, below=True)
    lines = store.lines_of(db_session(), acting(), found) if found else []
    return {**_facts(found), "shadow_lines": lines}


def own_facts(digest: str) -> dict[str, Any]:
    """Give one's own last shadow run, step by step; nothing to whoever may not see runs."""
    if not acting().may("runs.view"):
        return {**_facts(None), "shadow_steps": []}
    session, tenant_id = db_session(), acting().tenant_id
    found = store.latest_shadow(session, tenant_id, digest, below=False)
    steps = store.steps_of(session, tenant_id, found.id) if found else []
    return {**_facts(found), "shadow_steps": steps}


def _facts(found: store.ShadowView | None) -> dict[str, Any]:
    counts = found.counts if found else {}
    return {
        "shadow": found,
        "shadow_looks": VERDICT_LOOKS,
        "shadow_total": total_of(counts),
        "shadow_reasons": reasons_of(counts),
    }


def _asked(digest: str, *, below: bool) -> Response:
    text = request.form.get("per_step", "")
    per_step = int(text) if text in _CHOICES else store.PER_STEP
    who, now = acting(), utc_now()
    try:
        store.ask_shadow(db_session(), who, digest, below=below, per_step=per_step, now=now)
    except ConflictError as error:
        db_session().rollback()
        flash(f"{error.message[:1].upper()}{error.message[1:]}.", "warning")
    return _back(digest, below=below)


def _stopped(digest: str, shadow_id: UUID, *, below: bool) -> Response:
    where = (db_session(), acting().tenant_id, shadow_id)
    store.cancel_shadow(*where, below=below, now=utc_now())
    return _back(digest, below=below)


def _back(digest: str, *, below: bool) -> Response:
    page = "rollouts.plan" if below else "market_versions.show"
    return see_other(url_for(page, digest=digest, _anchor="shadow"))


_CHOICES = ("5", "20", "100")
