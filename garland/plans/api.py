"""Plans over REST: a provider's plans, who is on which, and what another one would stop."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from garland.plans import shapes
from garland.plans.looking_ahead import what_would_stop
from kernel.clock import utc_now
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.http import acting, db_session, expected_revision, json_body, page_of, require
from kernel.http_located import located
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import TEXT, describe, listed
from kernel.revisions import told_as_moved
from tenancy.customers.charge import NOT_THERE, get_customer
from tenancy.plans import on_it, store
from tenancy.plans.assigning import ANYTHING, plan_of, put_on_plan
from tenancy.plans.terms import Terms

api = Blueprint("plans_api", __name__, url_prefix="/api/v1")
NO_PLAN = "none"


@api.get("/plans")
@describe(answer=listed(shapes.PLAN))
@require("plans.edit")
def list_plans() -> Response:
    """List the plans of a provider by price, retired ones last."""
    found = store.list_plans(db_session(), acting())
    return jsonify(items=[shapes.plan_document(one) for one in found], next_cursor=None)


@api.post("/plans")
@describe(body=shapes.WANTED, answer=shapes.PLAN, status=201, is_tagged=True)
@require("plans.edit")
def make_plan() -> Response:
    """Make a plan; what it does not say is not limited by it."""
    wanted = shapes.wanted_of(json_body())
    made = store.make_plan(db_session(), acting(), wanted, now=utc_now())
    return located(_answer(made), f"/api/v1/plans/{made.id}")


@api.get("/plans/<uuid:plan_id>")
@describe(answer=shapes.PLAN, is_tagged=True)
@require("plans.edit")
def get_plan(plan_id: UUID) -> Response:
    """Give one plan; its `ETag` is its revision."""
    return _answer(store.get_plan(db_session(), acting().tenant_id, plan_id))


@api.put("/plans/<uuid:plan_id>")
@describe(body=shapes.WANTED, answer=shapes.PLAN, is_tagged=True, needs_tag=True)
@require("plans.edit")
def change_plan(plan_id: UUID) -> Response:
    """Replace a plan for everybody who is on it, within seconds.

    `If-Match` says which revision it builds on.
    """
    where, revision = (db_session(), acting(), plan_id), expected_revision("plan")
    wanted = shapes.wanted_of(json_body())
    with told_as_moved(store.PlanChangedError):
        changed = store.change_plan(*where, wanted, revision=revision, now=utc_now())
    return _answer(changed)


@api.post("/plans/<uuid:plan_id>/retire")
@describe(answer=shapes.PLAN, is_tagged=True)
@require("plans.edit")
def retire_plan(plan_id: UUID) -> Response:
    """Let nobody new come on a plan; who is on it stays."""
    where = (db_session(), acting(), plan_id)
    return _answer(store.retire_plan(*where, is_retired=True, now=utc_now()))


@api.post("/plans/<uuid:plan_id>/offer")
@describe(answer=shapes.PLAN, is_tagged=True)
@require("plans.edit")
def offer_plan(plan_id: UUID) -> Response:
    """Offer a retired plan again."""
    where = (db_session(), acting(), plan_id)
    return _answer(store.retire_plan(*where, is_retired=False, now=utc_now()))


@api.delete("/plans/<uuid:plan_id>")
@describe(status=204)
@require("plans.edit")
def delete_plan(plan_id: UUID) -> Response:
    """Delete a plan that nobody is on and nobody comes to after a trial; else 409."""
    store.delete_plan(db_session(), acting(), plan_id, now=utc_now())
    return Response(status=204)


@api.get("/plans/<uuid:plan_id>/organisations")
@describe(answer=listed(shapes.ON_IT), pages=True)
@require("plans.edit")
def list_on_plan(plan_id: UUID) -> Response:
    """List who is on a plan, by name."""
    where = (db_session(), acting().tenant_id, plan_id)
    found, more = page_of(
        lambda limit, after: on_it.list_on_plan(*where, limit=limit, after=after), on_it.place_of
    )
    return jsonify(items=[shapes.on_it_document(one) for one in found], next_cursor=more)


@api.get("/organisations/<uuid:organisation_id>/plan")
@describe(answer=shapes.STANDING, is_tagged=True)
@require("plans.view")
def get_plan_of(organisation_id: UUID) -> Response:
    """Give the plan that the acting organisation, or one it looks after, is on."""
    return _standing(_seen(organisation_id))


@api.get("/organisations/<uuid:organisation_id>/plan/preview")
@describe(answer=shapes.PREVIEW, query={"to": {**TEXT, "required": True}})
@require("plans.edit")
def preview_plan(organisation_id: UUID) -> Response:
    """Tell what another plan would stop, before it is chosen: `to` is its id, or `none`."""
    one = get_customer(db_session(), acting(), organisation_id)
    terms = _terms_of(request.args.get("to", ""))
    losses = what_would_stop(db_session(), one.id, terms, now=utc_now())
    return jsonify(stops=[shapes.loss_document(each) for each in losses])


@api.put("/organisations/<uuid:organisation_id>/plan")
@describe(body=shapes.PUT_ON, answer=shapes.STANDING, is_tagged=True, takes_tag=True)
@require("plans.edit")
def put_on(organisation_id: UUID) -> Response:
    """Put one that is looked after on a plan, or with null on none; ask `preview` first.

    A trial leads back by itself to the plan from before.
    """
    said = json_body()
    shapes.PUT_ON.require(said, "say the plan_id, or null, and trial_days where it is a trial")
    where = (db_session(), acting(), organisation_id)
    one = get_customer(*where)
    require_unchanged(shapes.standing_document(plan_of(db_session(), one.id)), "plan")
    to = UUID(said["plan_id"]) if said["plan_id"] is not None else None
    put_on_plan(*where, to, trial_days=said.get("trial_days", 0), now=utc_now())
    return _standing(one.id)


def _seen(organisation_id: UUID) -> UUID:
    who = acting()
    if organisation_id == who.tenant_id:
        return organisation_id
    if not who.may("customers.view"):
        raise NotFoundError(NOT_THERE)
    return get_customer(db_session(), who, organisation_id).id


def _terms_of(to: str) -> Terms:
    if to == NO_PLAN:
        return ANYTHING
    try:
        plan_id = UUID(to)
    except ValueError:
        message = f"to: the id of a plan, or {NO_PLAN}"
        raise InvalidError(message, problems=[Problem("/to", message)]) from None
    return store.get_plan(db_session(), acting().tenant_id, plan_id).terms


def _answer(one: store.PlanView) -> Response:
    response = jsonify(shapes.plan_document(one))
    response.headers["ETag"] = f'"{one.revision}"'
    return response


def _standing(organisation_id: UUID) -> Response:
    document = shapes.standing_document(plan_of(db_session(), organisation_id))
    return with_tag_of(jsonify(document), document)
