"""A provider's templates for new customers: made, looked at, taken again, offered, archived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from garland.tenant_templates.forms import (
    Refused,
    by_kind,
    choices_in,
    id_of,
    ids_of,
    parts_of,
    refused,
)
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, require, see_other
from kernel.numbers import whole_number
from runtime.tenant_templates import store, taking, uses, versions
from runtime.tenant_templates.contents import changes_between, in_words
from runtime.tenant_templates.store import TemplateView, Wanted
from runtime.tenant_templates.versions import Origin
from tenancy.customers.charge import CustomerFilter, list_customers
from tenancy.organisations import OrganisationView
from tenancy.plans.store import list_plans

bp = Blueprint("tenant_templates", __name__, url_prefix="/t/<tenant>/tenant-templates")

CUSTOMERS_SHOWN = 100


@bp.get("")
@require("customers.view")
def list_all() -> Response:
    """Show the templates of a provider."""
    q = request.args.get("q", "").strip()
    found = store.list_templates(db_session(), acting(), q=q)
    names = {one.id: one.name for one in list_plans(db_session(), acting())}
    facts: dict[str, Any] = {"found": found, "q": q, "plan_names": names, "in_words": in_words}
    return render("garland/tenant_templates/list.html", **facts)


@bp.get("/new")
@require("customers.edit")
def new() -> Response:
    """Show what a model has, to choose from."""
    return _choose(None)


@bp.post("")
@require("customers.edit")
def make() -> Response:
    """Show what a template would hold, then make it."""
    return _taken(None)


@bp.get("/<uuid:template_id>")
@require("customers.view")
def show(template_id: UUID) -> Response:
    """Show one template: what a version holds, its plans, who has it."""
    return _page(template_id)


@bp.post("/<uuid:template_id>")
@require("customers.edit")
def change(template_id: UUID) -> Response:
    """Change what it is called and with which plans it goes."""
    form, now = request.form, utc_now()
    revision = whole_number(form.get("revision", "")) or 0
    wanted = Wanted(
        name=form.get("name", ""), words=form.get("words", ""), plans=ids_of(form, "plan")
    )
    try:
        store.change_template(
            db_session(), acting(), template_id, wanted, revision=revision, now=now
        )
    except (InvalidError, ConflictError) as error:
        db_session().rollback()
        return _page(template_id, refused(error, ("name", "words", "plans")))
    flash("The template is changed.", "good")
    return see_other(url_for("tenant_templates.show", template_id=template_id))


@bp.get("/<uuid:template_id>/take")
@require("customers.edit")
def choose_again(template_id: UUID) -> Response:
    """Show what its model has now, with what was chosen last."""
    return _choose(store.get_template(db_session(), acting().tenant_id, template_id))


@bp.post("/<uuid:template_id>/versions")
@require("customers.edit")
def take_again(template_id: UUID) -> Response:
    """Show what another version would hold, then add it."""
    return _taken(store.get_template(db_session(), acting().tenant_id, template_id))


@bp.post("/<uuid:template_id>/standing")
@require("customers.edit")
def stand(template_id: UUID) -> Response:
    """Archive a template, offer it again, or remove it."""
    where, verb, now = (db_session(), acting(), template_id), request.form.get("verb"), utc_now()
    if verb == "remove":
        store.remove_template(*where, now=now)
        flash("The template is removed. Customers keep what came from it.", "good")
        return see_other(url_for("tenant_templates.list_all"))
    store.archive_template(*where, is_archived=verb == "archive", now=now)
    flash("It is archived." if verb == "archive" else "It is offered again.", "good")
    return see_other(url_for("tenant_templates.show", template_id=template_id))


@bp.post("/<uuid:template_id>/offers")
@require("customers.edit")
def offer(template_id: UUID) -> Response:
    """Offer a template to the customers that are ticked; each brings it in by its own people."""
    done, ids = 0, ids_of(request.form, "customer")
    for customer_id in ids:
        try:
            uses.offer(db_session(), acting(), customer_id, template_id, now=utc_now())
            done += 1
        except ConflictError as error:
            flash(error.message, "notice")
    if not ids:
        flash("Choose customers first.", "notice")
    elif done:
        flash(f"It is offered to {done} customer{'' if done == 1 else 's'}.", "good")
    return see_other(url_for("tenant_templates.show", template_id=template_id) + "#customers")


def _choose(template: TemplateView | None, failed: Refused | None = None) -> Response:
    """Show the form of choosing, with what was ticked, or with what was chosen last time."""
    session, who, asked = db_session(), acting(), request.values
    last = None
    if template is not None:
        last = versions.get_version(session, who.tenant_id, template.id)
    models = taking.models_of(session, who)
    model, stock = None, None
    model_id = _model_id(models, last.model_id if last else None)
    if model_id is not None:
        model, stock = taking.stock_there(session, who, model_id)
    is_asked = "part" in asked or request.method == "POST"
    ticked: Sequence[str] = parts_of(asked) if is_asked or last is None else last.chosen
    return render(
        "garland/tenant_templates/choose.html",
        status=failed.status if failed else 200,
        template=template,
        models=models,
        model=model,
        choices=choices_in(stock) if stock is not None else [],
        left_out=stock.left_out if stock is not None else (),
        ticked={*ticked},
        form={"name": asked.get("name", ""), "words": asked.get("words", "")},
        note=asked.get("note", ""),
        refused=failed,
    )


def _model_id(models: Sequence[OrganisationView], last: UUID | None) -> UUID | None:
    """Give the model that is asked for, else that of last time, else the first there is."""
    asked = request.values.get("model", "")
    if asked:
        return id_of(asked)
    known = [one.id for one in models]
    return last if last in known else next(iter(known), None)


def _taken(template: TemplateView | None) -> Response:
    """Take what was ticked: show it before it is kept, and keep it once that was said."""
    session, who, form = db_session(), acting(), request.form
    chosen, model_id = parts_of(form), id_of(form.get("model", ""))
    if form.get("confirmed") == "no":
        return _choose(template)
    try:
        taken = taking.take(session, who, model_id, chosen)
        if form.get("confirmed") != "yes":
            return _preview(template, taken, chosen)
        kept = _keep(template, taken, chosen)
    except (InvalidError, ConflictError) as error:
        session.rollback()
        return _choose(template, refused(error, ("name", "words", "note")))
    return see_other(url_for("tenant_templates.show", template_id=kept))


def _keep(template: TemplateView | None, taken: taking.Taken, chosen: list[str]) -> UUID:
    session, who, form, now = db_session(), acting(), request.form, utc_now()
    model, _ = taking.stock_there(session, who, id_of(form.get("model", "")))
    origin = Origin(model=model, chosen=chosen, note=form.get("note", ""))
    said: dict[str, Any] = {"contents": taken.contents, "origin": origin, "now": now}
    if template is None:
        wanted = Wanted(name=form.get("name", ""), words=form.get("words", ""))
        made = store.make_template(session, who, wanted, **said)
        flash(f"{made.name} is made. Say below with which plans it goes.", "good")
        return made.id
    version = store.take_again(session, who, template.id, **said)
    flash(f"Version {version.number} is there, and offered to customers on it.", "good")
    return template.id


def _preview(template: TemplateView | None, taken: taking.Taken, chosen: list[str]) -> Response:
    form, before = request.form, None
    if template is not None:
        before = versions.contents_of(db_session(), acting().tenant_id, template.id)
    return render(
        "garland/tenant_templates/preview.html",
        template=template,
        taken=taken,
        words=in_words(one.kind for one in taken.contents.items),
        groups=by_kind(taken.contents.items),
        news=changes_between(before, taken.contents) if before is not None else None,
        chosen=chosen,
        form={name: form.get(name, "") for name in ("name", "words", "note", "model")},
    )


def _page(template_id: UUID, failed: Refused | None = None) -> Response:
    session, who = db_session(), acting()
    one = store.get_template(session, who.tenant_id, template_id)
    number = whole_number(request.args.get("version", "")) or one.latest
    version = versions.get_version(session, who.tenant_id, one.id, number)
    contents = versions.contents_of(session, who.tenant_id, one.id, number)
    standings = uses.standings_of(session, who, one.id)
    q, have = request.args.get("q", "").strip(), {each.customer.id for each in standings}
    others = list_customers(session, who, CustomerFilter(q=q), limit=CUSTOMERS_SHOWN)
    at_work = [each for each in others if each.state in ("active", "trial")]
    return render(
        "garland/tenant_templates/show.html",
        status=failed.status if failed else 200,
        one=one,
        version=version,
        versions=versions.list_versions(session, who.tenant_id, one.id),
        contents=contents,
        groups=by_kind(contents.items),
        words=in_words(each.kind for each in contents.items),
        plans=[each for each in list_plans(session, who) if each.retired_at is None],
        standings=standings,
        others=[each for each in at_work if each.id not in have],
        q=q,
        refused=failed,
        form=request.form if failed else {"name": one.name, "words": one.words},
        ticked={*request.form.getlist("plan")} if failed else {str(each) for each in one.plans},
    )
