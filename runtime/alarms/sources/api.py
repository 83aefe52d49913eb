"""Sources over REST. An address is given when it is made or renewed, and never again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, json_body, page_of, require, vault
from kernel.http_located import located
from kernel.http_tags import require_unchanged, with_tag_of
from kernel.rest import describe, listed
from kernel.schema import Schema
from runtime.alarms._storable import storage_problems
from runtime.alarms.sources import shapes, store
from runtime.alarms.sources.documents import mapping_document, source_document
from runtime.alarms.sources.kinds import TMF642, check_config, kind_of
from runtime.alarms.sources.listing import SourceView, place_of
from runtime.alarms.sources.mapping import check_mapping
from runtime.alarms.sources.mappings import (
    MappingView,
    drop_mapping,
    latest_mapping,
    save_mapping,
)
from runtime.alarms.sources.query import read_filter, read_sort

api = Blueprint("sources_api", __name__, url_prefix="/api/v1/sources")

_NAME = {"type": "string"}
_CHANGES = {
    "name": _NAME,
    "config": {"type": "object"},
    "mapping": {"type": ["object", "null"]},
    "paused": {"type": "boolean"},
}
_NEW = Schema(
    {
        "type": "object",
        "required": ["kind", "name"],
        "additionalProperties": False,
        "properties": {"kind": {"type": "string"}, **_CHANGES},
    }
)
_CHANGE = Schema(
    {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": _CHANGES,
    }
)


@api.get("")
@describe(query=shapes.QUERY, pages=True, answer=listed(shapes.SOURCE))
@require("sources.view")
def list_sources() -> Response:
    """List sources by name, or as `sort` says; filters q (words of the name), kind, state."""
    where, sort = (db_session(), acting().tenant_id), read_sort(request.args)
    wanted = read_filter(request.args)
    found, more = page_of(
        lambda limit, after: store.list_sources(
            *where, wanted, sort=sort, limit=limit, after=after
        ),
        lambda one: place_of(one, sort),
    )
    return jsonify(items=[source_document(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=_NEW, answer=shapes.SOURCE_WITH_ADDRESS, status=201)
@require("sources.edit")
def create_source() -> Response:
    """Make a source: `kind`, `name`, and what PATCH takes; answers its `address`, this once."""
    asked = _asked(_NEW)
    where, now = (db_session(), acting().tenant_id), utc_now()
    kind, name = asked.pop("kind"), asked.pop("name")
    made, key = store.create_source(*where, kind=kind, name=name, vault=vault(), now=now)
    told = {"address": _address(made, key)}
    return located(
        jsonify({**source_document(_change(made.id, asked)), **told}),
        url_for("sources_api.get_source", source_id=made.id),
    )


@api.get("/<uuid:source_id>")
@describe(answer=shapes.SOURCE, is_tagged=True)
@require("sources.view")
def get_source(source_id: UUID) -> Response:
    """Give one source; its `ETag` is that of what people edit of it."""
    return _answer(store.get_source(db_session(), acting().tenant_id, source_id))


@api.get("/<uuid:source_id>/mapping")
@describe(answer=shapes.MAPPING)
@require("sources.view")
def get_mapping(source_id: UUID) -> Response:
    """Give the latest version of a source's mapping; null where it never had one."""
    where = (db_session(), acting().tenant_id, source_id)
    store.get_source(*where)
    return jsonify(mapping_document(latest_mapping(*where)))


@api.patch("/<uuid:source_id>")
@describe(body=_CHANGE, answer=shapes.SOURCE, is_tagged=True, takes_tag=True)
@require("sources.edit")
def change_source(source_id: UUID) -> Response:
    """Change some of `name`, `config`, `mapping` (null for none) and `paused`.

    With `If-Match`, only while nobody changed it since.
    """
    asked = _asked(_CHANGE)
    found = store.get_source(db_session(), acting().tenant_id, source_id, lock=True)
    require_unchanged(_edited(found), "source")
    return _answer(_change(source_id, asked))


@api.post("/<uuid:source_id>/rotate")
@describe(answer=shapes.SOURCE_WITH_ADDRESS)
@require("sources.edit")
def rotate(source_id: UUID) -> Response:
    """Give a source another address, told this once; the old one is refused at once."""
    where = (db_session(), acting().tenant_id, source_id)
    key = store.rotate_key(*where, vault=vault(), now=utc_now())
    source = store.get_source(*where)
    return jsonify({**source_document(source), "address": _address(source, key)})


@api.delete("/<uuid:source_id>")
@describe(status=204)
@require("sources.edit")
def delete_source(source_id: UUID) -> Response:
    """Remove a source; its alarms stay."""
    store.delete_source(db_session(), acting().tenant_id, source_id, now=utc_now())
    return Response(status=204)


def _edited(source: SourceView) -> dict[str, Any]:
    """Give what people edit of a source: what it counts goes on meanwhile."""
    return {
        "name": source.name,
        "config": dict(source.config),
        "mapping": source.mapping_version,
        "paused": source.paused_at is not None,
    }


def _answer(source: SourceView) -> Response:
    return with_tag_of(jsonify(source_document(source)), _edited(source))


def _asked(schema: Schema) -> dict[str, Any]:
    body: Any = json_body()
    unkept = storage_problems(body) if isinstance(body, dict) else []
    if unkept:
        raise InvalidError("the source cannot be kept so", problems=unkept)
    schema.require(body, "the source cannot be kept so")
    return dict(body)


def _change(source_id: UUID, asked: dict[str, Any]) -> SourceView:
    where, now = (db_session(), acting().tenant_id, source_id), utc_now()
    found = store.get_source(*where)
    if "config" in asked:
        _at("config", check_config, found.kind, asked["config"])
        store.configure_source(*where, config=asked["config"], now=now)
    if "name" in asked:
        store.rename_source(*where, name=asked["name"], now=now)
    if "mapping" in asked:
        _map(source_id, asked["mapping"])
    if "paused" in asked:
        act = store.pause_source if asked["paused"] else store.resume_source
        act(*where, now=now)
    return store.get_source(*where)


def _map(source_id: UUID, document: dict[str, Any] | None) -> None:
    where = (db_session(), acting().tenant_id, source_id)
    if document is None:
        drop_mapping(*where)
        return
    _at("mapping", check_mapping, document)
    made = MappingView(
        version=0,
        document=document,
        sample="",
        clear_sample="",
        created_at=utc_now(),
        created_by=acting().person_name,
    )
    save_mapping(*where, made=made)


def _at(field: str, check: Any, *documents: Any) -> None:
    """Check a part of what was sent, with pointers from its root."""
    try:
        check(*documents)
    except InvalidError as error:
        problems = [Problem(f"/{field}{one.pointer}", one.message) for one in error.problems]
        raise InvalidError(error.message, problems=problems) from None


def _address(source: SourceView, key: str) -> str | None:
    if source.kind == TMF642:
        return url_for("tmf642_v4.create_alarm", _external=True)
    has_one = kind_of(source.kind).has_address
    return url_for("intake_api.send_to_source", key=key, _external=True) if has_one else None
