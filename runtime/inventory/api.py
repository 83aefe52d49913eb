"""The inventory over REST: resources by their key, their relations, and imports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import utc_now
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import TEXT, choice, describe, listed
from runtime.imports.api import staged_answer, wants_gone_removed
from runtime.imports.staging import get_import, import_document
from runtime.inventory import resources, shapes
from runtime.inventory.importing import KIND, apply_import, stage_import
from runtime.inventory.reading.files import Naming
from runtime.inventory.resources import RelationView, ResourceFilter, ResourceView

api = Blueprint("inventory_api", __name__, url_prefix="/api/v1")


@api.get("/resources")
@describe(query=shapes.QUERY, pages=True, answer=listed(shapes.RESOURCE))
@require("inventory.view")
def list_resources() -> Response:
    """List resources by key; filters q (words), kind, site."""
    where, asked = (db_session(), acting().tenant_id), request.args
    wanted = ResourceFilter(**{name: asked.get(name, "").strip() for name in ("q", "kind", "site")})
    found, more = page_of(
        lambda limit, after: resources.list_resources(*where, wanted, limit=limit, after=after),
        resources.place_of,
        parts=1,
    )
    return jsonify(items=[resource_document(one) for one in found], next_cursor=more)


@api.get("/resources/<path:key>")
@describe(answer=shapes.RESOURCE_WITH_RELATIONS, is_tagged=True)
@require("inventory.view")
def get_resource(key: str) -> Response:
    """Give one resource by its key, with its relations."""
    return _answer(_found(key))


@api.put("/resources/<path:key>")
@describe(
    body=shapes.RESOURCE_SAID,
    answer=shapes.RESOURCE_WITH_RELATIONS,
    also=(201,),
    is_tagged=True,
    takes_tag=True,
)
@require("inventory.edit")
def put_resource(key: str) -> Response:
    """Add a resource or replace the one of that key: `kind`, `name`, `type`, `site`, `attributes`.

    The key in the address counts; one in the body must be the same. With `If-Match`, only while
    nobody changed it since.
    """
    where, body = (db_session(), acting().tenant_id), json_body()
    if not isinstance(body, dict) or body.get("key", key) != key:
        message = "key: the body must be an object with no other key than its address says"
        raise InvalidError(message, problems=[Problem("/key", message)])
    before = resources.find_resource(*where, key)
    require_unchanged(resource_document(before) if before is not None else None, "resource")
    response = _answer(resources.save_resource(*where, {**body, "key": key}))
    response.status_code = 201 if before is None else 200
    return response


@api.delete("/resources/<path:key>")
@describe(status=204)
@require("inventory.edit")
def delete_resource(key: str) -> Response:
    """Take a resource out, with its relations."""
    resources.delete_resource(db_session(), acting().tenant_id, _found(key).id)
    return Response(status=204)


@api.get("/resource-relations")
@describe(query={"of": {**TEXT, "required": True}}, answer=listed(shapes.RELATION))
@require("inventory.view")
def list_relations() -> Response:
    """List the relations of the resource whose key is `of`."""
    found = _found(request.args.get("of", ""))
    seen = resources.relations_of(db_session(), acting().tenant_id, found.id, limit=500)
    return jsonify(items=[relation_document(found, one) for one in seen], next_cursor=None)


@api.post("/resource-relations")
@describe(body=shapes.RELATION_SAID, status=204)
@require("inventory.edit")
def add_relation() -> Response:
    """Relate two resources: `from` and `to` are keys, `kind` says how."""
    where, body = (db_session(), acting().tenant_id), json_body()
    said = body if isinstance(body, dict) else {}
    start, end = (
        resources.require_key(*where, str(said.get(name, "")), field=name)
        for name in ("from", "to")
    )
    resources.put_relation(*where, start.id, end.id, kind=str(said.get("kind", "connects")))
    return Response(status=204)


@api.delete("/resource-relations/<uuid:relation_id>")
@describe(status=204)
@require("inventory.edit")
def drop_relation(relation_id: UUID) -> Response:
    """Undo a relation."""
    resources.drop_relation(db_session(), acting().tenant_id, relation_id)
    return Response(status=204)


@api.post("/inventory-imports")
@describe(
    query={"origin": {**TEXT, "required": True}, "keys": choice("id", "name"), "prefix": TEXT},
    body=shapes.FILE,
    takes=("application/octet-stream",),
    answer=shapes.IMPORT,
    status=201,
)
@require("inventory.edit")
def stage() -> Response:
    """Read a file, the request's body, and say what it would change; nothing changes yet.

    Query: `origin` (its name, required), `keys` (id or name), `prefix`.
    """
    asked = request.args
    staged = stage_import(
        db_session(),
        acting().tenant_id,
        [request.get_data()],
        origin=asked.get("origin", ""),
        naming=Naming(by_name=asked.get("keys") == "name", prefix=asked.get("prefix", "")[:60]),
        by=acting().person_name,
        now=utc_now(),
    )
    return staged_answer(staged, url_for("inventory_api.show_import", import_id=staged.id))


@api.get("/inventory-imports/<uuid:import_id>")
@describe(answer=shapes.IMPORT)
@require("inventory.edit")
def show_import(import_id: UUID) -> Response:
    """Say what an import would change, or has changed."""
    where = (db_session(), acting().tenant_id)
    return jsonify(import_document(get_import(*where, import_id, kind=KIND)))


@api.post("/inventory-imports/<uuid:import_id>/apply")
@describe(body=shapes.REMOVING, is_optional=True, answer=shapes.IMPORT)
@require("inventory.edit")
def apply(import_id: UUID) -> Response:
    """Apply an import, once; `{"remove_gone": true}` removes what the file no longer has."""
    where, remove = (db_session(), acting().tenant_id), wants_gone_removed()
    done = apply_import(*where, import_id, remove_gone=remove, now=utc_now())
    return jsonify(import_document(done))


def resource_document(one: ResourceView) -> dict[str, Any]:
    """Write a resource as JSON."""
    return {
        "id": str(one.id),
        "key": one.key,
        "kind": one.kind.value,
        "name": one.name,
        "type": one.type,
        "site": one.site,
        "origin": one.origin,
        "attributes": dict(one.attributes),
    }


def relation_document(found: ResourceView, one: RelationView) -> dict[str, Any]:
    """Write a relation as JSON, from its first end to its second."""
    ends = (one.other.key, found.key) if one.is_turned else (found.key, one.other.key)
    return {"id": str(one.id), "from": ends[0], "to": ends[1], "kind": one.kind.value}


def _found(key: str) -> ResourceView:
    found = resources.find_resource(db_session(), acting().tenant_id, key)
    if found is None:
        raise NotFoundError("no such resource", key=key)
    return found


def _answer(one: ResourceView) -> Response:
    relations = resources.relations_of(db_session(), acting().tenant_id, one.id)
    document = resource_document(one)
    told = [relation_document(one, each) for each in relations]
    return with_tag_of(jsonify(**document, relations=told), document)
