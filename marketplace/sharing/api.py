"""Shared templates over REST: check, share, list, take over, update by merging."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import utc_now
from kernel.http import acting, db_session, json_body, only_reads, page_of, require, vault
from kernel.rest import TEXT, describe, listed
from marketplace.sharing import offered, shapes, store, taking
from marketplace.sharing.looking import Wanted, look
from marketplace.sharing.offered import EVERYONE
from marketplace.sharing.taking import UseView

api = Blueprint("shared_templates_api", __name__, url_prefix="/api/v1/shared-templates")
taken = Blueprint("taken_templates_api", __name__, url_prefix="/api/v1/taken-templates")


@api.get("")
@describe(query={"q": TEXT}, pages=True, answer=listed(shapes.TEMPLATE))
@require("workflows.view")
def list_templates() -> Response:
    """List the templates that are shared with the acting organisation, and its own, by title."""
    where, q = (db_session(), acting().tenant_id), request.args.get("q", "").strip()
    found, more = page_of(
        lambda limit, after: offered.list_shared(*where, q=q, limit=limit, after=after),
        offered.place_of,
    )
    return jsonify(items=[shapes.template_document(one) for one in found], next_cursor=more)


@api.post("/check")
@describe(body=shapes.CHECK, answer=shapes.CHECKED)
@require("templates.share")
@only_reads
def check_draft() -> Response:
    """Say what must not be shared of a draft, with place and remedy, and what would be shared."""
    body = json_body()
    shapes.CHECK.require(body, "a check takes a kind and an id")
    looked = look(db_session(), acting(), _wanted(body), vault=vault(), now=utc_now())
    return jsonify(shapes.checked_document(looked))


@api.post("")
@describe(body=shapes.NEW, answer=shapes.TEMPLATE, status=201)
@require("templates.share")
def share() -> Response:
    """Share a draft as a template; refused, with each finding named, unless `clean` takes it out.

    `confirmed` has the fingerprints of findings that may stay.
    """
    body = json_body()
    shapes.NEW.require(body, "a shared template takes a kind, an id and a title")
    made = store.share(db_session(), acting(), _wanted(body), vault=vault(), now=utc_now())
    response = jsonify(shapes.template_document(made))
    response.status_code = 201
    response.headers["Location"] = f"/api/v1/shared-templates/{made.id}"
    return response


@api.get("/<uuid:template_id>")
@describe(answer=shapes.TEMPLATE)
@require("workflows.view")
def get_template(template_id: UUID) -> Response:
    """Give one template."""
    found = offered.get_shared(db_session(), acting().tenant_id, template_id)
    return jsonify(shapes.template_document(found))


@api.get("/<uuid:template_id>/document")
@describe(answer=shapes.DOCUMENT)
@require("workflows.view")
def get_document(template_id: UUID) -> Response:
    """Give what a template's newest version says, with its places to fill in."""
    row = offered.visible_row(db_session(), acting().tenant_id, template_id)
    version = offered.version_of(db_session(), row)
    return jsonify(version=version.number, document=version.document)


@api.patch("/<uuid:template_id>")
@describe(body=shapes.CHANGED, answer=shapes.TEMPLATE)
@require("templates.share")
def change_template(template_id: UUID) -> Response:
    """Offer a template of one's own to nobody any more (`withdrawn`), or again."""
    body = json_body()
    shapes.CHANGED.require(body, "of a shared template withdrawn can be changed")
    where = (db_session(), acting(), template_id)
    found = store.withdraw(*where, is_withdrawn=body["withdrawn"], now=utc_now())
    return jsonify(shapes.template_document(found))


@api.post("/<uuid:template_id>/versions")
@describe(body=shapes.AGAIN, answer=shapes.TEMPLATE, status=201)
@require("templates.share")
def share_again(template_id: UUID) -> Response:
    """Share the draft as it is now as the next version; checked as the first one was."""
    body = json_body()
    shapes.AGAIN.require(body, "a version takes a note, clean and confirmed")
    kind, subject_id = store.subject_of(db_session(), acting().tenant_id, template_id)
    wanted = _wanted({**body, "kind": kind, "id": str(subject_id)})
    where = (db_session(), acting(), template_id)
    response = jsonify(
        shapes.template_document(store.share_again(*where, wanted, vault=vault(), now=utc_now()))
    )
    response.status_code = 201
    return response


@api.post("/<uuid:template_id>/take-overs")
@describe(body=shapes.TAKE, answer=shapes.USE, status=201)
@require("workflows.view")
def take_over(template_id: UUID) -> Response:
    """Make a draft of a template; `values` go into its places, the others stay to be filled in."""
    body = json_body()
    shapes.TAKE.require(body, "taking over takes a name and values")
    said: dict[str, Any] = {"name": body.get("name", ""), "values": body.get("values")}
    made = taking.take_over(db_session(), acting(), template_id, **said, now=utc_now())
    response = _use(made)
    response.status_code = 201
    response.headers["Location"] = f"/api/v1/taken-templates/{made.id}"
    return response


@taken.get("")
@describe(answer=listed(shapes.USE))
@require("workflows.view")
def list_taken() -> Response:
    """List what the acting organisation took over, with what is offered since."""
    found = taking.list_uses(db_session(), acting().tenant_id)
    return jsonify(items=[shapes.use_document(one) for one in found], next_cursor=None)


@taken.get("/<uuid:use_id>")
@describe(answer=shapes.USE)
@require("workflows.view")
def get_taken(use_id: UUID) -> Response:
    """Give one template that was taken over."""
    return _use(taking.get_use(db_session(), acting().tenant_id, use_id))


@taken.post("/<uuid:use_id>/preview")
@describe(body=shapes.TRY, answer=shapes.PREVIEW)
@require("workflows.view")
@only_reads
def preview(use_id: UUID) -> Response:
    """Say what bringing the newest version in would do, with conflicts that wait for a choice."""
    body = json_body()
    shapes.TRY.require(body, "a preview takes choices and values")
    said: dict[str, Any] = {"choices": body.get("choices"), "values": body.get("values")}
    seen = taking.preview(db_session(), acting(), use_id, **said)
    return jsonify(shapes.preview_document(seen))


@taken.post("/<uuid:use_id>/update")
@describe(body=shapes.UPDATE, answer=shapes.USE)
@require("workflows.view")
def update(use_id: UUID) -> Response:
    """Bring the newest version in, as the preview of `version` and `revision` showed it."""
    body = json_body()
    shapes.UPDATE.require(body, "an update takes version and revision of the preview")
    said: dict[str, Any] = {"choices": body.get("choices"), "values": body.get("values")}
    said |= {"version": body["version"], "revision": body["revision"]}
    return _use(taking.update(db_session(), acting(), use_id, **said, now=utc_now()))


@taken.delete("/<uuid:use_id>")
@describe(status=204)
@require("workflows.view")
def let_go(use_id: UUID) -> Response:
    """Follow a template no more; the workflow or rule stays as one's own."""
    taking.let_go(db_session(), acting(), use_id, now=utc_now())
    return Response(status=204)


def _wanted(body: dict[str, Any]) -> Wanted:
    return Wanted(
        kind=body["kind"],
        subject_id=UUID(body["id"]),
        title=body.get("title", ""),
        summary=body.get("summary", ""),
        audience=body.get("audience", EVERYONE),
        note=body.get("note", ""),
        is_cleaned=body.get("clean", False),
        confirmed=body.get("confirmed", ()),
    )


def _use(one: UseView) -> Response:
    return jsonify(shapes.use_document(one))
