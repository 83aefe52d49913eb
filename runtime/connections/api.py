"""Connections over REST: secrets go in, and are in no answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, jsonify, request, url_for

from kernel.clock import format_instant, utc_now
from kernel.http import (
    acting,
    db_session,
    expected_revision,
    json_body,
    only_reads,
    page_of,
    require,
    vault,
)
from kernel.http_located import located
from kernel.rest import TEXT, describe, listed
from kernel.revisions import told_as_moved
from kernel.schema import Schema
from runtime.connections import shapes
from runtime.connections.doing import test_and_note
from runtime.connections.expiring import remove_connection
from runtime.connections.serving import Connections
from runtime.flows.uses import flows_connecting_by
from tenancy.connections import store
from tenancy.connections.checking import Facts
from tenancy.connections.model import ConnectionView

api = Blueprint("connections_api", __name__, url_prefix="/api/v1/connections")

_NEW, _CHANGE, _ROTATION = (Schema(one) for one in (shapes.NEW, shapes.CHANGE, shapes.ROTATION))
_INSTANTS = (
    "expires_at",
    "before_until",
    "token_at",
    "token_expires_at",
    "rotated_at",
    "used_at",
    "tested_at",
    "created_at",
    "updated_at",
)


@api.get("")
@describe(query={"q": TEXT}, pages=True, answer=listed(shapes.CONNECTION))
@require("connections.view")
def list_connections() -> Response:
    """List connections by name, without their secrets; filter q (a part of the name)."""
    where, q = (db_session(), acting().tenant_id), request.args.get("q", "").strip()
    found, more = page_of(
        lambda limit, after: store.list_connections(*where, q=q, limit=limit, after=after),
        store.place_of,
    )
    return jsonify(items=[connection_document(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=shapes.NEW, answer=shapes.CONNECTION, status=201, is_tagged=True)
@require("connections.edit")
def create_connection() -> Response:
    """Make a connection: `kind`, `name`, the `hosts` its secret may go to, and its `values`."""
    body = json_body()
    _NEW.require(body, "this is no connection")
    made = store.create_connection(
        db_session(),
        acting().tenant_id,
        kind=body["kind"],
        facts=_facts(body),
        values=body["values"],
        vault=vault(),
        by=acting().person_name,
        now=utc_now(),
    )
    return located(_answer(made), url_for("connections_api.get_connection", connection_id=made.id))


@api.get("/<uuid:connection_id>")
@describe(answer=shapes.CONNECTION, is_tagged=True)
@require("connections.view")
def get_connection(connection_id: UUID) -> Response:
    """Give one connection without its secrets; its `ETag` is its revision."""
    return _answer(store.get_connection(db_session(), acting().tenant_id, connection_id))


@api.get("/<uuid:connection_id>/uses")
@describe(answer=shapes.USES)
@require("connections.view")
def list_uses(connection_id: UUID) -> Response:
    """Name the workflows whose draft or live version uses it."""
    where = (db_session(), acting().tenant_id)
    found = store.get_connection(*where, connection_id)
    return jsonify(workflows=flows_connecting_by(*where, found.name))


@api.patch("/<uuid:connection_id>")
@describe(body=shapes.CHANGE, answer=shapes.CONNECTION, is_tagged=True, needs_tag=True)
@require("connections.edit")
def change_connection(connection_id: UUID) -> Response:
    """Change what is sent; the rest stays, secrets too. null takes a value away.

    Where its secret may go is widened only together with the secret itself.
    """
    body, revision = json_body(), expected_revision("connection")
    _CHANGE.require(body, "this changes no connection")
    where = (db_session(), acting().tenant_id)
    before = store.get_connection(*where, connection_id)
    values = {**before.values, **body.get("values", {})}
    with told_as_moved(store.ConnectionChangedError):
        changed = store.change_connection(
            *where,
            connection_id,
            facts=_facts({**_facts_of(before), **body}),
            values={name: one for name, one in values.items() if one is not None},
            expected_revision=revision,
            used_by=partial(flows_connecting_by, *where, before.name),
            vault=vault(),
            by=acting().person_name,
            now=utc_now(),
        )
    return _answer(changed)


@api.post("/<uuid:connection_id>/rotate")
@describe(body=shapes.ROTATION, answer=shapes.CONNECTION, is_tagged=True)
@require("connections.edit")
def rotate(connection_id: UUID) -> Response:
    """Put new secrets, `values`, in place of the old ones, which are kept for a day."""
    body = json_body()
    _ROTATION.require(body, "a rotation needs the new values")
    where, by = (db_session(), acting().tenant_id, connection_id), acting().person_name
    return _answer(
        store.rotate_connection(*where, values=body["values"], vault=vault(), by=by, now=utc_now())
    )


@api.post("/<uuid:connection_id>/undo-rotation")
@describe(answer=shapes.CONNECTION, is_tagged=True)
@require("connections.edit")
def undo_rotation(connection_id: UUID) -> Response:
    """Put the values before the last rotation back; 409 when they are kept no more."""
    where, by = (db_session(), acting().tenant_id, connection_id), acting().person_name
    return _answer(store.undo_rotation(*where, vault=vault(), by=by, now=utc_now()))


@api.post("/<uuid:connection_id>/test")
@describe(answer=shapes.TRIED)
@require("connections.edit")
@only_reads
def test(connection_id: UUID) -> Response:
    """Try it as its button does, and say how that went."""
    tried = test_and_note(connections(), acting().tenant_id, connection_id)
    return jsonify(is_good=tried.is_good, said=tried.said)


@api.delete("/<uuid:connection_id>")
@describe(status=204)
@require("connections.edit")
def delete_connection(connection_id: UUID) -> Response:
    """Remove a connection; 409 naming the workflows that use it."""
    where = (db_session(), acting().tenant_id)
    found = store.get_connection(*where, connection_id)
    used_by, by = partial(flows_connecting_by, *where, found.name), acting().person_name
    remove_connection(*where, connection_id, used_by=used_by, by=by, now=utc_now())
    return Response(status=204)


def connections() -> Connections:
    """Give what opens connections."""
    found: Connections = current_app.extensions["garland.services"].connections
    return found


def connection_document(one: ConnectionView) -> dict[str, Any]:
    """Write a connection as JSON: of its secrets only the names."""
    instants = {name: getattr(one, name) for name in _INSTANTS}
    return {
        "id": str(one.id),
        "kind": one.kind,
        **_facts_of(one),
        "values": dict(one.settings),
        "secrets": sorted(one.secret_names),
        "test_is_good": one.test_is_good,
        "test_said": one.test_said,
        "revision": one.revision,
        "created_by": one.created_by,
        "updated_by": one.updated_by,
        **{name: format_instant(at) if at else None for name, at in instants.items()},
    }


def _facts_of(one: ConnectionView) -> dict[str, Any]:
    return {
        "name": one.name,
        "hosts": list(one.hosts),
        "over_http": one.over_http,
        "test_address": one.test_address,
    }


def _facts(body: Mapping[str, Any]) -> Facts:
    return Facts(
        name=body["name"],
        hosts=tuple(body["hosts"]),
        over_http=body.get("over_http", False),
        test_address=body.get("test_address", ""),
    )


def _answer(one: ConnectionView) -> Response:
    response = jsonify(connection_document(one))
    response.headers["ETag"] = f'"{one.revision}"'
    return response
