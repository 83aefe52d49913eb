"""Invitations over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.rest import ID, INSTANT, TEXT, WHOLE, choice, describe, listed, maybe, shape, with_more
from kernel.schema import Schema
from tenancy.invitations import store
from tenancy.invitations.model import DAYS, DAYS_MAX, InvitationView, Invited, State
from tenancy.key_links.views import link_to

api = Blueprint("invitations_api", __name__, url_prefix="/api/v1/invitations")

_INVITATION = shape(
    "Invitation",
    id=ID,
    email=TEXT,
    role=TEXT,
    role_name=TEXT,
    state=choice(*(one.value for one in State)),
    failed=TEXT,
    made_at=INSTANT,
    made_by=TEXT,
    link_made_at=INSTANT,
    expires_at=INSTANT,
    sends=WHOLE,
)
_MADE = with_more("InvitationMade", _INVITATION, link=maybe(TEXT))
_NEW = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["email", "role"],
        "properties": {
            "email": {"type": "string"},
            "role": {"type": "string"},
            "days": {"type": "integer", "minimum": 1, "maximum": DAYS_MAX},
        },
    }
)


@api.get("")
@describe(query={"q": TEXT}, pages=True, answer=listed(_INVITATION))
@require("members.edit")
def list_invitations() -> Response:
    """List open invitations by address, those that ran out too."""
    where, now, q = (db_session(), acting().tenant_id), utc_now(), request.args.get("q", "")
    found, more = page_of(
        lambda limit, after: store.list_open(*where, now=now, q=q, limit=limit, after=after),
        lambda one: (one.email,),
        parts=1,
    )
    return jsonify(items=[_document(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=_NEW, answer=_MADE, status=201)
@require("members.edit")
def invite() -> tuple[Response, int]:
    """Invite somebody; `link` is there where no mail can be sent, this once, to hand over."""
    body = json_body()
    _NEW.require(body, "send an e-mail address and a role")
    facts = {"email": body["email"], "role": body["role"], "days": body.get("days", DAYS)}
    invited = store.invite(db_session(), acting().tenant_id, now=utc_now(), **facts)
    return jsonify(_made(invited)), 201


@api.post("/<uuid:invitation_id>/send-again")
@describe(answer=_MADE)
@require("members.edit")
def send_again(invitation_id: UUID) -> Response:
    """Make a new link for an invitation and mail it; the one before ends."""
    where = (db_session(), acting().tenant_id, invitation_id)
    return jsonify(_made(store.send_again(*where, now=utc_now())))


@api.delete("/<uuid:invitation_id>")
@describe(status=204)
@require("members.edit")
def revoke(invitation_id: UUID) -> Response:
    """Take an invitation back: its link ends at once."""
    store.revoke(db_session(), acting().tenant_id, invitation_id, now=utc_now())
    return Response(status=204)


def _made(invited: Invited) -> dict[str, Any]:
    now = utc_now()
    kept = store.get_open(db_session(), acting().tenant_id, invited.id, now=now)
    link = None if invited.is_mailed else link_to(invited.path)
    return {**_document(kept), "link": link}


def _document(one: InvitationView) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "email": one.email,
        "role": one.role,
        "role_name": one.role_name,
        "state": one.state,
        "failed": one.failed,
        "made_at": format_instant(one.made_at),
        "made_by": one.made_by,
        "link_made_at": format_instant(one.link_made_at),
        "expires_at": format_instant(one.expires_at),
        "sends": one.sends,
    }
