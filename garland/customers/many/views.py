"""Many customers at once: what would be done is shown before, what came of it after each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from garland.customers.forms import Refused, id_of, refused, wish_of
from garland.customers.many.forms import (
    ANNOUNCE,
    PLAN,
    WHAT,
    as_csv,
    chosen_fields,
    chosen_of,
)
from garland.customers.overview import rows_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import (
    acting,
    address_with,
    db_session,
    page_of,
    render,
    require,
    see_other,
    writing_apart,
)
from kernel.numbers import whole_number
from tenancy.announcements.writing import write_announcement
from tenancy.audit.trail import note
from tenancy.customers.many import store
from tenancy.customers.many.choosing import (
    STATE,
    Outlook,
    customers_of,
    look_ahead,
    look_ahead_of_plan,
)
from tenancy.life_cycle.states import MEANS, State
from tenancy.plans.store import get_plan, list_plans
from tenancy.scope import system

bp = Blueprint("many", __name__, url_prefix="/t/<tenant>/customers")

SHOWN = 100
PAGES_MAX = 10_000
NO_PLAN = "none"
NEEDS = {PLAN: "plans.edit", ANNOUNCE: "announcements.edit"}


@bp.get("/change")
@require("customers.view")
def ask() -> AnyResponse:
    """Say what would be done to each of those that are chosen, and ask."""
    return _ask(request.args)


@bp.post("/change")
@require("customers.view")
def begin() -> AnyResponse:
    """Begin what was asked for; those named are changed, whoever fits a filter meanwhile."""
    form, session, who, now = request.form, db_session(), acting(), utc_now()
    what = _what(form)
    ids = chosen_of(session, who, form, now=now)
    try:
        if what == ANNOUNCE:
            return _announce(ids)
        if what == PLAN:
            plan = form.get("plan_id", "")
            wish: dict[str, Any] = {"plan_id": None if plan == NO_PLAN else str(id_of(plan))}
            if plan != NO_PLAN:
                get_plan(session, who.tenant_id, id_of(plan))
        else:
            said = wish_of(form)
            wish = {"state": said.to.value, "reason": said.reason, "days": said.days}
        verb = PLAN if what == PLAN else STATE
        made = store.begin(session, who, ids, verb, wish, now=now)
    except InvalidError as error:
        session.rollback()
        return _ask(form, refused(error))
    return see_other(url_for("many.show", change_id=made.id))


@bp.get("/changes")
@require("customers.view")
def list_all() -> AnyResponse:
    """Show the changes of many that were asked for, the newest first."""
    shown, more = page_of(
        lambda limit, after: store.list_changes(db_session(), acting(), limit=limit, after=after),
        lambda one: [str(one.id)],
        parts=1,
    )
    return render(
        "garland/customers/many/list.html",
        found=[(one, _words(one)) for one in shown],
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/changes/<uuid:change_id>")
@require("customers.view")
def show(change_id: UUID) -> AnyResponse:
    """Show how far a change is, and what it came to for each."""
    return _page(store.get_change(db_session(), acting(), change_id))


@bp.post("/changes/<uuid:change_id>/go-on")
@require("customers.view")
def go_on(change_id: UUID) -> AnyResponse:
    """Do the next bite."""
    change = store.get_change(db_session(), acting(), change_id)
    _require_for(change.verb)
    return _page(store.go_on(db_session(), acting(), change_id, now=utc_now()))


@bp.post("/changes/<uuid:change_id>/undo")
@require("customers.view")
def undo(change_id: UUID) -> AnyResponse:
    """Take back what was done."""
    change = store.get_change(db_session(), acting(), change_id)
    _require_for(change.verb)
    try:
        made = store.undo(db_session(), acting(), change_id, now=utc_now())
    except ConflictError as error:
        flash(f"{error.message[0].upper()}{error.message[1:]}.", "warning")
        return see_other(url_for("many.show", change_id=change_id))
    return see_other(url_for("many.show", change_id=made.id))


@bp.get("/list.csv")
@require("customers.view")
def export() -> AnyResponse:
    """Give those that are chosen as a file, or all that fit the filter."""
    session, who, now = db_session(), acting(), utc_now()
    asked = request.args.copy()
    if "id" not in asked:
        asked["all"] = "true"
    found = customers_of(session, who, chosen_of(session, who, asked, now=now))
    with system(session):
        text = as_csv(rows_of(session, who, found, now=now))
    with writing_apart() as noting:
        note(noting, who.tenant_id, "customers.exported", now=now, facts={"number": len(found)})
    response = Response(text, content_type="text/csv; charset=utf-8")
    name = f"customers-{who.tenant_slug}-{now:%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _announce(ids: list[UUID]) -> AnyResponse:
    audience = {"whom": "chosen", "organisation_ids": [str(one) for one in ids]}
    said = {"kind": "information", "title": "No title yet", "text": "…", "zone": "Europe/Berlin"}
    made = write_announcement(db_session(), acting(), {**said, "audience": audience}, now=utc_now())
    return see_other(url_for("announcing.edit", announcement_id=made.id))


def _ask(form: Any, failed: Refused | None = None) -> AnyResponse:
    session, who, now = db_session(), acting(), utc_now()
    what = _what(form)
    ids = chosen_of(session, who, form, now=now)
    if not what or not ids:
        flash("Choose some first, and what is to be done.", "notice")
        return see_other(url_for("customers.list_all"))
    outlooks = _outlooks(what, form, ids)
    plans = [(str(one.id), one.name) for one in list_plans(session, who) if not one.retired_at]
    return render(
        "garland/customers/many/ask.html",
        status=failed.status if failed else 200,
        what=what,
        going=[one for one in outlooks if not one.why_not],
        staying=[one for one in outlooks if one.why_not],
        shown=SHOWN,
        means=MEANS[State(what)] if what not in NEEDS else "",
        plans=[*plans, (NO_PLAN, "No plan")],
        fields=chosen_fields(form),
        form=form,
        refused=failed,
    )


def _outlooks(what: str, form: Any, ids: list[UUID]) -> list[Outlook]:
    session, who = db_session(), acting()
    found = customers_of(session, who, ids)
    if what == ANNOUNCE:
        return [Outlook(organisation=one) for one in found]
    if what != PLAN:
        return look_ahead(found, State(what))
    plan = form.get("plan_id", "")
    if not plan:
        return [Outlook(organisation=one) for one in found]
    key = None if plan == NO_PLAN else get_plan(session, who.tenant_id, id_of(plan)).id
    return look_ahead_of_plan(session, found, key)


def _what(form: Any) -> str:
    """Read what is to be done, and let only who may do that go on."""
    what = form.get("to", "")
    if what in WHAT:
        _require_for(what)
    return what if what in WHAT else ""


def _require_for(what: str) -> None:
    require(NEEDS.get(what, "customers.edit"))(lambda: None)()


def _page(change: store.ChangeView) -> AnyResponse:
    page = whole_number(request.args.get("page", ""), most=PAGES_MAX) or 1
    items = store.items_of(db_session(), change, limit=SHOWN + 1, offset=(page - 1) * SHOWN)
    return render(
        "garland/customers/many/show.html",
        "garland/customers/many/_progress.html",
        change=change,
        words=_words(change),
        items=items[:SHOWN],
        page_number=page,
        has_more=len(items) > SHOWN,
        why_not=store.why_not_undone(db_session(), change),
        address_with=address_with,
    )


def _words(change: store.ChangeView) -> str:
    """Say what a change does, as its title."""
    if change.undoes_id is not None:
        return "Take back a change"
    if change.verb == STATE:
        return f"Make {change.wish['state']}"
    plans = {str(one.id): one.name for one in list_plans(db_session(), acting())}
    plan = change.wish["plan_id"]
    return f"Put on the plan {plans.get(plan, 'that is no more')}" if plan else "Put on no plan"
