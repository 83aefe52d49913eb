"""The pages "what may this person do, and why": of a member, a token, an access, and oneself."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import NotFoundError
from kernel.http import acting, db_session, render, require
from tenancy import members, tokens
from tenancy.delegation.reading import get_grant
from tenancy.delegation.rules import GrantView
from tenancy.rights.explaining import Lent, Right, found_in, rights_by_grant, rights_by_role

bp = Blueprint("rights", __name__)

Rights = list[tuple[str, list[Right]]]


@bp.get("/t/<tenant>/members/<uuid:person_id>/rights")
@require("members.view")
def of_member(person_id: UUID) -> Response:
    """Explain a member; whoever may not change members sees only themselves."""
    who = acting()
    found = [
        one
        for one in members.list_members(db_session(), who.tenant_id)
        if one.person_id == person_id
    ]
    if not found or not (who.may("members.edit") or person_id == who.person_id):
        raise NotFoundError("no such member")
    rights = rights_by_role(found[0].permissions, called=found[0].role_name, kind=who.tenant_kind)
    return _page(found[0].name, rights, back="members")


@bp.get("/t/<tenant>/tokens/<uuid:token_id>/rights")
@require("tokens.edit")
def of_token(token_id: UUID) -> Response:
    """Explain an API token."""
    name, role = tokens.role_of(db_session(), acting().tenant_id, token_id)
    rights = rights_by_role(role.permissions, called=role.name, kind=acting().tenant_kind)
    return _page(name, rights, back="tokens")


@bp.get("/t/<tenant>/support-access/<uuid:grant_id>/rights")
@require("support.grant")
def of_grant(grant_id: UUID) -> Response:
    """Explain what an access of the provider's support gives."""
    found = get_grant(db_session(), acting().tenant_id, grant_id)
    if found.customer_id != acting().tenant_id or found.ends_at is None:
        raise NotFoundError("no such access")
    rights = rights_by_grant(_lent(found), kind=acting().tenant_kind)
    return _page(f"{found.provider} support", rights, back="support")


@bp.get("/t/<tenant>/my-rights")
def of_me() -> Response:
    """Explain oneself to whoever asks."""
    who = acting()
    if who.delegated is not None:
        found = get_grant(db_session(), who.tenant_id, who.delegated.grant_id)
        return _page("I", rights_by_grant(_lent(found), kind=who.tenant_kind))
    rights = rights_by_role(who.permissions, called=who.role_called, kind=who.tenant_kind)
    return _page("I", rights)


def _lent(grant: GrantView) -> Lent:
    until = grant.ended_at or grant.ends_at or grant.asked_at
    return Lent(role=grant.role, provider=grant.provider, given_by=grant.decided_by, until=until)


def _page(name: str, rights: Rights, *, back: str = "") -> Response:
    q, only = request.args.get("q", ""), request.args.get("only", "")
    backs = {
        "members": ("membership.list_members", "Members"),
        "tokens": ("tenancy.list_tokens", "API tokens"),
        "support": ("delegation.show_access", "Support access"),
    }
    endpoint, text = backs.get(back, ("home.tenant_home", "Home"))
    return render(
        "tenancy/rights/rights.html",
        name=name,
        found=found_in(rights, q=q, only=only if only in ("yes", "no") else ""),
        given=sum(one.is_given for _, ones in rights for one in ones),
        of=sum(len(ones) for _, ones in rights),
        q=q,
        only=only,
        back=(url_for(endpoint), text),
    )
