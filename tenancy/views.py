"""The page of an organisation's API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, db_session, render, require, see_other
from tenancy import members, tokens
from tenancy.membership.refusing import words_of
from tenancy.roles import TOKEN_ROLES

bp = Blueprint("tenancy", __name__)

EXPIRIES = (("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"), ("", "Never"))


@bp.get("/t/<tenant>/tokens")
@require("tokens.edit")
def list_tokens() -> Response:
    """Show the organisation's API tokens."""
    return _tokens_page()


@bp.post("/t/<tenant>/tokens")
@require("tokens.edit")
def create_token() -> Response:
    """Make a token and show its secret, this once; it is kept nowhere, so there is no redirect."""
    name, role = request.form.get("name", ""), request.form.get("role", "")
    days, now, who = request.form.get("days", ""), utc_now(), acting()
    until = now + timedelta(days=int(days)) if days in dict(EXPIRIES) and days else None
    facts: dict[str, Any] = {"name": name, "role": role, "expires_at": until, "by": who.person_id}
    try:
        secret = tokens.create_token(db_session(), who.tenant_id, now=now, **facts)
    except InvalidError as error:
        return _tokens_page(error=error, name=name, role=role, days=days)
    return _tokens_page(secret=secret)


@bp.post("/t/<tenant>/tokens/<uuid:token_id>/revoke")
@require("tokens.edit")
def revoke_token(token_id: UUID) -> Response:
    """End a token at once."""
    tokens.revoke_token(db_session(), acting().tenant_id, token_id, now=utc_now())
    flash("The token is revoked: whatever used it is refused from now on.", "good")
    return see_other(url_for("tenancy.list_tokens"))


def _tokens_page(
    *, error: InvalidError | None = None, secret: str | None = None, **form: str
) -> Response:
    where = (db_session(), acting().tenant_id)
    typed: dict[str, Any] = {"name": "", "role": "operator", "days": "90", **form}
    return render(
        "tenancy/tokens.html",
        status=error.status if error else 200,
        tokens=tokens.list_tokens(*where),
        roles=[*members.roles_of(*where), *((one.value, one.value) for one in TOKEN_ROLES)],
        scim_address=request.url_root + "scim/v2",
        secret=secret,
        expiries=EXPIRIES,
        now=utc_now(),
        **typed,
        **words_of(error),
    )
