"""A provider's templates over REST: list, make, take again, change, offer, remove."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from garland.tenant_templates import shapes
from garland.tenant_templates.forms import id_of
from kernel.clock import utc_now
from kernel.http import acting, db_session, json_body, require
from kernel.http_located import located
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import ID, describe, listed
from runtime.tenant_templates import store, taking, uses, versions
from runtime.tenant_templates.store import TemplateView, Wanted
from runtime.tenant_templates.versions import Origin

api = Blueprint("tenant_templates_api", __name__, url_prefix="/api/v1/tenant-templates")


@api.get("")
@describe(answer=listed(shapes.TEMPLATE))
@require("customers.view")
def list_templates() -> Response:
    """List the templates that the acting organisation keeps for its customers."""
    found = store.list_templates(db_session(), acting())
    return jsonify(items=[_document(one) for one in found], next_cursor=None)


@api.get("/parts")
@describe(query={"model_id": ID}, answer=listed(shapes.CHOICE))
@require("customers.edit")
def list_parts() -> Response:
    """List what a model has that a template can be made of; without `model_id` one's own."""
    asked = request.args.get("model_id", "")
    model_id = id_of(asked) if asked else acting().tenant_id
    _, stock = taking.stock_there(db_session(), acting(), model_id)
    items = [shapes.choice_document(one) for one in stock.held.values()]
    return jsonify(items=items, next_cursor=None)


@api.post("")
@describe(body=shapes.NEW, answer=shapes.TEMPLATE, status=201, is_tagged=True)
@require("customers.edit")
def make_template() -> Response:
    """Make a template of `parts` of a model, with all that they need."""
    body = json_body()
    shapes.NEW.require(body, "a template takes a name and parts")
    taken, origin = _taken(body)
    wanted = Wanted(name=body["name"], words=body.get("words", ""))
    said: dict[str, Any] = {"contents": taken.contents, "origin": origin, "now": utc_now()}
    made = store.make_template(db_session(), acting(), wanted, **said)
    return located(_answer(made), f"/api/v1/tenant-templates/{made.id}")


@api.get("/<uuid:template_id>")
@describe(answer=shapes.TEMPLATE, is_tagged=True)
@require("customers.view")
def get_template(template_id: UUID) -> Response:
    """Give one template with what its last version holds."""
    return _answer(store.get_template(db_session(), acting().tenant_id, template_id))


@api.patch("/<uuid:template_id>")
@describe(body=shapes.CHANGED, answer=shapes.TEMPLATE, is_tagged=True, takes_tag=True)
@require("customers.edit")
def change_template(template_id: UUID) -> Response:
    """Change name, words and the plans that bring it; archive it, or offer it again."""
    body, session, who, now = json_body(), db_session(), acting(), utc_now()
    shapes.CHANGED.require(body, "of a template name, words, plan_ids and archived can be changed")
    one = store.get_template(session, who.tenant_id, template_id)
    require_unchanged(_document(one), "template")
    if "archived" in body:
        where = (session, who, template_id)
        one = store.archive_template(*where, is_archived=body["archived"], now=now)
    if body.keys() - {"archived"}:
        plans = [UUID(text) for text in body["plan_ids"]] if "plan_ids" in body else one.plans
        said = {"name": body.get("name", one.name), "words": body.get("words", one.words)}
        wanted = Wanted(plans=plans, **said)
        where = (session, who, template_id)
        one = store.change_template(*where, wanted, revision=one.revision, now=now)
    return _answer(one)


@api.delete("/<uuid:template_id>")
@describe(status=204)
@require("customers.edit")
def remove_template(template_id: UUID) -> Response:
    """Remove a template with its versions; customers keep what came from it."""
    store.remove_template(db_session(), acting(), template_id, now=utc_now())
    return Response(status=204)


@api.post("/<uuid:template_id>/versions")
@describe(body=shapes.AGAIN, answer=shapes.TEMPLATE, status=201)
@require("customers.edit")
def take_again(template_id: UUID) -> Response:
    """Take another version; without `parts` and `model_id` as the last one was taken.

    Customers on an earlier version are offered it.
    """
    body, session, who = json_body(), db_session(), acting()
    shapes.AGAIN.require(body, "a version takes parts, model_id and a note")
    last = versions.get_version(session, who.tenant_id, template_id)
    model_id = str(last.model_id or who.tenant_id)
    taken, origin = _taken({"parts": last.chosen, "model_id": model_id, **body})
    said: dict[str, Any] = {"contents": taken.contents, "origin": origin, "now": utc_now()}
    store.take_again(session, who, template_id, **said)
    response = jsonify(_document(store.get_template(session, who.tenant_id, template_id)))
    response.status_code = 201
    return response


@api.get("/<uuid:template_id>/customers")
@describe(answer=listed(shapes.STANDING))
@require("customers.view")
def list_customers(template_id: UUID) -> Response:
    """List the customers that have it or were offered it; what became of it there stays theirs."""
    found = uses.standings_of(db_session(), acting(), template_id)
    return jsonify(items=[shapes.standing_document(one) for one in found], next_cursor=None)


@api.post("/<uuid:template_id>/offers")
@describe(body=shapes.OFFER, answer=shapes.USE, status=201)
@require("customers.edit")
def offer(template_id: UUID) -> Response:
    """Offer it to a customer that is there already; its own people look at it and bring it in."""
    body = json_body()
    shapes.OFFER.require(body, "an offer names the organisation_id of a customer")
    customer_id = UUID(body["organisation_id"])
    use = uses.offer(db_session(), acting(), customer_id, template_id, now=utc_now())
    response = jsonify(shapes.use_document(use))
    response.status_code = 201
    return response


def _taken(body: dict[str, Any]) -> tuple[taking.Taken, Origin]:
    session, who = db_session(), acting()
    model_id = UUID(body["model_id"]) if "model_id" in body else who.tenant_id
    model, _ = taking.stock_there(session, who, model_id)
    chosen = list(dict.fromkeys(body["parts"]))
    taken = taking.take(session, who, model_id, chosen)
    return taken, Origin(model=model, chosen=chosen, note=body.get("note", ""))


def _document(one: TemplateView) -> dict[str, Any]:
    contents = versions.contents_of(db_session(), one.owner_id, one.id)
    return shapes.template_document(one, contents)


def _answer(one: TemplateView) -> Response:
    document = _document(one)
    return with_tag_of(jsonify(document), document)
