"""What an organisation has of its provider's templates, over REST: look at it, bring it in."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from designer.packs.desks import desk_of
from garland.tenant_templates import shapes
from kernel.http import acting, db_session, optional_body, require, vault
from kernel.rest import describe, listed
from runtime.packs.desk import Desk
from runtime.packs.installing import Agreed
from runtime.tenant_templates import bringing, uses
from runtime.tenant_templates.todo import glances_of

api = Blueprint("templates_here_api", __name__, url_prefix="/api/v1/set-up")


@api.get("")
@describe(answer=listed(shapes.GLANCE))
@require("workflows.view")
def list_here() -> Response:
    """List what came from templates and what is offered, with what is left to do."""
    found = glances_of(db_session(), acting().tenant_id)
    return jsonify(items=[shapes.glance_document(one) for one in found], next_cursor=None)


@api.get("/<uuid:use_id>/plan")
@describe(answer=shapes.PLAN)
@require("workflows.edit")
def look(use_id: UUID) -> Response:
    """Say what bringing the version that is offered would do to each part; nothing is done."""
    use = uses.get_use(db_session(), acting().tenant_id, use_id)
    return jsonify(shapes.plan_document(bringing.look(_desk(), use)))


@api.post("/<uuid:use_id>/bring")
@describe(body=shapes.AGREED, is_optional=True, answer=shapes.USE)
@require("workflows.edit")
def bring(use_id: UUID) -> Response:
    """Bring the version that is offered, whole or not at all; what you changed is kept.

    `consent` agrees to what its blocks ask for, `take` names parts where the template's takes the
    place of yours, and `mark` of a plan refuses what would be otherwise than it said.
    """
    body, who = optional_body(), acting()
    shapes.AGREED.require(body, "a template is brought with consent, take and mark")
    agreed = Agreed(
        consents=body.get("consent", False),
        takes=body.get("take", ()),
        mark=body.get("mark", ""),
    )
    use = uses.get_use(db_session(), who.tenant_id, use_id)
    return jsonify(shapes.use_document(bringing.bring(_desk(), who, use, agreed=agreed)))


def _desk() -> Desk:
    return desk_of(db_session(), acting(), vault())
