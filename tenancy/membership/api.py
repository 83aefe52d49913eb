"""Members over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.rest import FLAG, ID, INSTANT, TEXT, describe, listed, maybe, shape
from kernel.schema import Schema
from tenancy.membership import changing, listing
from tenancy.membership.listing import Listed

api = Blueprint("members_api", __name__, url_prefix="/api/v1/members")

_MEMBER = shape(
    "Member",
    person_id=ID,
    name=TEXT,
    email=TEXT,
    role=TEXT,
    role_name=TEXT,
    member_since=INSTANT,
    last_sign_in_at=maybe(INSTANT),
    email_verified=FLAG,
)
_CHANGE = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["role"],
        "properties": {"role": {"type": "string"}},
    }
)


@api.get("")
@describe(query={"q": TEXT, "role": TEXT}, pages=True, answer=listed(_MEMBER))
@require("members.view")
def list_members() -> Response:
    """List who belongs to the organisation, by name; `q` is part of a name or an address."""
    where = (db_session(), acting().tenant_id)
    q, role = request.args.get("q", ""), request.args.get("role", "")
    found, more = page_of(
        lambda limit, after: listing.find_members(*where, q=q, role=role, limit=limit, after=after),
        listing.place_of,
    )
    return jsonify(items=[_document(one) for one in found], next_cursor=more)


@api.get("/<uuid:person_id>")
@describe(answer=_MEMBER)
@require("members.view")
def get_member(person_id: UUID) -> Response:
    """Give one member."""
    return jsonify(_document(changing.get_member(db_session(), acting().tenant_id, person_id)))


@api.patch("/<uuid:person_id>")
@describe(body=_CHANGE, answer=_MEMBER)
@require("members.edit")
def change_role(person_id: UUID) -> Response:
    """Change what a member may do; the last admin stays one."""
    body = json_body()
    _CHANGE.require(body, "send the role")
    where = (db_session(), acting().tenant_id, person_id)
    return jsonify(_document(changing.change_role(*where, body["role"], now=utc_now())))


@api.delete("/<uuid:person_id>")
@describe(status=204)
@require("members.edit")
def remove_member(person_id: UUID) -> Response:
    """End a membership; the last admin stays."""
    changing.remove(db_session(), acting().tenant_id, person_id, now=utc_now())
    return Response(status=204)


def _document(one: Listed) -> dict[str, Any]:
    seen = one.last_sign_in_at
    return {
        "person_id": str(one.person_id),
        "name": one.name,
        "email": one.email,
        "role": one.role,
        "role_name": one.role_name,
        "member_since": format_instant(one.member_since),
        "last_sign_in_at": format_instant(seen) if seen is not None else None,
        "email_verified": one.is_verified,
    }
