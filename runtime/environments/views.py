"""Pages of environments: which there are, what to bring from one, and what was brought."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from flask import Blueprint, flash, make_response, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, GarlandError, InvalidError
from kernel.http import acting, db_session, render, require, see_other, vault
from kernel.ids import slugify
from runtime.environments import planning, promoting
from runtime.environments._tables import PromotionState
from runtime.environments.api import answered
from runtime.environments.carrying import Key
from runtime.environments.contents import earlier
from runtime.environments.named import DIFFERENT, Name
from runtime.environments.untying import let_go
from runtime.flows.named_places import CALENDAR
from tenancy.environments import (
    EnvironmentView,
    environments_of,
    find_environment,
    make_environment,
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
    let_go(db_session(), acting(), slug, now=utc_now())
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
    there, step = find_environment(db_session(), acting().tenant_id, slug), request.form.get("step")
    try:
        if step is None:
            return _plan_page(there, wanted=None)
        if step == "look" or _is_unconfirmed():
            return _plan_page(there, wanted=_along(), asks=step != "look")
        return _promoted(there)
    except REFUSALS as error:
        return _refused_page(there, error)


@bp.get("/t/<tenant>/promotions/<uuid:promotion_id>/earlier")
@require("workflows.view")
def download_earlier(promotion_id: UUID) -> Response:
    """Give a look-up table or calendar as it was before it was overwritten."""
    key = (request.args.get("kind", ""), request.args.get("name", ""))
    needed = "calendars.view" if key[0] == CALENDAR else "inventory.view"
    if not acting().may(needed):
        raise ForbiddenError(f"your role ({acting().role}) does not allow this", permission=needed)
    promotion = promoting.get_promotion(db_session(), acting().tenant_id, promotion_id)
    text, media = earlier(promotion, key)
    response = make_response(text)
    response.content_type = f"{media}; charset=utf-8"
    name = f"{slugify(key[1])}.{media.rpartition('/')[2]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


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


def _promoted(there: EnvironmentView) -> Response:
    done = promoting.promote(
        db_session(),
        there,
        _keys(),
        along=_along(),
        who=acting(),
        note=request.form.get("note", ""),
        vault=vault(),
        now=utc_now(),
    )
    is_done = done.state is PromotionState.DONE
    flash("All of it is live here." if is_done else "Asked: a colleague has to say yes.", "success")
    return see_other(url_for("environments.list_environments"))


def _plan_page(
    there: EnvironmentView,
    *,
    wanted: Mapping[Name, str] | None,
    asks: bool = False,
    refused: GarlandError | None = None,
) -> Response:
    """Show the plan; `asks` whether what is overwritten may be, where that was not said yet."""
    session, who, now = db_session(), acting(), utc_now()
    picked = planning.read_there(session, who=who, there=there, picked=_keys())
    load = planning.load_up(
        session, picked, who=who, there=there, wanted=wanted, is_refused=refused is not None
    )
    plan = planning.make_plan(session, load, who=who, vault=vault(), now=now)
    return render(
        "runtime/environments/plan.html",
        status=refused.status if refused else 200,
        there=there,
        plan=plan,
        may_tick=any(one.can_come and who.may(one.permission) for one in load.named),
        taken=[one.key for one in load.taken],
        overwritten=[one for one in load.taken if one.verdict == DIFFERENT] if asks else [],
        note=request.form.get("note", ""),
        refused=refused,
    )


def _refused_page(there: EnvironmentView, error: GarlandError) -> Response:
    """Show the plan as it was filled in, with why not; the choice where there is no plan."""
    with suppress(*REFUSALS):
        if "step" in request.form:
            return _plan_page(there, wanted=_along(), refused=error)
    found = planning.read_there(db_session(), who=acting(), there=there)
    page = "runtime/environments/choose.html"
    return render(page, status=error.status, there=there, found=found, refused=error)


def _keys() -> set[Key]:
    """Read what was ticked: kind and key, parted by a colon."""
    said = (one.partition(":") for one in request.form.getlist("item"))
    return {(kind, key) for kind, _, key in said}


def _along() -> dict[Name, str]:
    """Read which tables and calendars come along: kind, what was seen, and name, parted by colons.

    What overwrites one here is ticked under another word, to be asked for once more.
    """
    ticked = [*request.form.getlist("along"), *request.form.getlist("over")]
    said = (one.split(":", 2) for one in ticked if one.count(":") > 1)
    return {(kind, name): seen for kind, seen, name in said}


def _is_unconfirmed() -> bool:
    return bool(set(request.form.getlist("over")) - set(request.form.getlist("confirmed")))


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
