"""What an organisation has of its provider's templates: what came, what is left, what is newer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from designer.packs.desks import desk_of
from kernel.clock import utc_now
from kernel.errors import (
    ConflictError,
    ForbiddenError,
    GarlandError,
    InvalidError,
    NotFoundError,
)
from kernel.http import acting, db_session, render, require, see_other, vault
from runtime.packs.installing import Agreed
from runtime.packs.planning import Verdict
from runtime.tenant_templates import bringing, uses
from runtime.tenant_templates.todo import glances_of, todo_of
from runtime.tenant_templates.uses import UseView

bp = Blueprint("templates_here", __name__, url_prefix="/t/<tenant>/set-up")


@bp.get("")
@require("workflows.view")
def list_here() -> Response:
    """Show what came from templates, and what is offered."""
    found = glances_of(db_session(), acting().tenant_id)
    return render("garland/tenant_templates/here.html", found=found)


@bp.get("/<uuid:use_id>")
@require("workflows.view")
def show_here(use_id: UUID) -> Response:
    """Show one: each part, what is left to do, and what a newer version would change."""
    return _page(use_id)


@bp.post("/<uuid:use_id>/bring")
@require("workflows.edit")
def bring(use_id: UUID) -> Response:
    """Bring the version that is offered, as it was looked at."""
    session, who, form = db_session(), acting(), request.form
    agreed = Agreed(
        consents="consent" in form, takes=form.getlist("take"), mark=form.get("mark", "")
    )
    try:
        use = uses.get_use(session, who.tenant_id, use_id)
        use = bringing.bring(desk_of(session, who, vault()), who, use, agreed=agreed)
    except (InvalidError, ConflictError, ForbiddenError) as error:
        session.rollback()
        return _page(use_id, error)
    flash(f"Version {use.version} of {use.name} is here.", "good")
    return see_other(url_for("templates_here.show_here", use_id=use_id))


@bp.post("/<uuid:use_id>/away")
@require("workflows.edit")
def put_away(use_id: UUID) -> Response:
    """Let the first page say no more of it."""
    uses.put_away(db_session(), acting().tenant_id, use_id, now=utc_now())
    flash("It is put away. You find it under Set-up in the menu of the organisation.", "good")
    return see_other(url_for("home.tenant_home"))


def _page(use_id: UUID, error: GarlandError | None = None) -> Response:
    session, who = db_session(), acting()
    use = uses.get_use(session, who.tenant_id, use_id)
    facts: dict[str, Any] = {
        "use": use,
        "parts": list(uses.had_of(session, use).values()),
        "todo": todo_of(session, use),
        "looked": _looked(use),
        "Verdict": Verdict,
        "refused": error,
        "problems": getattr(error, "problems", ()),
    }
    return render(
        "garland/tenant_templates/one_here.html", status=error.status if error else 200, **facts
    )


def _looked(use: UseView) -> bringing.Looked | None:
    """Look what bringing it would do, for who may; None where nothing is offered any more."""
    who = acting()
    if not who.may("workflows.edit"):
        return None
    try:
        return bringing.look(desk_of(db_session(), who, vault()), use)
    except NotFoundError:
        return None
