"""The pages of a CSP's customers: all at a glance, one of them, adding one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from garland.customers.forms import Refused, asked_of, refused, wanted_of
from garland.customers.overview import SHOWN, look_over, rows_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, InvalidError
from kernel.http import (
    acting,
    address_with,
    db_session,
    limiter,
    render,
    require,
    see_other,
)
from runtime.tenant_templates.store import list_templates
from runtime.tenant_templates.uses import list_uses
from tenancy.customers import adding, moving
from tenancy.customers.charge import (
    CustomerFilter,
    get_customer,
    kinds_below,
    list_customers,
    possible_parents,
    require_keeper,
)
from tenancy.customers.first_admin import invite_admin_again, waiting_admins
from tenancy.invitations.store import list_open
from tenancy.key_links.views import link_to
from tenancy.life_cycle.changing import history_of
from tenancy.life_cycle.states import FOLLOWS, MEANS, TRIAL_DAYS, State
from tenancy.members import list_members
from tenancy.organisations import OrganisationView, get_organisation
from tenancy.plans.store import PlanView, list_plans
from tenancy.scope import as_tenant, system

bp = Blueprint("customers", __name__, url_prefix="/t/<tenant>/customers")

BELOW_SHOWN = 200
_TYPED = ("name", "kind", "slug", "parent", "admin_email", "plan", "template")


@bp.get("")
@require("customers.view")
def list_all() -> Response:
    """Show the customers at a glance."""
    asked = asked_of(request.args)
    found = look_over(db_session(), acting(), asked, now=utc_now())
    last = max(1, -(-found.total // SHOWN))
    return render(
        "garland/customers/list.html",
        "garland/customers/_rows.html",
        found=found,
        asked=asked,
        address_with=address_with,
        is_filtered=bool(asked.wanted != CustomerFilter() or asked.health),
        last_page=last,
    )


@bp.get("/new")
@require("customers.edit")
def new() -> Response:
    """Show the form by which a customer is added."""
    return _form({"kind": kinds_below(acting().tenant_kind)[:1], "trial_days": str(TRIAL_DAYS)})


@bp.get("/short-name")
@require("customers.edit")
def suggest() -> Response:
    """Give the short name's field: suggested for a name, or checked as it was typed."""
    require_keeper(acting())
    name, typed = request.args.get("name", ""), request.args.get("slug", "").strip()
    own = typed if request.args.get("typed") else ""
    slug = own or (adding.suggest_slug(db_session(), name) if name.strip() else "")
    problem = adding.why_not_slug(db_session(), slug) if slug else ""
    return render("garland/customers/_short_name.html", slug=slug, problem=problem, checked=True)


@bp.post("")
@require("customers.edit")
def add() -> Response:
    """Add a customer, and lead on to what comes next."""
    form = request.form.to_dict()
    try:
        added = adding.add_customer(db_session(), acting(), wanted_of(form), now=utc_now())
    except (InvalidError, ConflictError, ForbiddenError) as error:
        db_session().rollback()
        return _form(form, refused(error))
    invited = added.invited
    if invited is not None and not invited.is_mailed:
        return _next(added.organisation, link=link_to(invited.path))
    return see_other(url_for("customers.show_next", customer_id=added.organisation.id))


@bp.get("/<uuid:customer_id>/next-steps")
@require("customers.edit")
def show_next(customer_id: UUID) -> Response:
    """Show what was added and what comes next."""
    return _next(get_customer(db_session(), acting(), customer_id))


def _next(one: OrganisationView, *, link: str = "") -> Response:
    """Show them; a link that has to be handed over is on the page that answers the form alone."""
    with as_tenant(db_session(), one.id):
        invited = list_open(db_session(), one.id, now=utc_now())
        set_up = list_uses(db_session(), one.id)
    members = list_members(db_session(), one.id)
    facts: dict[str, Any] = {"one": one, "members": members, "invited": invited, "link": link}
    facts |= {"set_up": [(use.name, use.version) for use in set_up]}
    return render("garland/customers/next.html", **facts)


@bp.get("/<uuid:customer_id>")
@require("customers.view")
def show(customer_id: UUID) -> Response:
    """Show one customer: facts, figures, state with its history, admins, what is below it."""
    return _page(customer_id)


@bp.post("/<uuid:customer_id>/name")
@require("customers.edit")
def rename(customer_id: UUID) -> Response:
    """Give a customer another name."""
    one = get_customer(db_session(), acting(), customer_id)
    name = request.form.get("name", "")
    try:
        moving.rename_customer(db_session(), acting(), one.id, name, now=utc_now())
    except InvalidError as error:
        return _page(customer_id, refused(error))
    flash("The name is changed.", "good")
    return see_other(url_for("customers.show", customer_id=customer_id))


@bp.post("/<uuid:customer_id>/place")
@require("customers.edit")
def move(customer_id: UUID) -> Response:
    """Let a customer stand under another organisation of ours."""
    one = get_customer(db_session(), acting(), customer_id)
    try:
        parent = UUID(request.form.get("parent", ""))
        moving.move_customer(db_session(), acting(), one.id, parent, now=utc_now())
    except (InvalidError, ConflictError, ValueError) as error:
        return _page(customer_id, refused(error))
    flash(f"{one.name} is moved, with all that is below it.", "good")
    return see_other(url_for("customers.show", customer_id=customer_id))


@bp.post("/<uuid:customer_id>/first-admin")
@limiter.limit("60 per minute")
@require("customers.edit")
def invite_again(customer_id: UUID) -> Response:
    """Make a new link for a customer's first admin; the one before ends."""
    where, email = (db_session(), acting(), customer_id), request.form.get("admin_email", "")
    try:
        invited = invite_admin_again(*where, email=email, now=utc_now())
    except (InvalidError, ConflictError) as error:
        db_session().rollback()
        return _page(customer_id, refused(error))
    if not invited.is_mailed:
        one, link = get_customer(*where), link_to(invited.path)
        return render("garland/customers/link.html", one=one, email=invited.email, link=link)
    flash(f"{invited.email} gets a new link by mail; the one before opens nothing.", "good")
    return see_other(url_for("customers.show", customer_id=customer_id))


def _form(form: dict[str, Any], failed: Refused | None = None) -> Response:
    require_keeper(acting())
    typed = {**dict.fromkeys(_TYPED, ""), "trial_days": "0", **form}
    typed["kind"] = typed["kind"][0] if isinstance(typed["kind"], tuple) else typed["kind"]
    return render(
        "garland/customers/new.html",
        status=failed.status if failed else 200,
        form=typed,
        kinds=kinds_below(acting().tenant_kind),
        parents=possible_parents(db_session(), acting()),
        plans=_plans(),
        templates=list_templates(db_session(), acting(), with_archived=False),
        refused=failed,
    )


def _plans() -> list[PlanView]:
    """List the plans that a new customer may be put on, for who may say so."""
    found = list_plans(db_session(), acting()) if acting().may("plans.edit") else []
    return [one for one in found if one.retired_at is None]


def _page(customer_id: UUID, failed: Refused | None = None) -> Response:
    session, who = db_session(), acting()
    one = get_customer(session, who, customer_id)
    with system(session):
        (row,) = rows_of(session, who, [one], now=utc_now())
        of_it = CustomerFilter(under=one.id)
        found = list_customers(session, who, of_it, limit=BELOW_SHOWN)
        below = rows_of(session, who, found, now=utc_now())
    return render(
        "garland/customers/show.html",
        status=failed.status if failed else 200,
        row=row,
        one=one,
        under=get_organisation(session, one.parent_id or who.tenant_id),
        below=below,
        admins=[one for one in list_members(session, one.id) if one.role == "admin"],
        waiting=waiting_admins(session, one.id, now=utc_now()),
        history=history_of(session, one.id),
        following=FOLLOWS[State(one.state)],
        means=MEANS[State(one.state)],
        parents=possible_parents(session, who, moving=one.id)
        if who.tenant_kind != "vendor"
        else [],
        refused=failed,
    )
