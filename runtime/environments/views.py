"""Pages of environments: which there are, what to bring from one, and what was brought."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, GarlandError, InvalidError
from kernel.http import acting, db_session, render, require, see_other, vault
from runtime.environments import planning, promoting
from runtime.environments._tables import PromotionState
from runtime.environments.api import answered
from runtime.environments.carrying import Key
from tenancy.environments import (
    EnvironmentView,
    environments_of,
    find_environment,
    make_environment,
    untie,
)

bp = Blueprint("environments", __name__)

REFUSALS = (InvalidError, ConflictError, ForbiddenError)
_DONE = {
    "approve": "You said yes. All of it is live.",
    "refuse": "You refused it. Whoever asked sees your reason.",
    "withdraw": "You took it back. Nothing was changed.",
    "undo": "What was live before is live again.",
}


@bp.get("/t/<tenant>/environments")
@require("workflows.view")
def list_environments() -> Response:
    """Show the environments that belong together, and what was brought here."""
    return _list_page()


@bp.post("/t/<tenant>/environments")
@require("environments.edit")
def add_environment() -> Response:
    """Add an environment."""
    name = request.form.get("name", "")
    try:
        made = make_environment(db_session(), who=acting(), name=name, now=utc_now())
    except REFUSALS as error:
        return _list_page(refused=error, name=name)
    flash(f"{made.name} is there, with the same members. It is empty: bring into it what is live.")
    return see_other(url_for("environments.list_environments"))


@bp.post("/t/<tenant>/environments/<slug>/untie")
@require("environments.edit")
def untie_environment(slug: str) -> Response:
    """Let an environment be an organisation of its own."""
    untie(db_session(), who=acting(), slug=slug)
    flash("It is an organisation of its own now. All of it stays.", "success")
    return see_other(url_for("environments.list_environments"))


@bp.get("/t/<tenant>/environments/<slug>/bring")
@require("workflows.edit")
def choose(slug: str) -> Response:
    """Show what is live in another environment, to choose from."""
    there = find_environment(db_session(), acting().tenant_id, slug)
    found = planning.read_there(db_session(), who=acting(), there=there)
    return render("runtime/environments/choose.html", there=there, found=found, refused=None)


@bp.post("/t/<tenant>/environments/<slug>/bring")
@require("workflows.edit")
def bring(slug: str) -> Response:
    """Show what bringing it here changes; bring it once that was seen."""
    there, keys = find_environment(db_session(), acting().tenant_id, slug), _keys()
    session, who, now = db_session(), acting(), utc_now()
    try:
        if request.form.get("step") == "final":
            return _promoted(there, keys)
        picked = planning.read_there(session, who=who, there=there, picked=keys)
    except REFUSALS as error:
        found = planning.read_there(session, who=who, there=there)
        page = "runtime/environments/choose.html"
        return render(page, status=error.status, there=there, found=found, refused=error)
    plan = planning.make_plan(session, picked, who=who, vault=vault(), now=now)
    return render("runtime/environments/plan.html", there=there, plan=plan)


@bp.post("/t/<tenant>/promotions/<uuid:promotion_id>/<any(approve,refuse,withdraw,undo):verb>")
@require("workflows.publish")
def answer_promotion(promotion_id: UUID, verb: str) -> Response:
    """Say yes or no to what somebody asked to bring, or take it back."""
    try:
        answered(promotion_id, verb, request.form.get("reason", ""))
    except REFUSALS as error:
        return _list_page(refused=error)
    flash(_DONE[verb], "success")
    return see_other(url_for("environments.list_environments"))


def _promoted(there: EnvironmentView, keys: set[Key]) -> Response:
    done = promoting.promote(
        db_session(),
        there,
        keys,
        who=acting(),
        note=request.form.get("note", ""),
        vault=vault(),
        now=utc_now(),
    )
    is_done = done.state is PromotionState.DONE
    flash("All of it is live here." if is_done else "Asked: a colleague has to say yes.", "success")
    return see_other(url_for("environments.list_environments"))


def _keys() -> set[Key]:
    """Read what was ticked: kind and key, parted by a colon."""
    said = (one.partition(":") for one in request.form.getlist("item"))
    return {(kind, key) for kind, _, key in said}


def _list_page(*, refused: GarlandError | None = None, name: str = "") -> Response:
    where = (db_session(), acting().tenant_id)
    found = promoting.list_promotions(*where)
    return render(
        "runtime/environments/list.html",
        status=refused.status if refused else 200,
        environments=environments_of(*where),
        promotions=[(one, promoting.why_not(where[0], one, acting())) for one in found],
        refused=refused,
        name=name,
    )
