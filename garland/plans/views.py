"""The pages of plans: a provider's plans, and which one a customer is on, with what would stop."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from garland.plans.forms import beside_of, cents_of, wanted_of, words_of
from garland.plans.looking_ahead import what_would_stop
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.http import acting, db_session, render, require, see_other
from kernel.numbers import whole_number
from tenancy.customers.charge import get_customer, require_keeper
from tenancy.plans import caps, store, telling
from tenancy.plans.assigning import plan_of, put_on_plan
from tenancy.plans.price import money
from tenancy.plans.terms import FEATURES, METRICS, QUOTAS, SUPPORT, read_terms

bp = Blueprint("plans", __name__, url_prefix="/t/<tenant>")


@bp.get("/plans")
@require("plans.edit")
def list_plans() -> Response:
    """Show the plans of a provider."""
    return render(
        "garland/plans/list.html",
        plans=store.list_plans(db_session(), acting()),
        chosen=telling.choice_of(db_session(), acting().tenant_id),
        CHOICES=telling.CHOICES,
        money=money,
        QUOTAS=QUOTAS,
    )


@bp.post("/plans/warnings")
@require("plans.edit")
def choose_warnings() -> Response:
    """Choose what to be mailed of customers."""
    wanted = request.form.get("of_customers", "")
    telling.choose(db_session(), acting(), wanted, now=utc_now())
    flash("It is kept. It holds for the next warning.", "good")
    return see_other(url_for("plans.list_plans"))


@bp.get("/plans/new")
@require("plans.edit")
def new_plan() -> Response:
    """Show the form of a new plan."""
    require_keeper(acting())
    return _form(None, words_of(None))


@bp.post("/plans")
@require("plans.edit")
def make_plan() -> Response:
    """Make a plan."""
    try:
        made = store.make_plan(db_session(), acting(), wanted_of(request.form), now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _form(None, request.form.to_dict(), error)
    flash(f"{made.name} is made. Put customers on it from their pages.", "good")
    return see_other(url_for("plans.list_plans"))


@bp.get("/plans/<uuid:plan_id>")
@require("plans.edit")
def edit_plan(plan_id: UUID) -> Response:
    """Show one plan in its form."""
    plan = store.get_plan(db_session(), acting().tenant_id, plan_id)
    return _form(plan, words_of(plan))


@bp.post("/plans/<uuid:plan_id>")
@require("plans.edit")
def change_plan(plan_id: UUID) -> Response:
    """Change a plan for everybody who is on it; asks first where somebody is."""
    where = (db_session(), acting())
    plan = store.get_plan(db_session(), acting().tenant_id, plan_id)
    form = request.form.to_dict()
    try:
        wanted, revision = wanted_of(form), whole_number(form.get("revision", "")) or 0
        if plan.on_it and form.get("confirmed") != "yes":
            read_terms(wanted.document)
            return _form(plan, form, asks=True)
        store.change_plan(*where, plan_id, wanted, revision=revision, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _form(plan, form, error)
    flash("The plan is changed, for everybody who is on it.", "good")
    return see_other(url_for("plans.list_plans"))


@bp.post("/plans/<uuid:plan_id>/standing")
@require("plans.edit")
def stand(plan_id: UUID) -> Response:
    """Retire a plan, offer it again, or delete it."""
    where, verb, now = (db_session(), acting(), plan_id), request.form.get("verb"), utc_now()
    try:
        if verb == "delete":
            store.delete_plan(*where, now=now)
        else:
            store.retire_plan(*where, is_retired=verb == "retire", now=now)
    except ConflictError as error:
        flash(error.message, "bad")
        return see_other(url_for("plans.edit_plan", plan_id=plan_id))
    said = {"delete": "The plan is deleted.", "retire": "Nobody new comes on this plan."}
    flash(said.get(verb or "", "The plan is offered again."), "good")
    return see_other(url_for("plans.list_plans"))


@bp.get("/customers/<uuid:customer_id>/plan")
@require("plans.edit")
def ask_plan(customer_id: UUID) -> Response:
    """Show which plan a customer is on, and what another would stop before it is chosen."""
    return _of_customer(customer_id, request.args.to_dict())


@bp.post("/customers/<uuid:customer_id>/plan")
@require("plans.edit")
def put_on(customer_id: UUID) -> Response:
    """Put a customer on a plan, after what would stop was shown."""
    form = request.form.to_dict()
    days = whole_number(form.get("trial_days", "").strip() or "0")
    try:
        to, trial = _chosen(form.get("to", "")), -1 if days is None else days
        put_on_plan(db_session(), acting(), customer_id, to, trial_days=trial, now=utc_now())
    except (InvalidError, ConflictError) as error:
        return _of_customer(customer_id, form, error)
    flash("The plan is changed. It holds within seconds.", "good")
    return see_other(url_for("customers.show", customer_id=customer_id))


@bp.post("/customers/<uuid:customer_id>/spend-cap")
@require("plans.edit")
def set_cap(customer_id: UUID) -> Response:
    """Set how much a customer may spend in a month, or lift that."""
    said = request.form.get("cap", "").strip()
    try:
        cents = cents_of(said, "cap") if said else None
        caps.set_cap_of(db_session(), acting(), customer_id, cents, now=utc_now())
    except InvalidError as error:
        return _of_customer(customer_id, request.form.to_dict(), error)
    flash("The cap is set." if said else "The cap is lifted.", "good")
    return see_other(url_for("plans.ask_plan", customer_id=customer_id))


def _form(
    plan: store.PlanView | None,
    words: dict[str, str],
    error: InvalidError | ConflictError | None = None,
    *,
    asks: bool = False,
) -> Response:
    beside = beside_of(error) if isinstance(error, InvalidError) else {}
    return render(
        "garland/plans/edit.html",
        status=error.status if error else 200,
        plan=plan,
        words=defaultdict(str, words),
        beside=beside,
        above="" if error is None or beside else error.message,
        asks=asks,
        QUOTAS=QUOTAS,
        METRICS=METRICS,
        FEATURES=FEATURES,
        SUPPORT=SUPPORT,
    )


def _of_customer(
    customer_id: UUID, said: dict[str, str], error: InvalidError | ConflictError | None = None
) -> Response:
    session, who = db_session(), acting()
    one = get_customer(session, who, customer_id)
    plans = [plan for plan in store.list_plans(session, who) if plan.retired_at is None]
    on = plan_of(session, one.id)
    to = _id(said.get("to", ""))
    chosen = next((plan for plan in plans if plan.id == to), None)
    losses: list[Any] = []
    if chosen is not None:
        losses = what_would_stop(session, one.id, chosen.terms, now=utc_now())
    return render(
        "garland/plans/of_customer.html",
        status=error.status if error else 200,
        one=one,
        on=on,
        plans=plans,
        chosen=chosen,
        to_none=said.get("to") == "none",
        losses=losses,
        said={"trial_days": "0", "to": "", **said},
        caps=caps.caps_of(session, one.id),
        error=error,
        beside=beside_of(error) if isinstance(error, InvalidError) else {},
        money=money,
        SUPPORT=SUPPORT,
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _chosen(text: str) -> UUID | None:
    """Read which plan was chosen; raises InvalidError where it is neither one nor `none`."""
    found = _id(text)
    if found is None and text != "none":
        message = "to: choose a plan, or no plan"
        raise InvalidError(message, problems=[Problem("/to", message)])
    return found
